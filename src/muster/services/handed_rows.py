"""Turns rows that a caller hands over as JSON objects into a staged table of text, as reading a file would give it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.errors import EmptyUploadError, TooLargeError
from muster.domain.findings import FindingLog
from muster.domain.tables import LINE, ROW_NUMBER, FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.blank import tidy
from muster.pipeline.read.report import dump_report
from muster.pipeline.read.staging import blank_to_null, frame_of, stage
from muster.services.open_staging import ROWS_KIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from muster.pipeline.upload import Limits

_STAGED = "0.parquet"
_BATCH_ROWS = 50_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LIST_JOIN = "; "


@dataclass(frozen=True, slots=True)
class HandedTable:
    """The table: its report, and where it was staged (text as domain.tables describes it)."""

    report: ReadReport
    staged: Path

    @property
    def info(self) -> TableInfo:
        """The only table."""
        return self.report.tables[0]

    def frames(self) -> Iterator[pl.DataFrame]:
        """All rows, in batches."""
        for start in range(0, self.info.rows, _BATCH_ROWS):
            yield pl.scan_parquet(self.staged).slice(start, _BATCH_ROWS).collect()


def stage_rows(rows: Sequence[Mapping[str, object]], filename: str, folder: Path, limits: Limits) -> HandedTable:
    """Stage rows and their report in `folder`. The columns are the keys of all rows, in the order they come up.

    No key is taken for anything but a column, whatever it is called. A value becomes text: a list of plain values is
    joined by `; `, an object is kept as JSON. Row 1 is the first, and so is its line.
    Raises EmptyUploadError without a value anywhere, TooLargeError for too many columns.
    """
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if len(keys) > limits.columns:
        raise TooLargeError(
            f"The rows have {len(keys):,} columns; the limit is {limits.columns:,}.", limit=limits.columns
        )
    table = PurePath(filename).stem or "rows"
    log = FindingLog()
    places = {key: place for place, key in enumerate(keys)}
    staged = stage(_frames(rows, places, _Repairs(table, log)), len(keys), folder / _STAGED)
    samples = staged.sample.padded(len(keys))
    if not any(cell for row in samples for cell in row):
        raise EmptyUploadError("There is no value in these rows: send rows with data.")
    info = TableInfo(0, table, _names(keys), None, staged.rows, _STAGED, samples)
    report = ReadReport(FileFormat(ROWS_KIND), (info,), tuple(log.findings), tuple(log.count_list()))
    dump_report(report, folder)
    return HandedTable(report, folder / _STAGED)


def as_lines(rows: Sequence[Mapping[str, object]]) -> Iterator[bytes]:
    """The rows as NDJSON, as they came, in pieces."""
    for start in range(0, len(rows), _BATCH_ROWS):
        yield "".join(f"{json.dumps(row)}\n" for row in rows[start : start + _BATCH_ROWS]).encode()


@dataclass(frozen=True, slots=True)
class _Repairs:
    """Takes out what no database holds, and tells."""

    table: str
    log: FindingLog

    def clean(self, text: str, row_number: int) -> str:
        """The text without NUL and lone surrogates."""
        if not _UNSTORABLE.search(text):
            return text
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")  # joins pairs, drops the rest
        kept = joined.replace("\x00", "")
        removed = Counter(_UNSTORABLE.findall(text)).total()
        self.log.add(
            codes.note(
                codes.CHARACTERS_REMOVED,
                table=self.table,
                row_number=row_number,
                line=row_number,
                count=removed,
                repair="NUL or surrogate character(s)",
            )
        )
        return kept


def _frames(
    rows: Sequence[Mapping[str, object]], places: Mapping[str, int], repairs: _Repairs
) -> Iterator[pl.DataFrame]:
    for start in range(0, len(rows), _BATCH_ROWS):
        batch = []
        for number, row in enumerate(rows[start : start + _BATCH_ROWS], start + 1):
            cells: list[str | None] = [None] * len(places)
            for key, value in row.items():
                text = _text(value)
                cells[places[key]] = None if text is None else repairs.clean(text, number)
            batch.append((number, number, cells))
        yield frame_of(batch, len(places)).select(ROW_NUMBER, LINE, blank_to_null(pl.col(pl.String)))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return _LIST_JOIN.join(text for item in value if (text := _text(item)) is not None)
    return json.dumps(value, ensure_ascii=False)


def _names(keys: Sequence[str]) -> tuple[str, ...]:
    """Display names, unique and never blank, as the reader makes them of headers."""
    plain = [tidy(_UNSTORABLE.sub("", key)) or f"Column {place + 1}" for place, key in enumerate(keys)]
    taken: set[str] = set()
    names = []
    for name in plain:
        unique, number = name, 2
        while unique in taken or (unique != name and unique in plain):
            unique = f"{name} ({number})"
            number += 1
        taken.add(unique)
        names.append(unique)
    return tuple(names)
