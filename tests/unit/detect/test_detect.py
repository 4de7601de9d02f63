"""A file is recognised for what it is, with reasons; what is none of ours is unknown, with reasons too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from muster.catalog.model import Category, FieldGroup, SecurityLevel
from muster.catalog.registry import categories, sources
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.detect import detect
from muster.pipeline.mapping import propose
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from muster.domain.mapping import Detection

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "real"


def table(columns: tuple[str, ...], *rows: tuple[str, ...], name: str = "t", number: int = 0) -> TableInfo:
    return TableInfo(number, name, columns, 1, len(rows), f"{number}.parquet", sample=rows)


def detection_of(*tables: TableInfo, filename: str = "file.csv", **stated: str) -> Detection:
    return detect(ReadReport(FileFormat("csv"), tables), filename, sources(), categories(), **stated)


SERVERS = (("Hostname", "IP Address", "OS"), ("web01", "10.0.0.1", "Ubuntu 22.04"), ("db01", "10.0.0.2", "RHEL 8"))


def test_a_list_of_servers_is_a_generic_cmdb_export() -> None:
    found = detection_of(table(*SERVERS))
    assert (found.import_category, found.source_system) == ("cmdb_export", "generic")
    assert found.confidence > 0.7
    assert "3 of 3 columns describe assets" in found.reasons[0]


def test_servicenow_is_known_by_its_columns_whatever_the_file_is_called() -> None:
    columns = ("sys_id", "name", "sys_class_name", "os", "ram", "cpu_core_count", "install_status")
    found = detection_of(table(columns, ("0" * 31 + "1", "web01", "cmdb_ci_server", "Linux", "8192", "4", "1")))
    assert (found.source_system, found.tables[0].source_table) == ("servicenow", "cmdb_ci_server")


def test_relations_of_servicenow_are_dependencies() -> None:
    found = detection_of(table(("parent", "child", "type"), ("a", "b", "Runs on::Runs")), filename="cmdb_rel_ci.csv")
    assert (found.import_category, found.source_system) == ("app_discovery", "servicenow")


def test_of_an_rvtools_workbook_machines_and_hosts_bring_assets_and_belong_together() -> None:
    found = detection_of(
        table(("VM", "Powerstate", "CPUs", "Provisioned MiB"), ("web01", "poweredOn", "2", "1024"), name="vInfo"),
        table(("VM", "Disk", "Capacity MiB"), ("web01", "Hard disk 1", "1024"), name="vDisk", number=1),
        table(("Host", "# Cores"), ("esx01", "16"), name="vHost", number=2),
        table(("Hostname", "IP Address", "OS"), *SERVERS[1:], name="My notes", number=3),
    )
    assert found.source_system == "rvtools"
    assert [(entry.table, entry.imported) for entry in found.tables] == [
        ("vInfo", True), ("vDisk", False), ("vHost", True), ("My notes", False),
    ]  # fmt: skip
    assert "“vInfo”, “vHost” belong together: one export of RVTools" in found.reasons
    assert all(entry.reasons for entry in found.tables)


def test_a_workbook_of_two_lists_and_a_legend_imports_the_lists() -> None:
    found = detection_of(
        table(*SERVERS, name="Berlin"),
        table(*SERVERS, name="Paris", number=1),
        table(("Colour", "Meaning"), ("red", "old"), name="Legend", number=2),
    )
    assert [entry.imported for entry in found.tables] == [True, True, False]
    assert "none of its columns" in found.tables[2].reasons[0]


@pytest.mark.parametrize(
    "columns",
    [
        ("id", "species", "name", "age"),
        ("Date", "Close", "High", "Low"),
        ("name", "description", "tags"),
        ("timestamp", "value"),
        ("fn", "title", "url", "year", "type", "Action", "Drama"),
    ],
)
def test_what_is_no_inventory_is_unknown_with_a_reason(columns: tuple[str, ...]) -> None:
    found = detection_of(table(columns, tuple("x" for _ in columns), tuple("y" for _ in columns)))
    assert found.import_category is None
    assert found.confidence < 0.4
    assert found.reasons


def test_a_table_without_rows_brings_nothing_and_says_so() -> None:
    found = detection_of(table(("Hostname", "IP Address")))
    assert found.import_category is None
    assert "no rows" in found.reasons[0]


def test_the_users_category_is_not_overruled() -> None:
    found = detection_of(table(("id", "name", "age"), ("1", "web01", "5")), stated_category="cmdb_export")
    assert found.import_category == "cmdb_export"
    assert found.tables[0].imported
    assert "because you said so" in " ".join(found.reasons)


def test_a_stated_system_without_a_profile_is_mapped_generically_under_its_name() -> None:
    report = ReadReport(FileFormat("csv"), (table(*SERVERS),))
    found = detect(report, "f.csv", sources(), categories(), None, "movere")
    assert found.source_system == "movere"
    mapped = propose(report, found, sources(), categories())
    assert [column.target_field for column in mapped.columns] == ["hostname", "ip_address", "operating_system"]


def test_auto_asks_for_detection() -> None:
    assert detection_of(table(*SERVERS), stated_category="auto").import_category == "cmdb_export"


def test_a_fifth_category_takes_what_its_fields_describe_without_a_change_here() -> None:
    flows = Category(
        id="made_up",
        title="Flows",
        description="",
        security_level=SecurityLevel.STANDARD,
        security_warning="",
        kinds=("csv",),
        agents=(),
        required=(("source_server", "source_ip"), ("target_server", "target_ip")),
        enrichment_targets=(),
        processor_name="Made",
        field_groups=(FieldGroup.DEPENDENCY,),
    )
    report = ReadReport(
        FileFormat("csv"),
        (table(("Source IP", "Destination IP", "Destination port"), ("10.0.0.1", "10.0.0.2", "443")),),
    )
    known = {"cmdb_export": categories()["cmdb_export"], "made_up": flows}
    found = detect(report, "f.csv", sources(), known)
    assert found.import_category == "made_up"
    mapped = propose(report, found, sources(), known)
    assert [column.target_field for column in mapped.columns] == ["source_ip", "target_ip", "port"]


@pytest.mark.parametrize(
    ("category", "columns", "row"),
    [
        ("cmdb_export", ("Hostname", "OS", "RAM (GB)", "Owner", "CPU %"), ("web01", "RHEL 8", "8", "Sales", "12.5")),
        ("infrastructure", ("Hostname", "Timestamp", "CPU %", "Memory %"),
         ("web01", "2024-03-04 09:00", "12.5", "40.5")),
        ("infrastructure", ("Server", "RAM (GB)", "Avg CPU utilization", "Peak CPU utilization", "Memory utilization"),
         ("web01", "8", "12.5", "80.5", "40.5")),
        ("app_discovery", ("Source server", "Target server", "Port"), ("web01", "db01", "5432")),
        ("app_discovery", ("source_app", "target_app", "dependency_type", "criticality"),
         ("shop", "orders", "api", "high")),
        ("sensitive_data", ("Data store", "Data classification", "Regulations", "Retention period"),
         ("CRM", "confidential", "GDPR", "7 years")),
    ],
)  # fmt: skip
def test_a_list_belongs_to_the_category_that_most_of_its_columns_are_about(
    category: str, columns: tuple[str, ...], row: tuple[str, ...]
) -> None:
    found = detection_of(table(columns, row, row))
    assert found.import_category == category, found


def test_measurements_of_nothing_say_what_they_lack() -> None:
    found = detection_of(table(("Timestamp", "CPU %", "Memory %"), ("2024-03-04 09:00", "12.5", "40.5")))
    assert found.import_category is None
    assert "none gives name" in found.reasons[0]


def test_a_category_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        detection_of(table(*SERVERS), stated_category="nope")


def test_a_workbook_made_like_rvtools_is_read_and_recognised(tmp_path: Path) -> None:
    path = tmp_path / "RVTools_export_all.xlsx"
    with xlsxwriter.Workbook(path) as book:
        info = book.add_worksheet("vInfo")
        info.write_row(0, 0, ["VM", "Powerstate", "Template", "CPUs", "Memory", "In Use MiB"])
        info.write_row(1, 0, ["web01", "poweredOn", False, 2, 2048, 512])
        book.add_worksheet("vDisk").write_row(0, 0, ["VM", "Disk"])
    report = read_file(inspect_upload(path), tmp_path / "staging")
    found = detect(report, path.name, sources(), categories())
    assert found.source_system == "rvtools"
    assert [entry.table for entry in found.tables if entry.imported] == ["vInfo"]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not on this machine")
@pytest.mark.parametrize(
    "name",
    [
        "torture/frictionless_vix.csv",
        "torture/clevercsv_imdb.csv",
        "torture/clevercsv_airedale.csv",
        "torture/csvspectrum_simple.csv",
        "torture/sniff_example1.csv",
        "sensitive_data/presidio_FakeNameGenerator_100.csv",
    ],
)
def test_a_real_file_of_another_kind_is_unknown(name: str, tmp_path: Path) -> None:
    path = SHARED / name
    report = read_file(inspect_upload(path), tmp_path / "staging")
    assert detect(report, path.name, sources(), categories()).import_category is None
