"""The scorer against headers labelled by hand: accuracy over all, and confidence that means what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from muster.catalog.fields import ASSET_FIELDS
from muster.pipeline.mapping.candidates import Candidate, assign, candidates
from muster.pipeline.mapping.evidence import Column
from muster.pipeline.mapping.propose import SURE

LABELLED = list(csv.DictReader((Path(__file__).parent / "labelled_headers.csv").open(encoding="utf-8")))


def proposed(header: str, *values: str) -> Candidate | None:
    """Each header by itself, so that one label never hides behind another's column."""
    return assign(candidates([Column(0, header, values)], ASSET_FIELDS)).get(0)


def outcomes() -> list[tuple[str, str | None, Candidate | None]]:
    return [
        (row["header"], row["field"] or None, proposed(row["header"], *row["values"].split("|"))) for row in LABELLED
    ]


def test_at_least_98_of_100_headers_find_their_field() -> None:
    wrong = [
        (header, field, found.field if found else None)
        for header, field, found in outcomes()
        if (found.field if found else None) != field
    ]
    assert len(wrong) <= 0.02 * len(LABELLED), wrong


def test_a_confidence_of_nine_tenths_is_right_at_least_that_often() -> None:
    sure = [(field, found) for _, field, found in outcomes() if found and found.confidence >= 0.9]
    assert sum(found.field == field for field, found in sure) >= 0.9 * len(sure)
    assert len(sure) > 300


@pytest.mark.parametrize(
    ("header", "never"),
    [("OS", "hostname"), ("Position", "operating_system"), ("Shipment", "ip_address"), ("Description", "ip_address")],
)
def test_a_field_is_never_found_inside_a_word(header: str, never: str) -> None:
    found = [candidate.field for candidate in candidates([Column(0, header, ())], ASSET_FIELDS)]
    assert never not in found


def test_addresses_of_other_machines_are_not_taken_for_the_rows_own() -> None:
    assert proposed("DNS 1 Server", "10.0.0.53", "10.0.0.54", "10.0.0.55") is None


def test_a_column_without_a_telling_header_is_known_by_its_values_with_less_confidence() -> None:
    found = proposed("Wert", "00:50:56:aa:00:01", "00:50:56:aa:00:02", "00:50:56:aa:00:03")
    assert found is not None
    assert found.field == "mac_address"
    assert found.confidence < SURE


def test_values_overrule_a_header_that_they_contradict() -> None:
    assert proposed("Instance Type", "m4.large", "m5.xlarge", "t3.small") is None


def test_a_column_with_its_fields_own_name_stays_mapped_when_its_cells_are_bad() -> None:
    found = proposed("environment", "prodution")
    assert found is not None
    assert found.field == "environment"
    assert found.confidence < SURE


def test_two_columns_never_feed_one_scalar_field() -> None:
    columns = [Column(0, "Name", ("web01",)), Column(1, "Server Name", ("web01",))]
    chosen = assign(candidates(columns, ASSET_FIELDS))
    assert [(place, item.field) for place, item in sorted(chosen.items())] == [(1, "asset_name")]


def test_several_columns_may_feed_one_list_field() -> None:
    columns = [Column(0, "IPv4 Address", ("10.0.0.1",)), Column(1, "IPv6 Address", ("fe80::1",))]
    assert {item.field for item in assign(candidates(columns, ASSET_FIELDS)).values()} == {"ip_address"}
