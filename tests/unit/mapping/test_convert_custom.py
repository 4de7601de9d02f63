"""Columns that feed a field of the engagement's own: read by its declaration, kept as canonical text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from mapping_builders import column_of, staged_of, table_of

from muster.domain.custom_fields import CustomField, CustomType
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping import canonical_text, convert, decide_transformations

if TYPE_CHECKING:
    from muster.domain.conversion import Converted

TIER = CustomField("tier", "Tier", CustomType.WORD, ("gold", "silver"))


def converted(field: CustomField, *cells: str | None, how: str | None = None) -> Converted:
    column = replace(column_of(field.target, 0, how), custom=field)
    rows: list[tuple[str | None, ...]] = [(cell,) for cell in cells]
    return convert(staged_of(rows, 1), table_of(("h0",), rows), [column])


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (TIER, "GOLD", "gold"),
        (CustomField("x", "X", CustomType.INTEGER), "12", "12"),
        (CustomField("x", "X", CustomType.NUMBER), "12.50", "12.5"),
        (CustomField("x", "X", CustomType.NUMBER, unit="GB"), "2 TB", "2048"),
        (CustomField("x", "X", CustomType.BOOLEAN), "yes", "true"),
        (CustomField("x", "X", CustomType.DATE), "2024-05-31", "2024-05-31"),
        (CustomField("x", "X", CustomType.DATETIME), "2024-05-31 14:05:00", "2024-05-31T14:05:00Z"),
        (CustomField("x", "X", CustomType.TEXT), " as it is ", "as it is"),
        (TIER, None, None),
    ],
)
def test_a_cell_becomes_the_canonical_text_of_its_type(field: CustomField, cell: str | None, value: str | None) -> None:
    typed = converted(field, cell).typed
    assert typed.schema[field.target] == pl.String
    assert typed[field.target].to_list() == [value]
    assert canonical_text(typed)[field.target].to_list() == [value]


def test_a_cell_that_can_not_be_read_is_a_failure_with_what_it_should_be() -> None:
    found = converted(TIER, "gold", "siver").failures
    assert found.select("field", "code", "expected", "nearest").rows() == [
        ("custom:tier", "unknown_word", "one of gold, silver", "silver")
    ]


def test_the_first_filled_column_gives_the_value() -> None:
    columns = [replace(column_of(TIER.target, place), custom=TIER) for place in (0, 1)]
    rows = [("gold", "silver"), (None, "silver")]
    typed = convert(staged_of(rows), table_of(("a", "b"), rows), columns).typed
    assert typed[TIER.target].to_list() == ["gold", "silver"]


def test_a_clear_word_wipes_it() -> None:
    typed = converted(TIER, "<clear>").typed
    assert typed["cleared_fields"].to_list() == [["custom:tier"]]


def test_the_decimal_mark_of_a_number_is_proved_from_its_values() -> None:
    price = CustomField("price", "Price", CustomType.NUMBER)
    column = replace(column_of(price.target, 0), custom=price)
    staged = staged_of([("1,5",), ("2,25",)]).lazy()
    (decided,) = decide_transformations([column], staged)
    assert decided.transformation == "decimal:,"


def test_what_was_remembered_for_a_field_stands_alone_like_the_users_word() -> None:
    proposed = column_of("asset_name", 0)
    remembered = replace(column_of("asset_name", 1, confidence=0.9), match_method=MatchMethod.REMEMBERED)
    rows = [("a", None), ("b", "c")]
    typed = convert(staged_of(rows), table_of(("x", "y"), rows), [proposed, remembered]).typed
    assert typed["asset_name"].to_list() == [None, "c"]
