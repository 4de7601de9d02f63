"""What counts as blank: one set of characters for the fast and the tolerant way, so that both agree."""

from __future__ import annotations

BLANKS = " \t\n\r\x0b\x0c\x1a\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"  # noqa: E501 - one set
"""White space of Unicode, the zero-width space, the byte order mark, and DOS's end of file (control-Z)."""


def is_blank(cell: str) -> bool:
    """Whether the cell holds nothing that a person sees."""
    return not cell.strip(BLANKS)


def tidy(cell: str) -> str:
    """The cell without blanks around it and with every run of blanks inside as one space: a name for display."""
    return " ".join(part for part in cell.translate(_TO_SPACE).split(" ") if part)


_TO_SPACE = {ord(char): " " for char in BLANKS}
