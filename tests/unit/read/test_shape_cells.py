"""What a cell of a workbook says is what a person sees in it, and nothing of it is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from sheets import codes_of, tables_of, workbook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("shape", "number", "text"),
    [
        ("0%", 0.52, "52%"),
        ("0.0%", 0.525, "52.5%"),
        ("0.00%", 0.07, "7%"),
        ("00000", 42, "00042"),
        ("0000000000", 12, "0000000012"),
        ("000-000", 7, "000-007"),
        ("00000", 1234567, "1234567"),
        ("#,##0.00 [$€-407]", 12.5, "12.5"),
        ('"$"#,##0', 1200, "1200"),
        ("0.00E+00", 123456, "123456"),
        ("0.00", 0.125, "0.125"),
        ("General", 0.1 + 0.2, "0.3"),
    ],
)
def test_a_number_with_a_format(tmp_path: Path, shape: str, number: float, text: str) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "value"])
    sheet.write(1, 0, "web01")
    sheet.write_number(1, 1, number, book.add_format({"num_format": shape}))
    book.close()
    (table,), _ = tables_of(tmp_path / "a.xlsx", tmp_path / "s")
    assert table.rows == [["web01", text]]


@pytest.mark.parametrize("date_1904", [False, True])
def test_a_date_is_the_same_in_both_calendars_of_excel(tmp_path: Path, date_1904: bool) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": date_1904})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "installed", "seen"])
    sheet.write(1, 0, "web01")
    sheet.write_datetime(1, 1, dt.datetime(2024, 1, 31), book.add_format({"num_format": "dd.mm.yyyy"}))  # noqa: DTZ001 - cells have no zone
    sheet.write_datetime(1, 2, dt.datetime(2024, 1, 31, 13, 5), book.add_format({"num_format": "m/d/yy h:mm AM/PM"}))  # noqa: DTZ001 - likewise
    book.close()
    (table,), _ = tables_of(tmp_path / "a.xlsx", tmp_path / "s")
    assert table.rows == [["web01", "2024-01-31", "2024-01-31T13:05:00"]]


def test_digits_that_excel_kept_as_text_are_all_there(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {"S": [["id", "name"], ["0012", "web01"], ["1234567890123456789", "web02"]]},
        strings_to_numbers=False,
    )
    (table,), report = tables_of(path, tmp_path / "s")
    assert [row[0] for row in table.rows] == ["0012", "1234567890123456789"]
    assert report.findings == ()


def test_a_long_number_that_excel_rounded_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["id", "name"], [1234567890123456789, "web01"]]})
    _, report = tables_of(path, tmp_path / "s")
    assert codes_of(report) == ["number_rounded"]


def test_garbled_letters_are_repaired_when_that_is_certain(tmp_path: Path) -> None:
    rows = [["name", "site"], ["web01", "MÃ¼nchen"], ["web02", "SÃO PAULO"], ["web03", "Zürich"]]
    (table,), report = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert [row[1] for row in table.rows] == ["München", "SÃO PAULO", "Zürich"]
    assert [(finding.code, finding.row_number, finding.field) for finding in report.findings] == [
        ("mojibake_repaired", 1, "site")
    ]
