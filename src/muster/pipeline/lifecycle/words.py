"""One form for the ways in which people and programs write product names and versions."""

from __future__ import annotations

import re

_NOISE = re.compile(
    r"[®™©]|\((?:r|tm|c)\)|\(?\b(?:32|64)[ -]?bits?\b\)?|\bx(?:64|86(?:[_-]64)?)\b|\bamd64\b|\bgnu/(?=linux)|[()\[\]\"]"
)
_SPACES = re.compile(r"[\s_]+")


def normal(text: str) -> str:
    """Return `text` in lower case with single spaces, without marks of trade, brackets and word length.

    `Microsoft® Windows Server® 2012 R2 (64-bit)` is `microsoft windows server 2012 r2`.
    """
    return _SPACES.sub(" ", _NOISE.sub(" ", _SPACES.sub(" ", text.lower()))).strip(" ,;:-")
