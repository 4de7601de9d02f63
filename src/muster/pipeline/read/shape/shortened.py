"""Notices long numbers that a spreadsheet wrote in scientific form when it saved a text file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCIENTIFIC = re.compile(r"\s*-?\d(?:[.,](\d+))?E\+(\d{2,3})\s*\Z")
_LEAST_EXPONENT = 11
"""Excel shows whole numbers of more than 11 digits in this form when a column has no format of its own."""


def shortened_numbers(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """The columns with a whole number whose digits are not all there (`1.23E+11` has 3 of 12), by sampled rows."""
    found = []
    for place, name in enumerate(columns):
        matches = (_SCIENTIFIC.match(row[place] or "") for row in rows)
        if any(match and max(_LEAST_EXPONENT, len(match[1] or "") + 1) <= int(match[2]) for match in matches):
            found.append(name)
    return found
