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
    r"^(?:[A-Za-z]{3,9},?\s+)?(?:(?P<d1>\d{1,2})\.?[-\s/]+(?P<m1>[^\W\d_]{3,10})|(?P<m2>[^\W\d_]{3,10})[-\s/.]+(?P<d2>\d{1,2}),?)"
    r"[-\s/,.]+(?P<y>\d{4}|\d{2})(?:[T ,]+(?:at )?(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_UNIX = re.compile(
    r"^[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\d{2}:\d{2}:\d{2}) "
    r"(?:(?P<zone>[A-Z]{1,4}) )?(?P<year>\d{4})$"
)
_COMPACT = re.compile(r"^(?P<y>(?:19|20)\d\d)(?P<mo>\d\d)(?P<d>\d\d)(?:T?(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)Z?)?$")
_EASTERN = re.compile(r"(?<=\d)\s*[年月/]\s*|\s*日")
_DAY_COUNT = re.compile(r"^[2-6]\d{4}(?:[.,]\d+)?$")
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660,
}  # fmt: skip
"""Minutes ahead of UTC, of abbreviations that mean one zone; others (CST, IST, BST) make a text no date."""
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
    text = _EASTERN.sub("-", text).strip("-") if "年" in text else text
    try:
        return _numeric(text, order) or _named(text)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=65_536)
def read_in_dates(text: str, order: str) -> datetime | None:
    """The moment that a text says in a column that is known to hold dates, where a number can be nothing else.

    Besides what `read_datetime` reads: zones by their abbreviation, `20240131`, a day count of Excel among dates that
    are written out.
    """
    moment = read_datetime(text, order)
    if moment is not None:
        return moment
    try:
        return _compact(text) or _zoned(text, order)
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
        number = float(text.replace(",", "."))
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
    moment = datetime(
        _year(year), int(month), int(day), _hour(match["h"], match["half"]), int(match["m"] or 0), int(match["s"] or 0),
        tzinfo=UTC,
    )  # fmt: skip
    return _in_utc(moment, match["zone"])


def _named(text: str) -> datetime | None:
    match = _NAMED.match(text)
    if match is None:
        return None
    name = fold(match["m1"] or match["m2"])
    month = _MONTHS.get(name) or _MONTHS.get(name[:3])
    if month is None:
        return None
    moment = datetime(
        _year(match["y"]), month, int(match["d1"] or match["d2"]), _hour(match["h"], match["half"]),
        int(match["m"] or 0), int(match["s"] or 0), tzinfo=UTC,
    )  # fmt: skip
    return _in_utc(moment, match["zone"])


def _compact(text: str) -> datetime | None:
    """`20240131`, `20240131T120000`; a day count of Excel among dates that are written out."""
    if _DAY_COUNT.match(text):
        return _counted(text, "excel")
    match = _COMPACT.match(text)
    if match is None:
        return None
    parts = (int(part or 0) for part in (match["y"], match["mo"], match["d"], match["h"], match["m"], match["s"]))
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _zoned(text: str, order: str) -> datetime | None:
    """A moment with the abbreviation of its zone behind it, or before the year as Unix writes it."""
    unix = _UNIX.match(text)
    if unix is not None:
        text = f"{unix['day']} {unix['month']} {unix['year']} {unix['time']} {unix['zone'] or 'UTC'}"
    plain, _, zone = text.rpartition(" ")
    moment = read_datetime(plain, order) if zone in _ZONES and ":" in plain else None
    return None if moment is None else moment - timedelta(minutes=_ZONES[zone])


def _in_utc(moment: datetime, zone: str | None) -> datetime:
    """The moment that a clock shows, in UTC; `zone` as in `+01:00`, or UTC itself."""
    if not zone or zone[0] not in "+-":
        return moment
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return moment - timedelta(minutes=minutes if zone[0] == "+" else -minutes)


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
