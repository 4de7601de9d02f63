"""Keeps a spreadsheet program from running what a cell says (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

_OPENINGS = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-]?[\d\s().,/-]*\d[\d\s().,/-]*%?")
"""Numbers and phone numbers may begin with a sign: no formula is made of digits and separators alone."""


def inert(text: str) -> str:
    """Return `text`, with an apostrophe before it when a spreadsheet program would take it for a formula."""
    if text.startswith(_OPENINGS) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text
