"""Fingerprints tell folded assets apart, and stay what they are while the assets do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.pipeline.enrich.fingerprint import with_fingerprints
from muster.pipeline.enrich.fold import FOLDED_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASSET = {
    "asset": 7,
    "claims": [7, 9],
    "confidence_score": 0.9775,
    "asset_name": "web01",
    "hostname": "web01",
    "ip_address": ["10.0.0.1", "10.0.0.2"],
    "memory_gb": 16.0,
}


def fingerprints(*assets: dict[str, Any]) -> Sequence[tuple[int, int]]:
    rows = pl.DataFrame([{**dict.fromkeys(FOLDED_SCHEMA), **asset} for asset in assets], schema=FOLDED_SCHEMA)
    return with_fingerprints(rows).select("values_hash", "row_hash").rows()


def test_they_are_the_same_whatever_stands_beside_an_asset() -> None:
    other = {"asset": 8, "claims": [8], "serial_number": "X1", "conflicts": ["memory_gb"]}
    assert fingerprints(_ASSET)[0] == fingerprints(other, _ASSET)[1]


def test_they_are_the_same_in_every_version() -> None:
    assert fingerprints({"asset_name": "web01"}) == [(968528669929933495, 968528669929933495)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("asset_name", "web02"),
        ("hostname", None),
        ("ip_address", ["10.0.0.1"]),
        ("memory_gb", 16.5),
        ("fqdn", "web01"),
        ("cluster", "c1"),
    ],
)
def test_another_value_changes_both(name: str, value: object) -> None:
    (values, row), (other_values, other_row) = fingerprints(_ASSET, _ASSET | {name: value})
    assert values != other_values
    assert row != other_row


@pytest.mark.parametrize(("name", "value"), [("claims", [7]), ("confidence_score", 0.85), ("pinned", ["memory_gb"])])
def test_what_is_no_value_changes_the_one_of_the_row_alone(name: str, value: object) -> None:
    (values, row), (other_values, other_row) = fingerprints(_ASSET, _ASSET | {name: value})
    assert values == other_values
    assert row != other_row


def test_values_that_change_places_are_told_apart() -> None:
    one, other = fingerprints({"asset_name": "a", "hostname": "b"}, {"asset_name": "b", "hostname": "a"})
    assert one[0] != other[0]


def with_custom(**values: str | None) -> tuple[int, int]:
    """The fingerprints of an asset that has columns of custom fields besides."""
    folded = pl.DataFrame([{**dict.fromkeys(FOLDED_SCHEMA), **_ASSET}], schema=FOLDED_SCHEMA)
    own = [pl.lit(value, dtype=pl.String).alias(f"custom:{name}") for name, value in values.items()]
    hashes: tuple[int, int] = with_fingerprints(folded.with_columns(own)).select("values_hash", "row_hash").row(0)
    return hashes


def test_a_custom_field_changes_both() -> None:
    found = [with_custom(), with_custom(tier="gold"), with_custom(tier="silver"), with_custom(level="gold")]
    assert len({values for values, _ in found}) == len({row for _, row in found}) == len(found)


def test_an_empty_custom_field_and_the_order_of_columns_change_nothing() -> None:
    assert with_custom(tier=None) == with_custom() == fingerprints(_ASSET)[0]
    assert with_custom(tier="gold", level="1") == with_custom(level="1", tier="gold")


def test_an_empty_frame_has_none() -> None:
    assert with_fingerprints(pl.DataFrame(schema=FOLDED_SCHEMA)).is_empty()


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), unique=True, max_size=20))
def test_different_assets_have_different_ones(pairs: list[tuple[str, str]]) -> None:
    found = fingerprints(*({"asset_name": name, "hostname": host} for name, host in pairs))
    assert len({values for values, _ in found}) == len(pairs)
