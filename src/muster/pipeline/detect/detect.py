"""What a file is: category and source system per table, then for the whole, with confidence and reasons in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.domain.mapping import Detection, TableDetection
from muster.pipeline.detect.kind import (
    FITS,
    DeclaredColumns,
    KindMatch,
    TableReading,
    looks_like,
    match_kind,
    read_table,
)
from muster.pipeline.detect.profile import RECOGNISED, best_profile
from muster.pipeline.mapping.columns import position_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.catalog.model import Category, Source, SourceTable
    from muster.domain.tables import ReadReport, TableInfo

GENERIC = "generic"
_STATED = 1.0
_SHOWN = 4
_NAMES = frozenset({"asset_name", "hostname", "fqdn", "serial_number", "instance_uuid", "ip_address"})


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of every table alike."""

    filename: str
    sources: Mapping[str, Source]
    categories: Mapping[str, Category]
    stated_category: str | None
    stated_source: str | None


def detect(  # noqa: PLR0913, PLR0917 - the upload, what is known, and what the user said
    report: ReadReport,
    filename: str,
    sources: Mapping[str, Source],
    categories: Mapping[str, Category],
    stated_category: str | None = None,
    stated_source: str | None = None,
) -> Detection:
    """Say what `report`'s file is; `import_category` None with reasons when nothing fits.

    `stated_category` (an id; None or "auto" asks for detection) and `stated_source` (an id, or a system without a
    profile such as Movere, which is then mapped generically under that name) are the user's word and are not
    overruled; what the file looks like is said in the reasons. Raises KeyError for a category that does not exist.
    """
    stated = None if stated_category in (None, "auto") else stated_category
    if stated is not None and stated not in categories:
        raise KeyError(stated)
    question = _Question(filename, sources, categories, stated, stated_source)
    tables = [_by_profile(table, question) or _by_columns(table, question) for table in report.tables]
    tables = _one_source(tables, report, question)
    if stated is not None and not any(table.imported for table in tables):
        tables = _take_best(tables, report, question)
    return _whole(tuple(tables), question)


def _by_profile(table: TableInfo, question: _Question, beside: str | None = None) -> TableDetection | None:
    """What `table` is by the declared tables of all sources, or by those that only count `beside` others of one."""
    candidates = (
        (source, declared)
        for source in question.sources.values()
        if source.id != GENERIC and question.stated_source in (None, source.id) and beside in (None, source.id)
        for declared in source.tables
        if declared.beside_others is (beside is not None)
        and source.category_of(declared) in question.categories
        and question.stated_category in (None, source.category_of(declared))
    )
    match = best_profile(table, question.filename, candidates)
    if match is None or (match.confidence < RECOGNISED and match.source.id != question.stated_source):
        return None
    declared = match.table
    reasons = match.reasons
    imported = declared.imported and table.rows > 0
    if not declared.imported:
        reasons = (declared.reason or f"{declared.name} brings no assets", *reasons)
    elif not imported:
        reasons = ("it has no rows", *reasons)
    category = match.source.category_of(declared)
    return TableDetection(table.name, category, match.source.id, declared.name, match.confidence, reasons, imported)


def _by_columns(table: TableInfo, question: _Question) -> TableDetection:
    reading = read_table(table)
    if not table.columns or table.rows == 0:
        return _nothing(table, "it has no rows")
    generic = _generic_table(table, reading, question)
    reading, declared = _apply(generic, table, reading) if generic else (reading, DeclaredColumns())
    asked = [entry for name, entry in question.categories.items() if question.stated_category in (None, name)]
    matches = [match_kind(reading, category, declared) for category in asked]
    fitting = [match for match in matches if match.required and match.fit >= FITS]
    if not fitting:
        return _nothing(
            table, *_why_not(reading, matches, asked), confidence=max((m.confidence for m in matches), default=0.0)
        )
    best = max(fitting, key=lambda match: match.fit)
    return _generic(table, best, generic, question)


def _generic(table: TableInfo, match: KindMatch, declared: SourceTable | None, question: _Question) -> TableDetection:
    return TableDetection(
        table=table.name,
        import_category=match.category,
        source_system=question.stated_source or GENERIC,
        source_table=declared.name if declared else None,
        confidence=match.confidence,
        reasons=match.reasons,
        imported=True,
    )


def _generic_table(table: TableInfo, reading: TableReading, question: _Question) -> SourceTable | None:
    """The generic source's table that fits: one whose required columns are there when nothing else names the rows."""
    source = question.sources.get(GENERIC)
    if source is None:
        return None
    names = {item.column.position for item in reading.chosen if item.field in _NAMES}
    for declared in source.tables:
        places = {position_of(table, column, declared) for column in declared.required_columns}
        if places and None not in places and names <= places:
            return declared
    return source.tables[0]


def _apply(generic: SourceTable, table: TableInfo, reading: TableReading) -> tuple[TableReading, DeclaredColumns]:
    """What the declared table knows about the columns goes before what the scorer makes of them."""
    places = {column: position_of(table, column.spellings[0], generic) for column in generic.columns}
    known = {column: place for column, place in places.items() if place is not None}
    left_alone = frozenset(place for column, place in known.items() if column.target is None)
    return read_table(table, left_alone) if left_alone else reading, DeclaredColumns(
        targets=frozenset(column.target for column in known if column.target),
        others=len(left_alone),
        fingerprints=sum(position_of(table, column, generic) is not None for column in generic.fingerprint),
    )


def _why_not(reading: TableReading, matches: list[KindMatch], categories: Iterable[Category]) -> tuple[str, ...]:
    other = looks_like(reading, categories)
    if other:
        return (other,)
    if any(match.fit >= FITS for match in matches):
        return ("no column names the rows (a name, address, serial number or UUID)",)
    if reading.chosen:
        named = ", ".join(f"“{item.column.name}”" for item in reading.chosen[:4])
        return (f"only {len(reading.chosen)} of {reading.columns} columns ({named}) could belong to an inventory",)
    return ("none of its columns is known from an inventory",)


def _nothing(table: TableInfo, *reasons: str, confidence: float = 0.0) -> TableDetection:
    return TableDetection(table.name, None, None, None, confidence, reasons, imported=False)


def _one_source(tables: list[TableDetection], report: ReadReport, question: _Question) -> list[TableDetection]:
    """In an export of a known system, a table that only looks like an inventory is one of that system's others."""
    systems = {table.source_system for table in tables if table.imported and table.source_system not in (None, GENERIC)}
    if len(systems) != 1:
        return tables
    system = systems.pop()
    tables = [
        table if table.source_system == system else _by_profile(info, question, beside=system) or table
        for table, info in zip(tables, report.tables, strict=True)
    ]
    reason = f"the file is an export of {system}, and this table is none that brings assets"
    return [
        TableDetection(table.table, None, system, None, table.confidence, (reason,), imported=False)
        if table.imported and table.source_system == GENERIC
        else table
        for table in tables
    ]


def _take_best(tables: list[TableDetection], report: ReadReport, question: _Question) -> list[TableDetection]:
    """The user named the category: the table that fits it best, or the largest, is taken at the user's word."""
    category = question.categories[str(question.stated_category)]
    readings = {table.name: read_table(table) for table in report.tables if table.rows > 0}
    if not readings:
        return tables
    infos = {table.name: table for table in report.tables}
    matches = {name: match_kind(reading, category, DeclaredColumns()) for name, reading in readings.items()}
    best = max(matches, key=lambda name: (matches[name].fit, infos[name].rows))
    generic = _generic_table(infos[best], readings[best], question)
    said = f"taken as {category.title} because you said so"
    return [
        _generic(infos[best], replace(matches[best], reasons=(said, *table.reasons)), generic, question)
        if table.table == best
        else table
        for table in tables
    ]


def _whole(tables: tuple[TableDetection, ...], question: _Question) -> Detection:
    imported = [table for table in tables if table.imported]
    if not imported:
        reasons = tuple(f"{table.table}: {reason}" for table in tables[:5] for reason in table.reasons[:1])
        confidence = max((table.confidence for table in tables), default=0.0)
        known = max(
            (table for table in tables if table.source_system), key=lambda table: table.confidence, default=None
        )
        system = question.stated_source or (known.source_system if known else None)
        return Detection(question.stated_category, system, confidence, reasons or ("there is no table",), tables)
    best = max(imported, key=lambda table: table.confidence)
    said = ("you named the category",) if question.stated_category else ()
    return Detection(
        import_category=best.import_category,
        source_system=question.stated_source or best.source_system,
        confidence=_STATED if question.stated_category else best.confidence,
        reasons=(*said, *best.reasons, *_set_of(imported, best, question)),
        tables=tables,
    )


def _set_of(imported: list[TableDetection], best: TableDetection, question: _Question) -> tuple[str, ...]:
    """Which tables, or files of an archive, belong together: those of one source system, each another part of it."""
    source = question.sources.get(best.source_system or "")
    parts = [table.table for table in imported if table.source_system == best.source_system]
    if source is None or source.id == GENERIC or len(parts) < 2:  # noqa: PLR2004 - one table is no set
        return ()
    shown = ", ".join(f"“{part}”" for part in parts[:_SHOWN])
    more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
    return (f"{shown}{more} belong together: one export of {source.title}",)
