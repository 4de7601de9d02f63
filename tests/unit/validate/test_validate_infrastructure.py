"""What the agents of infrastructure know besides their samples: masks, kinds of addresses, scales of percentages."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from validate_samples import batch, run

from muster.catalog.registry import categories
from muster.domain.phases import StepStatus
from muster.pipeline.validate import addresses, all_agents


def _value(expression: pl.Expr, text: str) -> object:
    return pl.DataFrame({"x": [text]}).select(expression.alias("y")).item()


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("255.255.255.0", 0xFFFFFF00),
        ("/24", 0xFFFFFF00),
        ("24", 0xFFFFFF00),
        ("10.0.0.0/8", 0xFF000000),
        ("0xfffffe00", 0xFFFFFE00),
        ("255.255.255.255", 0xFFFFFFFF),
        ("0.0.0.0", 0),  # noqa: S104 - a mask
        ("255.0.255.0", None),
        ("255.255.255.300", None),
        ("255.255.255", None),
        ("33", None),
        ("none", None),
    ],
)
def test_a_mask_is_read_in_all_its_forms(text: str, mask: int | None) -> None:
    assert _value(addresses.mask(pl.col("x")), text) == mask


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.1", "public"),
        ("100.64.0.1", "private"),
        ("127.0.0.1", "loopback"),
        ("169.254.0.1", "link_local"),
        ("0.0.0.0", "reserved"),  # noqa: S104 - an address in a file
        ("203.0.113.9", "reserved"),
        ("239.1.1.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::1", "loopback"),
        ("::", "reserved"),
        ("fe80::1", "link_local"),
        ("fd00::1", "private"),
        ("ff02::1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("2a00:1450::1", "global"),
    ],
)
def test_the_kind_of_an_address_is_that_of_its_range(text: str, kind: str) -> None:
    assert _value(addresses.kind(pl.col("x"), addresses.number(pl.col("x"))), text) == kind


def test_a_number_is_written_back_as_an_address() -> None:
    assert _value(addresses.written(addresses.number(pl.col("x"))), "192.168.20.254") == "192.168.20.254"


def test_a_column_that_is_read_as_fractions_is_told_once() -> None:
    whole = batch("asset_name,cpu_utilization_percent\na,55\nb,12")
    columns = tuple(
        replace(column, transformation="fraction") if column.position else column for column in whole.table.columns
    )
    fraction = replace(whole, table=replace(whole.table, columns=columns))
    assert [(item.code, item.field) for item in run("performance_analysis", fraction).findings] == [
        ("percent_scale", "cpu_utilization_percent")
    ]


def test_a_column_whose_source_says_percent_is_not_doubted() -> None:
    whole = batch("asset_name,cpu_utilization_percent,memory_utilization_percent\na,0.55,40\nb,0.12,50")
    columns = tuple(
        replace(column, transformation="unit:percent") if column.target_field == "cpu_utilization_percent" else column
        for column in whole.table.columns
    )
    stated = replace(whole, table=replace(whole.table, columns=columns))
    assert "percent_scale" not in {item.code for item in run("performance_analysis", stated).findings}


def test_a_hint_shows_its_arithmetic() -> None:
    outcome = run("capacity_analysis", batch("asset_name,cpu_cores,cpu_utilization_percent_p95\na,16,9"))
    assert [item.message for item in outcome.findings] == [
        "16 cores x 9 % (95th percentile) x 1.3 = 1.87: 2 cores would do (-14)."
    ]


def test_a_finding_of_end_of_life_gives_date_and_source() -> None:
    outcome = run("end_of_life_detection", batch("asset_name,operating_system\na,CentOS 6 (64-bit)"))
    (found,) = outcome.findings
    assert found.params["ended"] == "on 2020-11-30"
    assert str(found.params["source"]).startswith("https://")


@pytest.mark.parametrize(
    "agent_id", ["performance_analysis", "capacity_analysis", "network_validation", "end_of_life_detection"]
)
def test_an_agent_without_its_columns_is_skipped_with_the_reason(agent_id: str) -> None:
    outcome = run(agent_id, batch("asset_name\nweb01"))
    assert outcome.status is StepStatus.SKIPPED
    assert all_agents()[agent_id].needs[0] in str(outcome.reason)


def test_infrastructure_runs_its_five_agents_in_their_order() -> None:
    assert categories()["infrastructure"].agents == (
        "schema_validation",
        "performance_analysis",
        "capacity_analysis",
        "network_validation",
        "end_of_life_detection",
    )
