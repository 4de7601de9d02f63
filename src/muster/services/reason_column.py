"""The column of reasons in a reject file: its header names the table, so that it is known again however it is saved."""

from __future__ import annotations

_REASON = "muster reason: "


def reason_header(table: str) -> str:
    """The header of the column of reasons of `table`."""
    return f"{_REASON}{table}"


def table_of_reasons(header: str) -> str | None:
    """The table that a column of reasons names by its header; None for any other column."""
    return header.removeprefix(_REASON) if header.startswith(_REASON) and header != _REASON else None
