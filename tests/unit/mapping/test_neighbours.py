"""A column is judged by the others of its table too."""

from __future__ import annotations

from mapping_builders import table_of

from muster.catalog.fields import ASSET_FIELDS, FIELDS
from muster.pipeline.mapping.candidates import assign, candidates, columns_of


def fed(headers: tuple[str, ...], *rows: tuple[str, ...], fields: tuple[str, ...] = ASSET_FIELDS) -> dict[str, str]:
    columns = columns_of(table_of(headers, list(rows)))
    return {item.column.name: item.field for item in assign(candidates(columns, fields)).values()}


def test_a_host_beside_a_name_is_the_host_that_several_machines_share() -> None:
    rows = [(f"web{number}", f"10.0.0.{number}", f"esx{number % 2}") for number in range(8)]
    assert fed(("VM", "IP Address", "Host"), *rows)["Host"] == "hypervisor_host"


def test_a_host_is_the_name_of_the_row_where_there_is_no_other() -> None:
    rows = [(f"web{number}", f"10.0.0.{number}", "Ubuntu 22.04") for number in range(8)]
    assert fed(("Host", "IP Address", "OS"), *rows)["Host"] == "hostname"


def test_of_two_counts_of_processors_the_larger_multiple_are_the_cores() -> None:
    rows = [("web1", "2", "16"), ("web2", "1", "8"), ("web3", "4", "64"), ("web4", "2", "32")]
    found = fed(("Server Name", "# CPU", "CPU Cores"), *rows)
    assert (found["# CPU"], found["CPU Cores"]) == ("cpu_sockets", "cpu_cores")


def test_disks_are_counted_or_measured_as_their_numbers_say() -> None:
    assert fed(("Hostname", "Disks"), ("a1", "1"), ("b1", "4"), ("c1", "2"))["Disks"] == "disk_count"
    assert fed(("Hostname", "Disk"), ("a1", "100"), ("b1", "500"), ("c1", "250"))["Disk"] == "storage_gb"


def test_applications_are_the_rows_where_nothing_else_names_them() -> None:
    rows = [("CRM", "sells", "Jane Example"), ("ERP", "books", "John Example")]
    assert fed(("Application Name", "Description", "Owner"), *rows)["Application Name"] == "asset_name"
    beside = fed(("Server Name", "Application Name"), ("web1", "CRM"), ("web2", "ERP"))
    assert beside["Application Name"] == "application_name"


def test_source_and_target_are_what_their_values_are() -> None:
    fields = tuple(FIELDS)
    named = fed(("source", "target"), ("cart", "payment service"), ("shop", "cart"), fields=fields)
    assert named == {"source": "source_app", "target": "target_app"}
    addressed = fed(("Source", "Destination"), ("10.0.0.1", "10.0.0.2"), ("10.0.0.3", "10.0.0.4"), fields=fields)
    assert addressed == {"Source": "source_ip", "Destination": "target_ip"}


def test_the_size_of_one_disk_of_several_is_not_that_of_the_machine() -> None:
    rows = [("web1", "Hard disk 1", "100"), ("web1", "Hard disk 2", "200"), ("web2", "Hard disk 1", "100")]
    assert "storage_gb" not in fed(("VM", "Disk", "Capacity (GB)"), *rows).values()


def test_a_vague_header_in_a_table_without_a_telling_column_feeds_nothing() -> None:
    assert fed(("Type", "Colour"), ("a", "red"), ("b", "blue"), ("c", "green")) == {}


def test_the_path_that_all_columns_share_stands_for_the_row() -> None:
    headers = ("content.network_device.name", "content.network_device.serial", "content.network_device.ips")
    rows = [("sw1", "FCW1234A0BC", "10.0.0.1"), ("sw2", "FCW1234A0BD", "10.0.0.2"), ("sw3", "FCW1234A0BE", "10.0.0.3")]
    assert list(fed(headers, *rows).values()) == ["asset_name", "serial_number", "ip_address"]
