"""Text from files on a terminal: names and headers must not be able to steer it."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that move, hide or reverse what stands beside them (UAX #44)."""
_UNITS = ("B", "KB", "MB", "GB", "TB")
_THOUSAND = 1000


def printable(text: str) -> str:
    """Return `text` with everything that is no visible character or plain space replaced."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_SHOWN_AS if unicodedata.category(char) in _STEERING else char for char in text)


def shown(value: object, unit: str | None = None) -> str:
    """Return a canonical value as a person reads it; `-` for none."""
    if value is None or value in ("", [], ()):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(part) for part in value)
    if isinstance(value, float):
        text = f"{value:,.10g}"
    elif isinstance(value, datetime):
        text = moment(value)
    else:
        text = printable(str(value))
    return f"{text} {unit}" if unit else text


def moment(value: datetime | None) -> str:
    """Return a moment to the minute, in UTC; `-` for none."""
    return "-" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return `1 row`, `1,200 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], most: int = 10) -> str:
    """Return the first `most` words, and how many more there are."""
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more:,} more" if more > 0 else "")


def size(count: int) -> str:
    """Return a number of bytes in the unit that leaves one to three digits."""
    number = float(count)
    for unit in _UNITS[:-1]:
        if number < _THOUSAND:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= _THOUSAND
    return f"{number:.1f} {_UNITS[-1]}"
