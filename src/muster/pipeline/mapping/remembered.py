"""What was said of the columns of a table like this one before: applied to a proposal, and held against the file.

A table is known again by the table of its source's profile, or where no profile describes it by its headers. A word
counts for the column with its header. The engagement's own words go before those for the whole client.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.domain import import_codes
from muster.domain.custom_fields import PREFIX
from muster.domain.mapping import MatchMethod
from muster.domain.mapping_memory import MemoryScope, Said, header_key, header_keys
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.mapping.convert import convert, in_force
from muster.pipeline.mapping.field_of import field_of
from muster.pipeline.mapping.source_tables import source_table_of
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from muster.catalog.model import Source, SourceTable
    from muster.domain.custom_fields import CustomField
    from muster.domain.findings import Finding
    from muster.domain.mapping import ColumnMapping, TableDetection
    from muster.domain.mapping_memory import Layout, Learned, RememberedColumn
    from muster.domain.tables import TableInfo

ALIKE = 0.6
"""The share of headers that two tables have in common, of all that either has, from which they are of one kind."""

REMEMBERED = 0.99
"""How sure a remembered word is that the file does not contradict."""
_CONTRADICTED = 0.5
_MOST_UNREADABLE = 1 / 3
_FEW_CELLS = 3
_MOST_ROWS = 50
"""Of the sample, this many rows are held against what is remembered: it is asked of every column of every file."""
_GENERIC = "generic"

WordKey = tuple["UUID", str]
"""A layout's id and the key of a header (domain.mapping_memory.header_key)."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """The columns of a table with what is remembered of them.

    `layouts` are those that the table was known by, `used` the words that count, `findings` what has drifted.
    """

    columns: tuple[ColumnMapping, ...]
    layouts: tuple[Layout, ...] = ()
    used: tuple[WordKey, ...] = ()
    findings: tuple[Finding, ...] = ()


def known_as(
    layouts: Iterable[Layout], source_system: str, source_table: str | None, columns: Sequence[str]
) -> tuple[Layout, ...]:
    """The layouts that a table is known by: one of each scope at most, the engagement's first.

    `source_table` None: no profile describes it, and of the layouts without one the most alike counts.
    """
    keys = header_keys(columns)
    best: dict[MemoryScope, tuple[float, Layout]] = {}
    for layout in layouts:
        if layout.source_table is not None:
            is_same = (layout.source_system, layout.source_table) == (source_system, source_table)
            alike = 2.0 if is_same else 0.0
        else:
            known = header_keys(layout.columns)
            alike = len(keys & known) / max(len(keys | known), 1)
        rival = best.get(layout.scope)
        if alike >= ALIKE and (rival is None or (alike, layout.seen_at) > (rival[0], rival[1].seen_at)):
            best[layout.scope] = (alike, layout)
    return tuple(best[scope][1] for scope in MemoryScope if scope in best)


def profiled(detected: TableDetection, sources: Mapping[str, Source]) -> tuple[str, str | None]:
    """The source system of a table, and the table of its profile: None where none describes these columns."""
    source = sources.get(detected.source_system or "")
    described = source is not None and source.id != _GENERIC
    return detected.source_system or _GENERIC, detected.source_table if described else None


def recall(
    table: TableInfo,
    detected: TableDetection,
    proposed: Sequence[ColumnMapping],
    sources: Mapping[str, Source],
    learned: Learned,
) -> Recalled:
    """Put what is remembered over what was proposed for the columns of `table`, and say what has drifted.

    `proposed` are the columns in file order. A word that names a field which is no longer declared is passed over.
    """
    layouts = known_as(learned.layouts, *profiled(detected, sources), table.columns)
    if not layouts:
        return Recalled(tuple(proposed))
    words = _words(layouts, learned.custom_fields)
    places = _places(table.columns, words)
    columns = tuple(
        _said(column, words[places[column.position]][1], learned.custom_fields) if column.position in places else column
        for column in proposed
    )
    columns = _without_rivals(columns)
    unreadable = _unreadable(table, source_table_of(detected, sources), columns)
    contradicted = _contradicted(proposed, columns, unreadable, {at: words[key][1] for at, key in places.items()})
    columns = tuple(
        replace(column, confidence=_CONTRADICTED, evidence=f"{column.evidence}; but {contradicted[column.position]}")
        if column.position in contradicted
        else column
        for column in columns
    )
    changed = [
        import_codes.note(
            import_codes.REMEMBERED_VALUES_CHANGED,
            table=table.name,
            field=table.columns[position],
            column=table.columns[position],
            target=str(columns[position].target_field),
            origin=words[places[position]][1].origin.sentence(),
            reason=reason,
        )
        for position, reason in contradicted.items()
    ]
    return Recalled(
        columns,
        layouts,
        tuple((words[key][0].id, key) for key in places.values()),
        (*_column_drift(table, layouts[0]), *changed),
    )


def _words(
    layouts: Sequence[Layout], custom_fields: Mapping[str, CustomField]
) -> dict[str, tuple[Layout, RememberedColumn]]:
    """The words by header key, each with its layout; the first layout that has one counts."""
    words: dict[str, tuple[Layout, RememberedColumn]] = {}
    for layout in layouts:
        for word in layout.words:
            target = word.target_field
            if target is None or target in FIELDS or target in custom_fields:
                words.setdefault(word.key, (layout, word))
    return words


def _without_rivals(columns: tuple[ColumnMapping, ...]) -> tuple[ColumnMapping, ...]:
    """What was proposed for a scalar field that a word gives to another column is taken back."""
    kept = {column.position for column in in_force(columns)}
    return tuple(
        column
        if column.position in kept
        else replace(
            column,
            target_field=None,
            confidence=0.0,
            match_method=MatchMethod.NONE,
            evidence=f"{column.target_field} is fed by another column, as remembered; kept as it is",
            transformation=None,
        )
        for column in columns
    )


def is_custom(target: str) -> bool:
    """Whether a target is one of the engagement's own fields."""
    return target.startswith(PREFIX)


def _places(columns: Sequence[str], words: Mapping[str, tuple[Layout, RememberedColumn]]) -> dict[int, str]:
    """The word of each column by position; of columns whose headers are alike the one spelled as remembered."""
    found: dict[str, int] = {}
    for position, name in enumerate(columns):
        key = header_key(name)
        if key in words and (key not in found or name == words[key][1].source_field):
            found[key] = position
    return {position: key for key, position in found.items()}


def _said(column: ColumnMapping, word: RememberedColumn, custom_fields: Mapping[str, CustomField]) -> ColumnMapping:
    """The column as the word has it. What a profile prefers among columns that feed one field stays in force."""
    agrees = word.target_field == column.target_field
    by_profile = agrees and column.match_method is MatchMethod.SOURCE_PROFILE
    evidence = word.origin.sentence()
    return replace(
        column,
        target_field=word.target_field,
        confidence=column.confidence if by_profile else REMEMBERED,
        match_method=MatchMethod.REMEMBERED,
        evidence=f"{column.evidence}; {evidence}" if by_profile else evidence,
        transformation=word.transformation,
        custom=custom_fields.get(word.target_field or ""),
    )


def _contradicted(
    proposed: Sequence[ColumnMapping],
    columns: Sequence[ColumnMapping],
    unreadable: Mapping[int, float],
    words: Mapping[int, RememberedColumn],
) -> dict[int, str]:
    """By position, why the sampled values speak against a word: they can not be read, or are of another size."""
    found: dict[int, str] = {}
    for before, column in zip(proposed, columns, strict=True):
        word, field = words.get(column.position), field_of(column)
        if word is None or field is None:
            continue
        if column.position in unreadable:
            share = f"{unreadable[column.position]:.0%}"
            found[column.position] = f"{share} of its sampled values can not be {field.title}"
        elif word.origin.said is Said.CONFIRMED and before.target_field == column.target_field:
            now, then = (Transformation.parse(item.transformation).unit for item in (before, column))
            if (now or field.unit) != (then or field.unit):
                found[column.position] = f"its values look like {now or field.unit} now, not {then or field.unit}"
    return found


def _unreadable(
    table: TableInfo, source_table: SourceTable | None, columns: Sequence[ColumnMapping]
) -> dict[int, float]:
    """By position, the share of the sampled filled cells of remembered columns that can not be read, where too high."""
    feeding = [
        column
        for column in columns
        if column.match_method is MatchMethod.REMEMBERED
        and (field := field_of(column)) is not None
        and field.type is not FieldType.TEXT  # which every cell is
    ]
    if not feeding or not table.sample:
        return {}
    cells = {cell_column(place): pl.String for place in range(len(table.columns))}
    rows_seen = table.sample[:: -(-len(table.sample) // _MOST_ROWS)]
    frame = pl.DataFrame([list(row) for row in rows_seen], schema=cells, orient="row")
    rows = pl.int_range(1, frame.height + 1, dtype=pl.Int32, eager=True)
    frame = frame.insert_column(0, rows.alias(LINE)).insert_column(0, rows.alias(ROW_NUMBER))
    found: dict[int, float] = {}
    for group in _apart(feeding):
        failures = dict(convert(frame, table, group, source_table).failures["position"].value_counts().iter_rows())
        for column in group:
            text = frame[cell_column(column.position)].str.strip_chars()
            filled = frame.height - text.null_count() - int((text == "").sum())
            share = failures.get(column.position, 0) / max(filled, 1)
            if filled >= _FEW_CELLS and share > _MOST_UNREADABLE:
                found[column.position] = share
    return found


def _apart(columns: Sequence[ColumnMapping]) -> Iterator[list[ColumnMapping]]:
    """Columns in groups in which no two feed one field: there a failure counts only where no other gives a value."""
    rest = list(columns)
    while rest:
        group = list({column.target_field: column for column in reversed(rest)}.values())
        yield group
        rest = [column for column in rest if column not in group]


def _column_drift(table: TableInfo, layout: Layout) -> Iterator[Finding]:
    """Columns that the last file of this kind had and a word is about, and columns that it had not."""
    now, then = header_keys(table.columns), header_keys(layout.columns)
    for word in layout.in_order():
        if word.target_field is not None and word.key in then and word.key not in now:
            yield import_codes.note(
                import_codes.REMEMBERED_COLUMN_GONE,
                table=table.name,
                field=word.source_field,
                column=word.source_field,
                target=word.target_field,
                origin=word.origin.sentence(),
            )
    known = then | {word.key for word in layout.words}
    for name in table.columns:
        if header_key(name) not in known:
            yield import_codes.note(
                import_codes.COLUMN_NEW,
                table=table.name,
                field=name,
                column=name,
                filename=layout.filename or layout.table,
            )
