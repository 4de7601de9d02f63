"""Every column that a source is documented to have is known to the source, and feeds what it means.

The documentation is `formats.csv`, one row for each column that was seen in real material; rows of hearsay (K) do not
count. A column is known when a table of its source declares it, with a field or with None on purpose.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from muster.catalog.fields import FIELDS
from muster.catalog.registry import sources
from muster.kit.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.catalog.model import SourceColumn

DOCUMENTED = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "formats.csv"

SOURCES = {
    "Azure Migrate": "azure_migrate",
    "Azure Migrate Export tool": "azure_migrate_export",
    "AWS Migration Hub / ADS": "aws_migration_hub",
    "AWS ADS agent (Athena / export)": "aws_ads",
    "AWS MPA": "aws_mpa",
    "AWS Cloud Migration Factory": "aws_cmf",
    "AWS Application Migration Service": "aws_mgn",
    "Google Migration Center": "google_migration_center",
    "RVTools": "rvtools",
    "ServiceNow": "servicenow",
    "Device42": "device42",
    "Konveyor / MTA": "konveyor",
    "GLPI / FusionInventory": "glpi",
    "SolarWinds Orion": "solarwinds",
    "Lansweeper": "lansweeper",
    "AWS VPC Flow Logs": "aws_vpc_flow",
    "Azure NSG flow log": "azure_flow",
    "Azure VNet flow log": "azure_flow",
    "Zeek": "zeek",
    "Amazon Macie": "macie",
    "AWS Security Hub (ASFF)": "aws_security_hub",
    "Google Sensitive Data Protection": "google_sdp",
    "Microsoft Purview": "purview",
    "SQL Server Data Discovery & Classification": "sql_server_classification",
}
"""The source of each name in the documentation that has columns seen in real material."""

TABLES = {
    ("Azure Migrate", "server import template (CSV)"): ("import template",),
    ("Azure Migrate", "server import template (CSV), doc-only columns"): ("import template",),
    ("Azure Migrate", "dependency analysis export (CSV)"): ("dependency export",),
    ("Azure Migrate", "assessment export, sheet All_Assessed_Machines"): ("All_Assessed_Machines",),
    ("Azure Migrate", "assessment export, sheet All_Assessed_Disks"): ("All_Assessed_Disks",),
    ("AWS ADS agent (Athena / export)", "os_info_agent"): ("os_info_agent",),
    ("AWS ADS agent (Athena / export)", "network_interface_agent"): ("network_interface_agent",),
    ("AWS ADS agent (Athena / export)", "sys_performance_agent (15-minute samples)"): ("sys_performance_agent",),
    ("AWS ADS agent (Athena / export)", "inbound_connection_agent / outbound_connection_agent"): ("connection_agent",),
    ("AWS ADS agent (Athena / export)", "processes_agent"): ("processes_agent",),
    ("AWS MPA", "workbook sheet Servers"): ("Servers",),
    ("AWS MPA", "workbook sheet Databases"): ("Databases",),
    ("AWS MPA", "workbook sheets Applications, Server to Application, Server Communication"): (
        "Applications", "Server to Application", "Server Communication",
    ),
    ("AWS Cloud Migration Factory", "intake form (CSV/XLSX)"): ("intake form",),
    **{
        ("RVTools", f"sheet {name}"): (name,)
        for name in ("vInfo", "vCPU", "vMemory", "vDisk", "vPartition", "vNetwork", "vHost", "vDatastore")
    },
}  # fmt: skip
"""Where a source has several tables, those that a kind of file must be known to; any of them where nothing stands."""

MEANINGS = {
    "asset.name": {"asset_name", "hostname"},
    "asset.vm_name": {"asset_name"},
    "asset.fqdn": {"fqdn", "hostname"},
    "asset.ip_addresses": {"ip_address"},
    "asset.mac_addresses": {"mac_address"},
    "asset.external_id": {"source_id"},
    "asset.smbios_uuid": {"instance_uuid"},
    "asset.serial_number": {"serial_number"},
    "asset.asset_tag": {"asset_tag"},
    "asset.is_physical": {"asset_type"},
    "asset.hypervisor": {"virtualization_platform"},
    "asset.host": {"hypervisor_host"},
    "asset.cluster": {"cluster"},
    "asset.datacenter": {"datacenter"},
    "asset.os_name": {"operating_system"},
    "asset.os_name_config": {"operating_system"},
    "asset.os_family": {"operating_system"},
    "asset.os_version": {"os_version"},
    "asset.os_arch": {"os_architecture"},
    "asset.firmware": {"firmware_type"},
    "asset.power_state": {"power_state"},
    "asset.cpu_sockets": {"cpu_sockets"},
    "asset.cpu_cores": {"cpu_cores"},
    "asset.cpu_cores_per_socket": {"cpu_cores"},
    "asset.cpu_model": {"cpu_model"},
    "asset.cpu_mhz": {"cpu_speed_mhz"},
    "asset.memory_mib": {"memory_gb"},
    "asset.memory_gib": {"memory_gb"},
    "asset.disk_allocated_gib": {"storage_gb"},
    "asset.disk_allocated_mib": {"storage_gb"},
    "asset.disk_provisioned_mib": {"storage_gb"},
    "asset.disk_used_gib": {"storage_used_gb"},
    "asset.disk_used_mib": {"storage_used_gb"},
    "asset.disk_free_gib": {"storage_free_gb"},
    "asset.disk_count": {"disk_count"},
    "asset.nic_count": {"nic_count"},
    "asset.environment": {"environment"},
    "asset.applications": {"application_name"},
    "asset.wave": {"migration_wave"},
    "asset.strategy": {"six_r_strategy"},
    "asset.tags": {"tags"},
    "asset.department": {"department"},
    "asset.support_group": {"support_group"},
    "asset.first_seen": {"first_seen"},
    "asset.last_seen": {"last_seen"},
    "app.name": {"application_name", "asset_name", "source_app", "target_app"},
    "app.description": {"description"},
    "db.name": {"asset_name"},
    "db.engine": {"database_type"},
    "db.version": {"database_version"},
    "db.strategy": {"six_r_strategy"},
    "nic.ip": {"ip_address"},
    "nic.mac": {"mac_address"},
    "perf.cpu_pct": {"cpu_utilization_percent"},
    "perf.cpu_pct_avg": {"cpu_utilization_percent"},
    "perf.cpu_pct_max": {"cpu_utilization_percent_max"},
    "perf.mem_pct": {"memory_utilization_percent"},
    "perf.mem_pct_avg": {"memory_utilization_percent"},
    "perf.mem_pct_max": {"memory_utilization_percent_max"},
    "dep.src_asset": {"source_server"},
    "dep.dst_asset": {"target_server"},
    "dep.src_ip": {"source_ip"},
    "dep.dst_ip": {"target_ip"},
    "dep.src_app": {"source_app"},
    "dep.dst_app": {"target_app"},
    "dep.src_process": {"source_process"},
    "dep.dst_process": {"target_process"},
    "dep.dst_port": {"port"},
    "dep.src_port": set[str](),
    "dep.protocol": {"protocol"},
    "dep.connection_count": {"connection_count"},
}
"""What each documented meaning may feed; None is always allowed, for a part of a total or a fact of something else."""

UNITS = {"MB": {"MB", "MiB"}, "MiB": {"MB", "MiB"}, "GB": {"GB", "GiB"}, "GiB": {"GB", "GiB"}}
"""What the transformation of a column in that unit may say: MB and MiB are one here (catalog.header_words).

A unit marked `(check)` differs between samples; the column's values decide it.
"""

PLACEHOLDERS = {"Disk N ": "Disk 1 ", "Tag Category N": "Tag Category 1", "Tag N": "Tag 1"}
"""How the documentation writes a column that stands there several times, and one of them."""
WITHIN = {("AWS Security Hub (ASFF)", "DataClassification"): "DataClassification."}
"""What the documentation's names of a kind stand within."""
NO_HEADER = re.compile(r"<key>|\[\]|…|^\d")
"""Headers that end in a user's own word, paths into lists (which become tables), places in a tuple: read otherwise."""


class Documented(NamedTuple):
    """One row of the documentation."""

    source: str
    file_kind: str
    column: str
    aliases: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def spellings(self) -> Iterator[str]:
        for spelling in (self.column, *self.aliases):
            written = next((mark for mark in PLACEHOLDERS if spelling.startswith(mark)), "")
            within = WITHIN.get((self.source, self.file_kind), "")
            yield within + PLACEHOLDERS.get(written, "") + spelling.removeprefix(written)


def documented() -> list[Documented]:
    if not DOCUMENTED.exists():
        return []
    with DOCUMENTED.open(encoding="utf-8", newline="") as file:
        return [
            Documented(
                row["source"],
                row["file_kind"],
                row["column"],
                tuple(filter(None, row["aliases"].split(";"))),
                row["unit"],
                row["canonical"],
            )
            for row in csv.DictReader(file)
            if row["conf"] in {"V", "D"} and not NO_HEADER.search(row["column"])
        ]


def by_kind() -> dict[tuple[str, str], list[Documented]]:
    kinds = defaultdict(list)
    for row in documented():
        kinds[row.source, row.file_kind].append(row)
    return kinds


KINDS = by_kind()
pytestmark = pytest.mark.skipif(not KINDS, reason="the documentation of formats is not on this machine")


def each_kind() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{SOURCES.get(kind[0], kind[0])}-{kind[1]}")


def declared(kind: tuple[str, str]) -> dict[str, list[SourceColumn]]:
    """The columns that the tables of this kind of file declare, by each folded spelling."""
    names = TABLES.get(kind)
    found = defaultdict(list)
    for table in sources()[SOURCES[kind[0]]].tables:
        for column in table.columns if names is None or table.name in names else ():
            for spelling in column.spellings:
                found[fold(spelling)].append(column)
    return found


def columns_of(row: Documented, known: dict[str, list[SourceColumn]]) -> list[SourceColumn]:
    return [column for spelling in row.spellings for column in known.get(fold(spelling), ())]


def test_every_documented_source_is_declared() -> None:
    assert {kind[0] for kind in KINDS} <= SOURCES.keys()
    assert set(SOURCES.values()) <= sources().keys()


@each_kind()
def test_every_documented_column_is_known_in_every_spelling(kind: tuple[str, str]) -> None:
    known = declared(kind)
    unknown = [spelling for row in KINDS[kind] for spelling in row.spellings if fold(spelling) not in known]
    assert not unknown


@each_kind()
def test_a_documented_column_feeds_what_it_means(kind: tuple[str, str]) -> None:
    known = declared(kind)
    wrong = [
        (row.column, column.target)
        for row in KINDS[kind]
        for column in columns_of(row, known)
        if column.target is not None and column.target not in MEANINGS.get(row.meaning, {column.target})
    ]
    assert not wrong


@each_kind()
def test_a_documented_unit_is_the_one_that_is_read(kind: tuple[str, str]) -> None:
    known = declared(kind)
    wrong = [
        (row.column, row.unit, column.transformation)
        for row in KINDS[kind]
        for column in columns_of(row, known)
        if column.target is not None
        and FIELDS[column.target].unit == "GB"
        and row.unit in UNITS
        and not UNITS[row.unit] & set(re.findall(r"unit:(\w+)", column.transformation or ""))
    ]
    assert not wrong
