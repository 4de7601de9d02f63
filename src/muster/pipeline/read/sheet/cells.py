"""The text of a typed cell, as its author saw it: no `.0`, no noise of floating point, dates as ISO 8601."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

Value = int | float | str | bool | date | datetime | time | timedelta

_DIGITS = 15
"""Significant digits that Excel keeps and shows (Excel specifications and limits: number precision)."""
LONG_NUMBER = 10**_DIGITS
"""Whole numbers from here on may have lost digits before they reached the file."""


def cell_text(value: Value) -> str:
    """Return the text of a cell: `12`, `0.3`, `TRUE` as `True`, `2024-01-31`, `2024-01-31T12:00:00`, `36:00:00`."""
    if isinstance(value, str):
        # What no database holds can stand in a shared string as an escape.
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if not value.microsecond else "auto")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
        return ""
    return format(Decimal(f"{value:.{_DIGITS}g}"), "f")
