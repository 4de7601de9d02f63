"""What an agent looks at: mapped tables, in batches of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import polars as pl

from muster.domain.tables import ROW_NUMBER, cell_column
from muster.pipeline.mapping.columns import position_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.catalog.model import Category, SourceTable
    from muster.domain.mapping import ColumnMapping
    from muster.domain.tables import TableInfo

BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One imported table with its confirmed mapping.

    `one_asset_per_row` is False for a table whose rows are parts of an asset (disks, network cards), where the
    asset's name and ids repeat rightfully. `blank_words` holds, by column position, the literal texts with which the
    source fills a cell that has no value. `category` is what its rows are, None: what the file is.
    """

    info: TableInfo
    columns: tuple[ColumnMapping, ...]
    one_asset_per_row: bool = True
    blank_words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    category: Category | None = None

    @classmethod
    def of(
        cls, info: TableInfo, columns: tuple[ColumnMapping, ...], source_table: SourceTable | None = None
    ) -> MappedTable:
        """Describe a table whose rows are one asset each, with the blank words that its source declares."""
        if source_table is None or not source_table.blank_words:
            return cls(info, columns)
        everywhere = source_table.blank_words.get("*", ())
        key_columns = {position_of(info, name, source_table) for group in source_table.record_key for name in group}
        words = {place: everywhere for place in range(len(info.columns)) if place not in key_columns}
        for name, own in source_table.blank_words.items():
            place = None if name == "*" else position_of(info, name, source_table)
            if place is not None:
                words[place] = (*own, *words.get(place, ()))
        return cls(info, columns, blank_words={place: own for place, own in words.items() if own})

    @property
    def number(self) -> int:
        """The table's number within its file."""
        return self.info.number

    @property
    def fields(self) -> tuple[str, ...]:
        """The canonical fields that have a column, each once, in the order of their first column."""
        return tuple(dict.fromkeys(column.target_field for column in self.columns if column.target_field))

    def required(self, of_file: Category) -> tuple[tuple[str, ...], ...]:
        """The alternatives of which each row needs one, by the table's own category, else by that of the file."""
        return (self.category or of_file).required

    def positions(self, name: str) -> tuple[int, ...]:
        """The columns that feed the field `name`, in file order."""
        return tuple(column.position for column in self.columns if column.target_field == name)

    def label(self, position: int) -> str:
        """How a finding names the column at `position`: its field when it has one, else its header."""
        for column in self.columns:
            if column.position == position and column.target_field:
                return column.target_field
        return self.info.columns[position]


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows of one table, at most about `BATCH_ROWS`.

    `text` is the staged frame (row_number, line, c0, c1, …); `typed` and `failures` are what domain.conversion
    describes. `typed` lacks the rows that the source says are no records; both are sorted by row_number.
    """

    table: MappedTable
    text: pl.DataFrame
    typed: pl.DataFrame
    failures: pl.DataFrame

    @property
    def positions(self) -> tuple[int, ...]:
        """The source columns that are in `text`."""
        return tuple(place for place in range(len(self.table.info.columns)) if cell_column(place) in self.text.columns)

    def record_text(self) -> pl.DataFrame:
        """The staged rows that are records, aligned with `typed`."""
        if self.text.height == self.typed.height:
            return self.text
        return self.text.join(self.typed.select(ROW_NUMBER), on=ROW_NUMBER, how="semi", maintain_order="left")


class TableSource(Protocol):
    """Where the runner gets rows from; `batches` may be asked for several times and gives the same rows each time."""

    @property
    def tables(self) -> Sequence[MappedTable]:
        """The tables to import."""
        ...

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        """All rows of `table` in order."""
        ...


@dataclass(frozen=True, slots=True)
class InMemoryTables:
    """A TableSource over whole frames, for `muster check` and for tests."""

    whole: tuple[Batch, ...]
    batch_rows: int = BATCH_ROWS

    @property
    def tables(self) -> Sequence[MappedTable]:
        """The tables of the frames."""
        return tuple(batch.table for batch in self.whole)

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        """Slices of `batch_rows` rows, with the failures that belong to them."""
        for whole in self.whole:
            if whole.table.number != table.number:
                continue
            for offset in range(0, whole.text.height, self.batch_rows):
                text = whole.text.slice(offset, self.batch_rows)
                here = pl.col(ROW_NUMBER).is_between(text.item(0, ROW_NUMBER), text.item(-1, ROW_NUMBER))
                yield Batch(table, text, whole.typed.filter(here), whole.failures.filter(here))
