"""What a spreadsheet would run, and what it would not."""

from __future__ import annotations

import pytest

from muster.services.reject_files import safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK()", "-a"]
)
def test_an_opening_of_a_formula_is_defused(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["web01", "-5", "+49,5", "-1.024,5", "a=b", "", "10.0.0.1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_an_absent_cell_is_empty() -> None:
    assert not safe_cell(None)
