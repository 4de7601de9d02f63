"""The support dates: enough of them, each with its source, and as they stand in the public data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from muster.catalog.reference.end_of_life import LONG_AGO, NOT_YET, Release, releases
from muster.catalog.reference.products import PRODUCTS

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "end_of_life.csv"
ROWS = [release for rows in releases().values() for release in rows]


def test_at_least_250_releases_are_known() -> None:
    assert len(ROWS) >= 250


def test_each_release_stands_once_and_names_a_public_page() -> None:
    assert len({(row.product, row.release) for row in ROWS}) == len(ROWS)
    assert [row.release for row in ROWS if not re.match(r"https?://", row.source)] == []


def test_extended_support_ends_after_regular_support() -> None:
    wrong = [
        (row.product, row.release)
        for row in ROWS
        if row.end_of_extended_support is not None
        and NOT_YET not in {row.end_of_support, row.end_of_extended_support}
        and row.end_of_extended_support < row.end_of_support
    ]
    assert wrong == []


def test_every_product_has_releases_and_every_release_a_product() -> None:
    named = {line for product in PRODUCTS for line in product.reference}
    assert named == set(releases())
    assert len({product.id for product in PRODUCTS}) == len(PRODUCTS)


@pytest.mark.skipif(not SHARED.exists(), reason="the public data is not beside the checkout")
def test_the_facts_are_those_of_the_public_data() -> None:
    with SHARED.open(encoding="utf-8", newline="") as file:
        public = {(row["product"], row["cycle"]): row for row in csv.DictReader(file)}
    assert [key for row in ROWS if (key := (row.product, row.release)) not in public] == []
    different = [
        (row.product, row.release)
        for row in ROWS
        if (_said(row.end_of_support), _said(row.end_of_extended_support))
        != (
            public[row.product, row.release]["end_of_support"],
            public[row.product, row.release]["end_of_extended_support"],
        )
    ]
    assert different == []
    assert [row.release for row in ROWS if not _same_source(row, public[row.product, row.release]["policy_page"])] == []


def _said(day: object) -> str:
    return {None: "", NOT_YET: "False", LONG_AGO: "True"}.get(day, str(day))  # type: ignore[call-overload, no-any-return]


def _same_source(row: Release, page: str) -> bool:
    return row.source == (page or f"https://endoflife.date/{row.product}")
