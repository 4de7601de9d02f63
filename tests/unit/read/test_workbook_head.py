"""The head of a long workbook is read without the rest of it, and agrees with the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from muster.pipeline.read import read_file, read_head
from muster.pipeline.read.sheet.head import shortened
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from pathlib import Path


def _write(path: Path, rows: int, first: int = 0) -> None:
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    for name in ("Long", "Short"):
        sheet = workbook.add_worksheet(name)
        style = workbook.add_format({"bold": True})
        for blank in range(first):
            sheet.write_blank(blank, 0, None, style)
        sheet.write_row(first, 0, ["name", "cpu", "note"])
        for row in range(rows if name == "Long" else 3):
            sheet.write_row(first + 1 + row, 0, [f"web{row}", row, "a note that makes the sheet long " * 3])
    workbook.close()


@pytest.mark.parametrize("first", [0, 2_000])
def test_the_head_of_a_long_sheet_has_its_columns_and_first_rows(tmp_path: Path, first: int) -> None:
    path = tmp_path / "long.xlsx"
    _write(path, 20_000, first)
    upload = inspect_upload(path)
    assert shortened(path, 10) is not None
    head, whole = read_head(upload), read_file(upload, tmp_path / "staging")
    assert [table.columns for table in head.tables] == [table.columns for table in whole.tables]
    assert [table.header_row for table in head.tables] == [first + 1, first + 1]
    assert head.tables[0].rows < whole.tables[0].rows == 20_000
    assert head.tables[1].rows == whole.tables[1].rows == 3
    assert head.tables[0].sample[0][:2] == ("web0", "0")


def test_a_short_workbook_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "short.xlsx"
    _write(path, 3)
    assert shortened(path, 10) is None
