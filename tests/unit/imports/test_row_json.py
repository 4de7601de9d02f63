"""Rows as JSON text: exactly what a JSON encoder would write, and cleansed values only where they differ."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.services.processors.row_json import cleansed_delta, errors_json, feeding_positions, raw_cells

# what PostgreSQL and the staging can hold: no NUL, no lone surrogates
CELLS = st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)


def staged(*rows: list[str | None]) -> pl.DataFrame:
    width = len(rows[0])
    return pl.DataFrame(
        [(number, number + 1, *row) for number, row in enumerate(rows, 1)],
        schema={"row_number": pl.Int32, "line": pl.Int32, **{f"c{place}": pl.String for place in range(width)}},
        orient="row",
    )


def column(position: int, field: str | None, confidence: float = 1.0) -> ColumnMapping:
    return ColumnMapping("t", position, f"H{position}", field, confidence, MatchMethod.HEADER, "")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_raw_cells_read_back_as_they_were(rows: list[list[str | None]]) -> None:
    assert [json.loads(text) for text in raw_cells(staged(*rows), 3)] == rows


def test_a_field_as_written_is_not_repeated() -> None:
    text = staged(["web01", "2,048"], ["web02", "4"])
    typed = pl.DataFrame(
        {"row_number": [1, 2], "asset_name": ["web01", "web02"], "memory_gb": [2.0, 4.0]},
        schema_overrides={"row_number": pl.Int32},
    )
    delta = cleansed_delta(text, typed, [column(0, "asset_name"), column(1, "memory_gb")])
    assert delta["cleansed"].to_list() == ['{"memory_gb":"2"}', None]


def test_a_cell_that_could_not_be_read_is_null_in_the_cleansed_values() -> None:
    typed = pl.DataFrame(
        {"row_number": [1], "memory_gb": [None]}, schema={"row_number": pl.Int32, "memory_gb": pl.Float64}
    )
    assert cleansed_delta(staged(["lots"]), typed, [column(0, "memory_gb")])["cleansed"].to_list() == [
        '{"memory_gb":null}'
    ]


def test_a_value_without_a_column_is_always_told() -> None:
    typed = pl.DataFrame({"row_number": [1], "asset_type": ["server"]}, schema_overrides={"row_number": pl.Int32})
    assert cleansed_delta(staged(["x"]), typed, [column(0, None)])["cleansed"].to_list() == ['{"asset_type":"server"}']


def test_a_field_is_compared_with_the_first_filled_of_its_columns_the_surest_first() -> None:
    columns = [column(0, "asset_name", 0.5), column(1, "asset_name", 0.9), column(2, "asset_name", 0.9)]
    assert feeding_positions(columns) == {"asset_name": [1, 2, 0]}
    typed = pl.DataFrame({"row_number": [1, 2], "asset_name": ["b", "a"]}, schema_overrides={"row_number": pl.Int32})
    text = staged(["a", "b", "c"], ["a", None, None])
    assert cleansed_delta(text, typed, columns)["cleansed"].to_list() == [None, None]


def test_rows_that_are_no_records_have_no_cleansed_values() -> None:
    typed = pl.DataFrame({"row_number": [2], "asset_name": ["B"]}, schema_overrides={"row_number": pl.Int32})
    delta = cleansed_delta(staged(["template"], ["b"]), typed, [column(0, "asset_name")])
    assert delta.rows() == [(2, '{"asset_name":"B"}')]


def test_a_batch_without_rows_is_no_trouble() -> None:
    empty = staged(["x"]).clear()
    typed = pl.DataFrame(schema={"row_number": pl.Int32, "asset_name": pl.String})
    assert raw_cells(empty, 1).to_list() == []
    assert cleansed_delta(empty, typed, [column(0, "asset_name")]).height == 0


def test_errors_are_a_list_of_code_field_and_agent() -> None:
    held_back = pl.DataFrame(
        {"row_number": [3], "errors": [[{"code": "c", "field": None, "agent": "a"}]]},
        schema_overrides={"row_number": pl.Int32},
    )
    assert json.loads(errors_json(held_back)["errors"][0]) == [{"code": "c", "field": None, "agent": "a"}]
