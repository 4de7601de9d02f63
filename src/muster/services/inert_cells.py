"""Makes cells inert for spreadsheet programs, so that it can be undone exactly (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

import polars as pl

_MARK = "'"
_RUN = r"^'*(?:[ \x0b\x0c\xa0]*[=+\-@＝＋－＠]|[\t\r\n])"  # noqa: RUF001 - spreadsheets run the wide ones, too
_NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)*$"
_RUN_PATTERN = re.compile(_RUN)
_NUMBER_PATTERN = re.compile(_NUMBER.removesuffix("$") + r"\Z")


def safe_cell(text: str | None) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula.

    A plain signed number stays as it is. What looks as if it had its apostrophe already gets another one, so that
    `restored_cell` gives back what was there.
    """
    if text is None:
        return ""
    return f"{_MARK}{text}" if _RUN_PATTERN.match(text) and not _NUMBER_PATTERN.match(text) else text


def lasting_cell(text: str) -> str:
    """The text for a cell that no program runs, written so that `restored_cell` gives it back."""
    return f"{_MARK}{text}" if restored_cell(text) != text else text


def restored_cell(text: str) -> str:
    """The cell that `safe_cell` or `lasting_cell` has made `text` of."""
    plain = text.removeprefix(_MARK)
    return plain if plain != text and safe_cell(plain) == text else text


def restored(cells: pl.Expr) -> pl.Expr:
    """`restored_cell` for columns of text."""
    plain = cells.str.slice(1)
    guarded = cells.str.starts_with(_MARK) & plain.str.contains(_RUN) & ~plain.str.contains(_NUMBER)
    return pl.when(guarded).then(plain).otherwise(cells)
