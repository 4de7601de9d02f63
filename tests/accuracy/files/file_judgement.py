"""A labelled file against its answer: what is right, what is wrong, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import CLOCK_IN_MHZ, SIZE_IN_GB
from muster.kit.text import fold
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from file_answers import Answer, Understanding
    from file_labels import LabelledColumn, LabelledFile, LabelledTable, Wanted

    from muster.domain.mapping import ColumnMapping
    from muster.domain.tables import TableInfo


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """One labelled column. `got` None: left unmapped, its table was not imported, or it was not found at all.

    `unit_right` None: the label states no unit, or the field is wrong already.
    """

    file: LabelledFile
    table: str
    column: LabelledColumn
    got: str | None
    confidence: float
    evidence: str
    unit_right: bool | None = None

    @property
    def right(self) -> bool:
        """The answer is one of those the label accepts."""
        return self.got in self.column.fields

    @property
    def required(self) -> bool:
        """The column must feed something."""
        return None not in self.column.fields


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """One labelled table as read: header row, number of rows, and the category where the label states one."""

    table: LabelledTable
    title: str
    right: bool
    got: str
    category_right: bool | None


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """One labelled file: what it was taken for, and each of its tables and columns, with the profile and without."""

    file: LabelledFile
    category: str | None
    source: str | None
    confidence: float
    tables: tuple[JudgedTable, ...]
    columns: tuple[JudgedColumn, ...]
    columns_without: tuple[JudgedColumn, ...]

    @property
    def category_right(self) -> bool:
        """The file was taken for what the label accepts."""
        return self.category in self.file.categories

    @property
    def source_right(self) -> bool:
        """The source system is one that the label accepts; a hand-made list may be `generic` or none."""
        return self.source in self.file.sources or (None in self.file.sources and self.source == "generic")


def judge(file: LabelledFile, given: Answer) -> JudgedFile:
    """Compare `given` with the labels of `file`; what could not be read is wrong wherever something was wanted."""
    infos = given.report.tables if given.report else ()
    pairs = [(table, _table_of(table, place, infos)) for place, table in enumerate(file.tables)]
    detection = given.with_profile.detection if given.with_profile else None
    return JudgedFile(
        file=file,
        category=detection.import_category if detection else None,
        source=detection.source_system if detection else None,
        confidence=detection.confidence if detection else 0.0,
        tables=tuple(_judge_table(table, info, given.with_profile) for table, info in pairs if table.rows),
        columns=tuple(judged for pair in pairs for judged in _judge_columns(file, *pair, given.with_profile)),
        columns_without=tuple(judged for pair in pairs for judged in _judge_columns(file, *pair, given.without)),
    )


def _table_of(table: LabelledTable, place: int, infos: tuple[TableInfo, ...]) -> TableInfo | None:
    """By name; by place where the reader names it otherwise."""
    if table.name is None:
        return infos[0] if infos else None
    named = [info for info in infos if info.name == table.name]
    if named:
        return named[0]
    return infos[place] if place < len(infos) and len(infos[place].columns) == len(table.columns) else None


def _judge_table(table: LabelledTable, info: TableInfo | None, understanding: Understanding | None) -> JudgedTable:
    title = table.name or "first table"
    if info is None or understanding is None:
        return JudgedTable(table, title, right=False, got="not found", category_right=None)
    right = info.header_row in table.header_rows and info.rows in table.rows
    got = f"header row {info.header_row}, {info.rows} rows"
    taken = {found.table: found for found in understanding.detection.tables}[info.name].import_category
    return JudgedTable(table, title, right, got, None if table.category is None else taken == table.category)


def _judge_columns(
    file: LabelledFile, table: LabelledTable, info: TableInfo | None, understanding: Understanding | None
) -> list[JudgedColumn]:
    title = table.name or "first table"
    if info is None or understanding is None:
        return [JudgedColumn(file, title, column, None, 0.0, "there is no such table") for column in table.columns]
    mapped = {column.position: column for column in understanding.proposal.for_table(info.name)}
    places = {name: place for place, name in reversed(list(enumerate(info.columns)))}
    folded = {fold(name): place for name, place in places.items()}
    judged = []
    for number, column in enumerate(table.columns):
        place = places.get(column.name, folded.get(fold(column.name)))
        if place is None and len(table.columns) == len(info.columns):
            place = number  # the reader gives the column another name
        if place is None:
            judged.append(JudgedColumn(file, title, column, None, 0.0, "there is no such column"))
        else:
            judged.append(_judge_column(file, title, column, mapped.get(place)))
    return judged


def _judge_column(
    file: LabelledFile, title: str, column: LabelledColumn, mapping: ColumnMapping | None
) -> JudgedColumn:
    if mapping is None:
        return JudgedColumn(file, title, column, None, 0.0, "its table is not imported")
    got = mapping.target_field
    wanted = next((wanted for wanted in column.wanted if wanted.field == got and wanted.unit), None)
    return JudgedColumn(
        file, title, column, got, mapping.confidence, mapping.evidence, _same_unit(wanted, mapping) if wanted else None
    )


def _same_unit(wanted: Wanted, mapping: ColumnMapping) -> bool:
    """Whether a number of the column becomes the same value; no unit said is that of the field."""
    how = Transformation.parse(mapping.transformation)
    if wanted.unit == "percent":
        return not how.fraction
    factors = {**SIZE_IN_GB, **CLOCK_IN_MHZ}
    said = how.unit or FIELDS[str(wanted.field)].unit
    return factors.get(str(said)) == factors[str(wanted.unit)]
