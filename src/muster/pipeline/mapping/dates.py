"""Dates and times in the forms of real files; which of day and month comes first is decided once per column."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from muster.kit.text import fold

_NUMERIC = re.compile(
    r"^(?P<a>\d{1,4})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{2,4})"
    r"(?:[T ,]+(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_NAMED = re.compile(
    r"^(?:[A-Za-z]{3,9},?\s+)?(?:(?P<d1>\d{1,2})\.?[-\s/]+(?P<m1>[^\W\d_]{3,10})|(?P<m2>[^\W\d_]{3,10})[-\s/]+(?P<d2>\d{1,2}),?)"
    r"[-\s/,.]+(?P<y>\d{4})(?:[T ,]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?\s*(?P<half>[AaPp][Mm])?)?$"
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan janvier enero janeiro januar", "feb fev fevrier febrero fevereiro februar",
            "mar mars marzo marco marz mrz maerz", "apr avr avril abril abr", "may mai mayo maio",
            "jun juin junio junho juni", "jul juil juillet julio julho juli", "aug aou aout agosto ago august",
            "sep sept septembre septiembre setembro set september", "oct okt octobre octubre outubro out october",
            "nov novembre noviembre novembro november", "dec dez dic decembre diciembre dezembro december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_EXCEL_RANGE = (1.0, 110_000.0)  # to the year 2201
_TWO_DIGIT_PIVOT = 70
_YEAR_DIGITS = 4
_NOON = 12


@lru_cache(maxsize=65_536)
def read_datetime(text: str, order: str) -> datetime | None:
    """The moment, in UTC when the text names no zone. `order` as in Transformation.date; None: no such date.

    A year written in front (four digits) or a month written as a word needs no order.
    """
    if order.startswith(("epoch", "excel")) and (counted := _counted(text, order)) is not None:
        return counted
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _has_zone(text) else _naive(text)
    except (ValueError, OverflowError):
        pass
    try:
        return _numeric(text, order) or _named(text)
    except (ValueError, OverflowError):
        return None


def _has_zone(text: str) -> bool:
    return bool(re.search(r"\d[T ]\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$", text))


def _naive(text: str) -> datetime:
    if not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        raise ValueError("fromisoformat also takes 20240131, which may be a number")
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _counted(text: str, order: str) -> datetime | None:
    try:
        number = float(text)
    except ValueError:
        return None
    try:
        if order == "excel":
            low, high = _EXCEL_RANGE
            seconds = round(number * 86_400)
            return _EXCEL_EPOCH + timedelta(seconds=seconds) if low <= number <= high else None
        return datetime.fromtimestamp(number / (1000 if order == "epoch_ms" else 1), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _numeric(text: str, order: str) -> datetime | None:
    match = _NUMERIC.match(text)
    if match is None:
        return None
    first, second, third = match["a"], match["b"], match["c"]
    if len(first) == _YEAR_DIGITS:
        year, month, day = first, second, third
    elif order == "mdy":
        month, day, year = first, second, third
    elif order == "ymd":
        year, month, day = first, second, third
    else:
        day, month, year = first, second, third
    zone = match["zone"]
    moment = datetime(
        _year(year), int(month), int(day), _hour(match["h"], match["half"]), int(match["m"] or 0), int(match["s"] or 0),
        tzinfo=UTC,
    )  # fmt: skip
    if zone and zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment -= offset if zone[0] == "+" else -offset
    return moment


def _named(text: str) -> datetime | None:
    match = _NAMED.match(text)
    if match is None:
        return None
    name = fold(match["m1"] or match["m2"])
    month = _MONTHS.get(name) or _MONTHS.get(name[:3])
    if month is None:
        return None
    return datetime(
        int(match["y"]), month, int(match["d1"] or match["d2"]), _hour(match["h"], match["half"]),
        int(match["m"] or 0), int(match["s"] or 0), tzinfo=UTC,
    )  # fmt: skip


def _year(text: str) -> int:
    value = int(text)
    if len(text) == _YEAR_DIGITS:
        return value
    return value + (2000 if value < _TWO_DIGIT_PIVOT else 1900)


def _hour(text: str | None, half: str | None) -> int:
    value = int(text or 0)
    if half is None:
        return value
    return value % _NOON + (_NOON if half[0] in "pP" else 0)
