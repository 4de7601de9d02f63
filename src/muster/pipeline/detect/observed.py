"""When a file was observed, as far as the file itself says: what its source declares, its titles, a constant column.

Read in this order, and the first that gives a plausible moment counts; of several moments of one kind the newest, for
a file is no older than the last thing in it. Neither the file's name nor its properties nor a column that says when a
single row was touched proves anything: copying, renaming and editing change them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from muster.domain import import_codes
from muster.domain.tables import cell_column
from muster.kit.text import fold, words
from muster.pipeline.mapping.dates import read_datetime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muster.catalog.model import Source
    from muster.domain.findings import Finding, FindingCode
    from muster.domain.mapping import Detection, TableDetection
    from muster.domain.tables import ReadReport, TableInfo

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""What was observed before is an empty date of some system (1900-01-01, 1970-01-01), not an observation."""

Title = tuple[int, str]
"""A line above the header: its number in the file or sheet, and its text."""


class Origin(StrEnum):
    """Who says when a file was observed: its sender, the file itself, or nobody but the moment of the upload."""

    STATED = "stated"
    FILE = "file"
    UPLOAD = "upload"


class Doubt(StrEnum):
    """Why a date that the file states does not count, as the end of a sentence."""

    AFTER_UPLOAD = "it lies after the upload"
    TOO_EARLY = "it lies before 1990"
    ORDER = "day, month and year could be read in more than one order"
    ZONE = "its time zone is not known"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a date stands: a column, or the line of a title."""

    table: str
    column: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = f"column “{self.column}”" if self.column is not None else f"line {self.line}, above the header"
        return f"table {self.table}, {where}"


@dataclass(frozen=True, slots=True)
class ObservedAt:
    """The moment (in UTC) at which a file says it was observed, and where it says so."""

    moment: datetime
    evidence: Place


@dataclass(frozen=True, slots=True)
class Refused:
    """A date that the file states as its time of observation, and why it does not count."""

    evidence: Place
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Observation:
    """What a file says of its time of observation; `at` None: nothing that counts."""

    at: ObservedAt | None = None
    refused: tuple[Refused, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """What was used and what was not, with its place; never the text of a cell."""
        for refused in self.refused:
            implausible = refused.doubt in {Doubt.AFTER_UPLOAD, Doubt.TOO_EARLY}
            code = import_codes.OBSERVATION_TIME_IMPLAUSIBLE if implausible else import_codes.OBSERVATION_TIME_AMBIGUOUS
            yield _note(code, refused.evidence, reason=str(refused.doubt))
        if self.at is not None:
            moment = self.at.moment.isoformat(timespec="seconds")
            yield _note(import_codes.OBSERVATION_TIME_FROM_FILE, self.at.evidence, moment=moment)


@dataclass(frozen=True, slots=True)
class StatingTable:
    """A table that may say when its file was observed: what is known of it, its staged rows, its titles."""

    info: TableInfo
    detected: TableDetection
    staged: pl.LazyFrame
    titles: tuple[Title, ...] = ()


def stating_tables(
    report: ReadReport, detection: Detection, staged: Mapping[str, pl.LazyFrame]
) -> tuple[StatingTable, ...]:
    """The tables of a file that was read as a whole, in file order."""
    detected = {table.table: table for table in detection.tables}
    return tuple(StatingTable(info, detected[info.name], staged[info.name], info.titles) for info in report.tables)


def observe(tables: Sequence[StatingTable], sources: Mapping[str, Source], uploaded_at: datetime) -> Observation:
    """Say when the file of `tables` was observed. The same bytes give the same answer, whenever they come.

    The one thing that time changes: what lies after `uploaded_at` does not count. A date without a zone is UTC.
    """
    refused: list[Refused] = []
    for kind in (_declared(tables, sources), _in_titles(tables), _constant(tables)):
        moments: list[ObservedAt] = []
        for place, texts in kind:
            for reading in dict.fromkeys(_readings(texts)):
                doubt = reading if isinstance(reading, Doubt) else _implausible(reading, uploaded_at)
                if doubt is not None:
                    refused.append(Refused(place, doubt))
                elif isinstance(reading, datetime):
                    moments.append(ObservedAt(reading, place))
        if moments:
            newest = max(moments, key=lambda found: found.moment)
            return Observation(newest, tuple(dict.fromkeys(refused)))
    return Observation(None, tuple(dict.fromkeys(refused)))


def _note(code: FindingCode, place: Place, **params: str) -> Finding:
    return import_codes.note(code, table=place.table, line=place.line, field=place.column, place=str(place), **params)


def _implausible(moment: datetime, uploaded_at: datetime) -> Doubt | None:
    if moment > uploaded_at:
        return Doubt.AFTER_UPLOAD
    return Doubt.TOO_EARLY if moment < EARLIEST else None


# --- Where a date may stand: each gives places with the texts that stand there.


def _declared(tables: Sequence[StatingTable], sources: Mapping[str, Source]) -> Iterator[tuple[Place, Sequence[str]]]:
    for table in tables:
        source = sources.get(table.detected.source_system or "")
        for declared in source.observed_in if source else ():
            if declared.table != table.detected.source_table:
                continue
            spellings = {fold(spelling) for spelling in declared.column}
            for position, header in enumerate(table.info.columns):
                if fold(header) in spellings:
                    yield Place(table.info.name, header), _distinct(table, position).collect().to_series().to_list()


def _in_titles(tables: Sequence[StatingTable]) -> Iterator[tuple[Place, Sequence[str]]]:
    for table in tables:
        for line, text in table.titles:
            yield Place(table.info.name, line=line), [stated] if (stated := _stated_in(text)) else []


def _constant(tables: Sequence[StatingTable]) -> Iterator[tuple[Place, Sequence[str]]]:
    """Columns named like the date of the file that say the same in nearly every row."""
    for table in tables:
        if not table.detected.imported:
            continue
        for position, header in enumerate(table.info.columns):
            if not _names_the_file(header):
                continue
            texts = _distinct(table, position).head(2).collect().to_series().to_list()
            cell = pl.col(cell_column(position))
            filled = table.staged.select(cell.count() >= _NEARLY_ALL * pl.len()).collect().item()
            if len(texts) == 1 and filled:
                yield Place(table.info.name, header), texts


def _distinct(table: StatingTable, position: int) -> pl.LazyFrame:
    return table.staged.select(pl.col(cell_column(position)).drop_nulls().str.strip_chars().unique().sort())


_NEARLY_ALL = 0.9
"""Totals and notes below the rows leave the column empty."""

_WHEN = ("date", "datetime", "time", "timestamp", "on", "at", "day")
_FILE_DATES = frozenset(
    {
        *(what + when for what in ("export", "extract", "extraction", "snapshot", "report", "scan") for when in _WHEN),
        *(what + when for what in ("exported", "extracted", "scanned") for when in ("on", "at", "date", "time")),
        *(what + "generated" + when for what in ("report", "export") for when in ("", *_WHEN)),
        *(f"asof{when}" for when in ("", *_WHEN)),
        *("exportdatum", "exportzeitpunkt", "exportiertam", "berichtsdatum", "scandatum", "abzugsdatum", "stichtag"),
        *("dateexport", "dateexportation", "dateextraction", "daterapport"),
        *("fechaexportacion", "fechaextraccion", "fechainforme"),
        *("dataexportacao", "dataextracao", "datarelatorio"),
    }
)
"""Headers that speak of the file and not of the row, as words written together, without those of `_NOT_SAID`."""
_NOT_SAID = frozenset({"utc", "gmt", "d", "de", "da", "du", "l", "la", "del"})


def _names_the_file(header: str) -> bool:
    return "".join(word for word in words(header) if word not in _NOT_SAID) in _FILE_DATES


_OPENING = re.compile(
    r"""(?<!\w)(?<!\bnext\ )(?<!\blast\ )(?<!\bprevious\ )  # those tell of another export
    (?:(?:generated|exported|extracted|scanned|exportiert|(?:report|export|file|list|inventory)\ created)
      |(?:export|extract|extraction|snapshot|report|scan|run)[ -]?(?:date|datetime|time|timestamp)
      |(?:export|bericht|berichts|scan|abzugs)datum|stichtag|erstellt\ am|stand(?=\ *:)
      |date\ (?:d\W\ ?|de\ )?(?:export|exportation|extraction)|(?:généré|exporté|extrait)\ le
      |fecha\ de\ (?:exportación|extracción)|data\ de\ (?:exportação|extração)
      |as[ -]of(?:\ date)?
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that announce the date of the file in a line above the header."""
_LONGEST_TITLE = 300
_MOST_PARTS = 7
"""`Friday 31 May 2024 2:05 PM UTC`: no date has more parts."""
_DIGIT = re.compile(r"\d")


def _stated_in(title: str) -> str | None:
    """The date that a title announces, None when it announces none or more than one (a period is no moment)."""
    opening = _OPENING.search(title[:_LONGEST_TITLE])
    if opening is None:
        return None
    parts = re.sub(r"[\[\](){}<>\"“”|]", " ", title[opening.end() : _LONGEST_TITLE]).strip(" :=-–—\t").split()  # noqa: RUF001 - dashes of titles
    for first in range(len(parts)):
        for end in range(min(first + _MOST_PARTS, len(parts)), first, -1):
            text = " ".join(parts[first:end]).strip(",.;:")
            if any(_readings([text])):
                return None if _DIGIT.search(" ".join(parts[end:])) else text
        if _DIGIT.search(parts[first]):
            return None
    return None


# --- What a text says.

_JOINING = re.compile(r"\s+(?:at|um|à|-|–)\s+(?=\d)", re.IGNORECASE)  # noqa: RUF001 - the dash of titles
_UTC = re.compile(r"(?<=[\d\sMm])\(?(?:UTC|GMT|Z)\)?$")
_OTHER_ZONE = re.compile(r"(?P<before>.*\d:\d\d.*?)\s+\(?(?!(?:AM|PM)\b)[A-Z]{2,5}\)?$")
_OFFSET = re.compile(r"(?<=\d)\s*[+-]\d{2}:?\d{2}$")
_FULL_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def _readings(texts: Iterable[str]) -> list[datetime | Doubt]:
    """What the texts of one place say; which of day and month comes first is proved by them or not at all."""
    told = [_told(text) for text in texts]
    orders = {order for by_order in told if len(by_order) == 1 for order in by_order}
    return [reading for by_order in told if (reading := _decided(by_order, orders)) is not None]


def _decided(by_order: Mapping[str, datetime | Doubt], orders: set[str]) -> datetime | Doubt | None:
    if len(set(by_order.values())) <= 1:
        return next(iter(by_order.values()), None)
    return by_order[next(iter(orders))] if len(orders) == 1 else Doubt.ORDER


def _told(text: str) -> dict[str, datetime | Doubt]:
    """What `text` says by the order of day and month, empty when it is no date."""
    plain = _UTC.sub("", _JOINING.sub(" ", text.strip())).strip()
    read = {order: moment for order in ("dmy", "mdy") if (moment := read_datetime(plain, order)) is not None}
    if not read:
        zoned = _OTHER_ZONE.match(plain)
        return dict.fromkeys(("dmy", "mdy"), Doubt.ZONE) if zoned and _told(zoned["before"]) else {}
    # 24-05-31 may begin with its year or with its day.
    if not _FULL_YEAR.search(_OFFSET.sub("", plain) if ":" in plain else plain):
        return dict.fromkeys(("dmy", "mdy"), Doubt.ORDER)
    return dict(read)
