"""Cells become canonical values, or rows of the failures frame; never anything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from mapping_builders import column_of, convert_one, staged_of, table_of, values_of

from muster.catalog.dtypes import dtype
from muster.catalog.fields import FIELDS
from muster.catalog.model import SourceColumn, SourceTable
from muster.domain.conversion import FAILURE_SCHEMA
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping import canonical_text, convert


@pytest.mark.parametrize(
    ("field", "cell", "how", "value"),
    [
        ("hostname", "WEB01.", None, "web01"),
        ("fqdn", "Web01.Example.COM.", None, "web01.example.com"),
        ("hostname", "BÜRO-PC", None, "büro-pc"),
        ("ip_address", "010.001.002.003", None, ["10.1.2.3"]),
        ("ip_address", "2001:DB8::0001", None, ["2001:db8::1"]),
        ("ip_address", "::ffff:10.0.0.1", None, ["10.0.0.1"]),
        ("ip_address", "10.0.0.1/24", None, ["10.0.0.1"]),
        ("ip_address", "[fe80::1%eth0,10.0.0.2, 10.0.0.1];", None, ["10.0.0.1", "10.0.0.2", "fe80::1"]),
        ("mac_address", "0050.56AA.0001", None, ["00:50:56:aa:00:01"]),
        ("mac_address", "00-50-56-aa-00-01; 00:50:56:AA:00:01", None, ["00:50:56:aa:00:01"]),
        ("instance_uuid", "{564D4CBCC6A919698B6F0242AC120002}", None, "564d4cbc-c6a9-1969-8b6f-0242ac120002"),
        (
            "instance_uuid",
            "56 4d 4c bc c6 a9 19 69-8b 6f 02 42 ac 12 00 02",
            None,
            "564d4cbc-c6a9-1969-8b6f-0242ac120002",
        ),
        ("cpu_cores", "4.0", None, 4),
        ("cpu_cores", "8 vCPU", None, 8),
        ("memory_gb", "16384", "unit:MB", 16.0),
        ("memory_gb", "16 GB", "unit:MB", 16.0),
        ("memory_gb", "1,024", None, 1024.0),
        ("memory_gb", "1.024,5", "decimal:,", 1024.5),
        ("memory_gb", "8589934592", "unit:B", 8.0),
        ("storage_gb", "1.5 TB", None, 1536.0),
        ("cpu_speed_mhz", "2.6", "unit:GHz", 2600.0),
        ("cpu_utilization_percent", "0.5", "fraction", 50.0),
        ("cpu_utilization_percent", "35 %", None, 35.0),
        ("current_monthly_cost", "€ 1,234.50", None, 1234.5),
        ("environment", "PRD", None, "production"),
        ("environment", "Pre-Prod", None, "pre_production"),
        ("business_criticality", "Tier 0", None, "critical"),
        ("six_r_strategy", "Lift & Shift", None, "rehost"),
        ("power_state", "poweredOn", None, "on"),
        ("operational_status", "Quarantined", None, "Quarantined"),
        ("asset_type", "cmdb_ci_ups", "else:other", "other"),
        ("installed_at", "31.12.2023", "date:dmy", date(2023, 12, 31)),
        ("installed_at", "12/31/23", "date:mdy", date(2023, 12, 31)),
        ("installed_at", "45291", "date:excel", date(2023, 12, 31)),
        ("installed_at", "31-Dec-2023", None, date(2023, 12, 31)),
        ("installed_at", "2023-12-31T10:00:00Z", None, date(2023, 12, 31)),
        ("last_seen", "2024-01-02T03:04:05+02:00", None, datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("last_seen", "1704164645", "date:epoch_s", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("last_seen", "1/2/2024 3:04 PM", "date:mdy", datetime(2024, 1, 2, 15, 4, tzinfo=UTC)),
        ("tags", "b; a;b", "list:;", ["a", "b"]),
        ("manufacturer", "0123456789abcdef0123456789abcdef", "reference", None),
        ("serial_number", "0012", None, "0012"),
        ("serial_number", "  N/A ", None, "N/A"),
        ("hostname", "n/a", None, None),
        ("memory_gb", "-", None, None),
    ],
)
def test_a_cell_becomes_its_canonical_value(field: str, cell: str, how: str | None, value: object) -> None:
    converted = convert_one(field, cell, transformation=how)
    assert converted.failures.is_empty(), converted.failures.to_dicts()
    assert converted.typed[field].to_list() == [value]
    assert converted.typed.schema[field] == dtype(FIELDS[field])


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("cpu_cores", "two", "wrong_type"),
        ("cpu_cores", "2.5", "wrong_type"),
        ("cpu_cores", "-1", "out_of_range"),
        ("port", "70000", "out_of_range"),
        ("memory_gb", "16 apples", "wrong_type"),
        ("memory_gb", "inf", "wrong_type"),
        ("cpu_utilization_percent", "101", "out_of_range"),
        ("ip_address", "10.0.0.300", "wrong_type"),
        ("ip_address", "10.0.0.1, nonsense", "wrong_type"),
        ("mac_address", "00:50:56:aa:00", "wrong_type"),
        ("instance_uuid", "vm-42", "wrong_type"),
        ("fqdn", "web01", "wrong_type"),
        ("hostname", "web 01", "wrong_type"),
        ("environment", "prodution", "unknown_word"),
        ("installed_at", "31/31/2024", "wrong_type"),
        ("last_seen", "yesterday", "wrong_type"),
    ],
)
def test_a_cell_that_can_not_be_converted_is_null_and_a_failure(field: str, cell: str, code: str) -> None:
    converted = convert_one(field, None, cell)
    assert converted.typed[field].to_list() == [None, None]
    (failure,) = converted.failures.to_dicts()
    assert (failure["row_number"], failure["line"], failure["field"], failure["code"]) == (2, 3, field, code)
    assert cell not in failure["excerpt"] or not any(char.isalnum() for char in cell)


def test_an_unknown_word_names_the_nearest_known_one() -> None:
    assert convert_one("environment", "prodution").failures["nearest"].to_list() == ["production"]
    assert convert_one("environment", "xyzzy").failures["nearest"].to_list() == [None]


def test_frames_have_their_documented_shape_even_when_empty() -> None:
    converted = convert(staged_of([], 1), table_of(("h0",)), [column_of("cpu_cores")])
    assert dict(converted.failures.schema) == {name: kind() for name, kind in FAILURE_SCHEMA.items()}
    assert converted.typed.columns[:4] == ["row_number", "line", "record_key", "cleared_fields"]
    assert converted.typed.schema["cleared_fields"] == pl.List(pl.String)


def test_the_clear_word_is_a_marker_and_no_value() -> None:
    converted = convert(
        staged_of([("<CLEAR>", "<clear>"), ("text", "10.0.0.1")]),
        table_of(("h0", "h1")),
        [column_of("description"), column_of("ip_address", 1)],
    )
    assert converted.typed["description"].to_list() == [None, "text"]
    assert converted.typed["ip_address"].to_list() == [None, ["10.0.0.1"]]
    assert converted.typed["cleared_fields"].to_list() == [["description", "ip_address"], []]
    assert converted.failures.is_empty()


def test_the_more_trusted_column_counts_and_the_other_fills_its_gaps() -> None:
    converted = convert(
        staged_of([("10", "20"), ("30", None), ("40", "bad"), ("bad", "50")]),
        table_of(("h0", "h1")),
        [column_of("storage_gb", 0, confidence=0.9), column_of("storage_gb", 1)],
    )
    assert converted.typed["storage_gb"].to_list() == [20.0, 30.0, 40.0, 50.0]
    assert converted.failures.select("row_number", "position").rows() == [(3, 1)]


def test_a_column_that_the_user_chose_stands_alone() -> None:
    chosen = replace(column_of("asset_name", 1), match_method=MatchMethod.USER)
    converted = convert(
        staged_of([("web01", "shop"), ("web02", None)]), table_of(("h0", "h1")), [column_of("asset_name"), chosen]
    )
    assert converted.typed["asset_name"].to_list() == ["shop", None]


def test_columns_of_a_list_field_are_joined() -> None:
    converted = convert(
        staged_of([("10.0.0.2", "10.0.0.1"), (None, "10.0.0.3"), (None, None)]),
        table_of(("h0", "h1")),
        [column_of("ip_address", 0), column_of("ip_address", 1)],
    )
    assert converted.typed["ip_address"].to_list() == [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"], None]


def test_cores_per_socket_become_cores_where_the_sockets_are_known() -> None:
    converted = convert(
        staged_of([("2", "8"), (None, "8")]),
        table_of(("h0", "h1")),
        [column_of("cpu_sockets"), column_of("cpu_cores", 1, "times:cpu_sockets")],
    )
    assert converted.typed["cpu_cores"].to_list() == [16, 8]


def test_a_full_name_in_the_host_column_gives_both_names() -> None:
    converted = convert_one("hostname", "Web01.Example.com", "db01", "10.0.0.1")
    assert converted.typed["fqdn"].to_list() == ["web01.example.com", None, None]
    assert converted.typed["hostname"].to_list() == ["web01", "db01", "10.0.0.1"]


def test_a_host_name_that_contradicts_the_full_name_is_left_alone() -> None:
    converted = convert(
        staged_of([("a.example.com", "b.example.com")]),
        table_of(("h0", "h1")),
        [column_of("hostname"), column_of("fqdn", 1)],
    )
    assert converted.typed.select("hostname", "fqdn").rows() == [("a.example.com", "b.example.com")]


def test_the_record_key_is_the_first_filled_group_of_the_sources_columns() -> None:
    source = SourceTable(
        name="s",
        grain="g",
        columns=(SourceColumn(("ID", "Id of it"), None),),
        record_key=(("ID", "Site"), ("ID",), ("Name",)),
    )
    converted = convert(
        staged_of([("1", "x", "n"), ("2", None, "n"), (None, "x", "n"), (None, None, None)]),
        table_of(("Id of it", "Site", "Name")),
        [],
        source,
    )
    assert converted.typed["record_key"].to_list() == ["1|x", "2", "n", None]


def test_a_mapped_source_id_is_the_record_key_where_the_source_names_none() -> None:
    assert convert_one("source_id", "asset-1", None).typed["record_key"].to_list() == ["asset-1", None]


def test_defaults_fill_what_the_row_leaves_open() -> None:
    source = SourceTable(name="s", grain="g", columns=(), defaults={"asset_type": "server", "environment": "test"})
    converted = convert(staged_of([("vm",), (None,)]), table_of(("h0",)), [column_of("asset_type")], source)
    assert converted.typed.select("asset_type", "environment").rows() == [
        ("virtual_machine", "test"),
        ("server", "test"),
    ]


def test_rows_that_the_source_says_are_none_are_left_out_with_the_reason() -> None:
    source = SourceTable(name="s", grain="g", columns=(), skip_rows=(("Template", "true"),))
    converted = convert(
        staged_of([("a", "False"), ("b", "TRUE"), ("c", None)]),
        table_of(("Name", "Template")),
        [column_of("asset_name")],
        source,
    )
    assert converted.typed["row_number"].to_list() == [1, 3]
    assert converted.skipped.rows() == [(2, 3, "Template = true")]


def test_blank_words_of_a_source_mean_nothing_but_in_its_key_columns() -> None:
    source = SourceTable(name="s", grain="g", columns=(), record_key=(("VM",),), blank_words={"*": ("VM",)})
    converted = convert(
        staged_of([("VM", "VM")]),
        table_of(("VM", "Owner")),
        [column_of("asset_name"), column_of("business_owner", 1)],
        source,
    )
    assert converted.typed.select("record_key", "asset_name", "business_owner").rows() == [("VM", "VM", None)]


def test_a_batch_is_converted_alike_whatever_stands_beside_it() -> None:
    cells = ["1,5", "1.024", "2", "3 MB", "bad", None, "<clear>", "7", "1.000.000", "-1"]
    together = convert_one("storage_gb", *cells, transformation="unit:MB decimal:,")
    alone = [convert_one("storage_gb", cell, transformation="unit:MB decimal:,") for cell in cells]
    assert together.typed["storage_gb"].to_list() == [part.typed["storage_gb"].item() for part in alone]
    assert together.failures["code"].to_list() == [code for part in alone for code in part.failures["code"].to_list()]


def test_an_unknown_field_or_transformation_is_refused() -> None:
    with pytest.raises(ValueError, match="do not exist: colour"):
        convert_one("colour", "red")
    with pytest.raises(ValueError, match="no transformation 'magic:1'"):
        convert_one("memory_gb", "1", transformation="magic:1")


def test_canonical_text_is_short_and_stable() -> None:
    typed = convert(
        staged_of([("16.50", "b;a", "2024-01-02 03:04:05", "4", "2024-05-31")]),
        table_of(("h0", "h1", "h2", "h3", "h4")),
        [
            column_of("memory_gb"), column_of("tags", 1, "list:;"), column_of("last_seen", 2),
            column_of("cpu_cores", 3), column_of("installed_at", 4),
        ],
    ).typed  # fmt: skip
    assert canonical_text(typed).to_dicts() == [
        {
            "cpu_cores": "4", "memory_gb": "16.5", "tags": "a; b", "installed_at": "2024-05-31",
            "last_seen": "2024-01-02T03:04:05Z",
        }
    ]  # fmt: skip


def test_canonical_text_converts_back_to_the_same_value() -> None:
    for field, cell, how in (
        ("memory_gb", "16384", "unit:MB"),
        ("ip_address", "10.0.0.2,10.0.0.1", None),
        ("last_seen", "1/2/2024", "date:dmy"),
    ):
        typed = convert_one(field, cell, transformation=how).typed
        assert values_of(field, canonical_text(typed)[field].item()) == typed[field].to_list()
