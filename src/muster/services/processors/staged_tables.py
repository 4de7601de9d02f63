"""Staged tables as agents want them: mapped, converted once, read again batch by batch with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.registry import categories, sources
from muster.pipeline.mapping.columns import position_of
from muster.pipeline.mapping.convert import convert
from muster.pipeline.mapping.source_tables import source_table_of
from muster.pipeline.validate import Batch, MappedTable
from muster.pipeline.validate.tables import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from muster.catalog.model import SourceTable
    from muster.domain.mapping import ColumnMapping, TableDetection
    from muster.domain.tables import TableInfo

_EVERY_COLUMN = "*"


@dataclass(frozen=True, slots=True)
class TableToImport:
    """One table that is imported: how it is mapped, and its staged Parquet."""

    mapped: MappedTable
    source_table: SourceTable | None
    staged: Path

    @classmethod
    def of(
        cls, info: TableInfo, detected: TableDetection, columns: Sequence[ColumnMapping], staged: Path
    ) -> TableToImport:
        """Put together what reading, detection and mapping said of one table."""
        source_table = source_table_of(detected, sources())
        mapped = MappedTable(
            info,
            tuple(columns),
            blank_words=_blank_words(info, source_table),
            category=categories().get(detected.import_category or ""),
        )
        return cls(mapped, source_table, staged)


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """The staged text of a batch, the `place` of the batch in its table, and which of its rows are no records.

    `skipped`: those that the source says are none (domain.conversion.SKIPPED_SCHEMA).
    """

    place: int
    text: pl.DataFrame
    skipped: pl.DataFrame


class StagedTables:
    """A source of rows for agents (pipeline.validate.TableSource) over staged Parquet files.

    `convert_all` converts every batch once and writes what became of it into `folder`; the batches are then read from
    there, and their text from the staged file, as often as they are asked for. Blocks: call it from a thread.
    """

    def __init__(self, tables: Sequence[TableToImport], folder: Path, batch_rows: int = BATCH_ROWS) -> None:
        self._tables = {table.mapped.number: table for table in tables}
        self._folder = folder
        self._batch_rows = batch_rows
        self._skipped: dict[int, int] = {}

    @property
    def tables(self) -> Sequence[MappedTable]:
        """The tables, in the order of the file."""
        return [table.mapped for table in self._tables.values()]

    @property
    def rows(self) -> int:
        """Rows of all tables, those that are no records included."""
        return sum(table.mapped.info.rows for table in self._tables.values())

    def skipped_rows(self, table: MappedTable) -> int:
        """How many rows of `table` are no records."""
        return self._skipped[table.number]

    def convert_all(self, on_rows: Callable[[int], None]) -> None:
        """Convert every table; `on_rows` is told the rows of each batch, and what it raises ends the work."""
        for table in self.tables:
            for _, batch in self.convert(table):
                on_rows(batch.text.height)

    def convert(self, table: MappedTable) -> Iterator[tuple[int, Batch]]:
        """Convert `table` batch by batch, and give each with its place once it is written; ask for all of them."""
        known = self._tables[table.number]
        self._skipped[table.number] = 0
        for place in range(self._batches_of(table)):
            text = self._text(table, place)
            converted = convert(text, table.info, table.columns, known.source_table)
            self._skipped[table.number] += converted.skipped.height
            frames = {"typed": converted.typed, "failures": converted.failures, "skipped": converted.skipped}
            for kind, frame in frames.items():
                frame.write_ipc(self._path(table, place, kind), compression="lz4")
            yield place, Batch(table, text, converted.typed, converted.failures)

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        """All rows of `table` in order."""
        for place in range(self._batches_of(table)):
            typed, failures = (self._read(table, place, kind) for kind in ("typed", "failures"))
            yield Batch(table, self._text(table, place), typed, failures)

    def staged_batches(self, table: MappedTable) -> Iterator[StagedBatch]:
        """All rows of `table` in order, as text."""
        for place in range(self._batches_of(table)):
            yield StagedBatch(place, self._text(table, place), self._read(table, place, "skipped"))

    def typed(self, table: MappedTable) -> pl.LazyFrame | None:
        """All records of `table` in order, typed; None when it has no rows."""
        paths = [self._path(table, place, "typed") for place in range(self._batches_of(table))]
        return pl.scan_ipc(paths) if paths else None

    def _batches_of(self, table: MappedTable) -> int:
        return -(-table.info.rows // self._batch_rows)

    def _text(self, table: MappedTable, place: int) -> pl.DataFrame:
        staged = pl.scan_parquet(self._tables[table.number].staged)
        return staged.slice(place * self._batch_rows, self._batch_rows).collect()

    def _read(self, table: MappedTable, place: int, kind: str) -> pl.DataFrame:
        return pl.read_ipc(self._path(table, place, kind))

    def _path(self, table: MappedTable, place: int, kind: str) -> Path:
        return self._folder / f"{table.number}-{place}-{kind}.arrow"


def _blank_words(info: TableInfo, source_table: SourceTable | None) -> dict[int, tuple[str, ...]]:
    """By column position, the literal texts that mean empty in this table."""
    if source_table is None or not source_table.blank_words:
        return {}
    keys = {
        place
        for group in source_table.record_key
        for name in group
        if (place := position_of(info, name, source_table)) is not None
    }
    words: dict[int, tuple[str, ...]] = {}
    for name, blank in source_table.blank_words.items():
        places = (
            [place for place in range(len(info.columns)) if place not in keys]
            if name == _EVERY_COLUMN
            else [position_of(info, name, source_table)]
        )
        for place in places:
            if place is not None:
                words[place] = (*words.get(place, ()), *blank)
    return words
