"""What a spreadsheet would run, and what it would not; and that defusing a cell can be undone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.services.inert_cells import lasting_cell, restored, restored_cell, safe_cell

CELLS = st.text(st.sampled_from(["'", "=", "+", "-", "@", "\t", "\r", " ", "1", ".", "a", "＝", "\xa0"]), max_size=6)  # noqa: RUF001 - the wide one


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK()", "-a", "'=1+1", "＝1+1"],  # noqa: RUF001
)
def test_an_opening_of_a_formula_is_defused(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["web01", "-5", "+49,5", "-1.024,5", "a=b", "", "10.0.0.1", "'quoted'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_an_absent_cell_is_empty() -> None:
    assert not safe_cell(None)


@given(CELLS)
@example("'=1")
@example("'-5")
def test_what_was_defused_comes_back_as_it_was(text: str) -> None:
    assert restored_cell(safe_cell(text)) == text
    assert restored_cell(lasting_cell(text)) == text


@given(st.lists(CELLS, min_size=1))
def test_columns_are_restored_as_cells_are(cells: list[str]) -> None:
    column = pl.DataFrame({"c0": cells}, schema={"c0": pl.String}).select(restored(pl.col("c0"))).to_series()
    assert column.to_list() == [restored_cell(cell) for cell in cells]
