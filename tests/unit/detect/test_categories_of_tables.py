"""The tables of one file may be of several categories, and some are recognised only beside others of their source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.registry import categories, sources
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.detect import detect

if TYPE_CHECKING:
    from muster.domain.mapping import Detection

SERVERS = SourceTable(
    name="boxes",
    grain="one box",
    columns=(SourceColumn(("box",), "asset_name"),),
    fingerprint=("boxmaker_id", "boxmaker_shelf"),
)
LINKS = SourceTable(
    name="links",
    grain="one link",
    columns=(SourceColumn(("from",), "source_server"), SourceColumn(("to",), "target_server")),
    fingerprint=("boxmaker_link", "boxmaker_wire"),
    import_category="app_discovery",
)
APPLICATIONS = SourceTable(
    name="programs",
    grain="one program",
    names=("programs",),
    columns=(SourceColumn(("program",), "asset_name"),),
    beside_others=True,
)
SOURCE = Source("boxmaker", "Boxmaker", "cmdb_export", (SERVERS, LINKS, APPLICATIONS))


def table(number: int, name: str, *columns: str) -> TableInfo:
    return TableInfo(number, name, columns, 1, 1, f"{number}.parquet", sample=(tuple("x" for _ in columns),))


BOXES = table(0, "a", "box", "boxmaker_id", "boxmaker_shelf")
WIRES = table(1, "b", "from", "to", "boxmaker_link", "boxmaker_wire")
PROGRAMS = table(2, "programs", "program")


def found(*tables: TableInfo, source: Source = SOURCE, **stated: str) -> Detection:
    known = {**sources(), source.id: source}
    return detect(ReadReport(FileFormat("csv"), tables), "file.csv", known, categories(), **stated)


def test_a_table_without_a_category_of_its_own_has_that_of_its_source() -> None:
    assert (SOURCE.category_of(SERVERS), SOURCE.category_of(LINKS)) == ("cmdb_export", "app_discovery")


def test_the_tables_of_one_workbook_have_a_category_each() -> None:
    detection = found(BOXES, WIRES)
    assert [(entry.source_table, entry.import_category, entry.imported) for entry in detection.tables] == [
        ("boxes", "cmdb_export", True),
        ("links", "app_discovery", True),
    ]


def test_a_stated_category_takes_only_the_tables_of_that_category() -> None:
    detection = found(BOXES, WIRES, stated_category="app_discovery")
    assert [entry.source_table for entry in detection.tables if entry.imported] == ["links"]


def test_a_category_that_nobody_declares_recognises_nothing() -> None:
    unknown = replace(SOURCE, tables=(SERVERS, replace(LINKS, import_category="no_such_category")))
    assert found(BOXES, WIRES, source=unknown).tables[1].source_table is None


def test_a_common_table_is_recognised_beside_others_of_its_source() -> None:
    detection = found(BOXES, PROGRAMS)
    assert (detection.tables[1].source_system, detection.tables[1].source_table) == ("boxmaker", "programs")
    assert detection.tables[1].imported


def test_a_common_table_alone_is_not_taken_for_that_source() -> None:
    assert found(PROGRAMS).tables[0].source_system != "boxmaker"
