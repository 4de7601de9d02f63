"""Workbooks made by hand: where their tables begin and end, which way they lie, and what is no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from sheets import codes_of, tables_of, workbook

from muster.pipeline.read import read_head
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SERVERS: list[list[str | int]] = [
    ["Host name", "IP address", "CPU cores", "Owner"],
    ["web01", "10.0.0.1", 4, "Ana"],
    ["web02", "10.0.0.2", 8, "Jo"],
    ["db01", "10.0.0.3", 16, "Ana"],
]
AS_TEXT = [[str(value) for value in row] for row in SERVERS]
DISKS: list[list[str | int]] = [
    ["Disk", "Size (GB)", "Datastore"],
    ["d1", 100, "fast"],
    ["d2", 200, "slow"],
    ["d3", 50, "slow"],
]
DISKS_AS_TEXT = [[str(value) for value in row] for row in DISKS]
BLANK: list[None] = []


def test_tables_one_below_the_other_are_tables_of_their_own(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Inventory": [["All servers"], *SERVERS, BLANK, ["Local disks"], *DISKS]})
    (servers, disks), report = tables_of(path, tmp_path / "s")
    assert (servers.name, servers.columns, servers.rows) == ("Inventory", AS_TEXT[0], AS_TEXT[1:])
    assert (disks.name, disks.columns, disks.rows) == ("Inventory: Local disks", DISKS_AS_TEXT[0], DISKS_AS_TEXT[1:])
    assert (servers.lines, disks.lines) == ([3, 4, 5], [9, 10, 11])
    assert "several_tables" in codes_of(report)


def test_tables_without_titles_are_numbered(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"S": [*SERVERS, BLANK, *DISKS, BLANK, BLANK, ["Team", "Phone"], ["Ops", "12"]]}
    )
    tables, _ = tables_of(path, tmp_path / "s")
    assert [table.name for table in tables] == ["S", "S (2)", "S (3)"]
    assert [len(table.rows) for table in tables] == [3, 3, 1]


def test_tables_side_by_side_are_tables_of_their_own(tmp_path: Path) -> None:
    right: list[Sequence[str | int | None]] = [*DISKS[:3], [None, None, None]]
    path = workbook(
        tmp_path / "a.xlsx", {"S": [[*left, None, *other] for left, other in zip(SERVERS, right, strict=True)]}
    )
    (servers, disks), _ = tables_of(path, tmp_path / "s")
    assert (servers.columns, servers.rows) == (AS_TEXT[0], AS_TEXT[1:])
    assert (disks.columns, disks.rows) == (DISKS_AS_TEXT[0], DISKS_AS_TEXT[1:3])


def test_a_blank_column_inside_of_a_table_does_not_cut_it(tmp_path: Path) -> None:
    rows = [
        ["Host name", "CPU cores", None, "Owner", "Note"],
        ["web01", 4, None, "Ana", "x"],
        ["web02", 8, None, "Jo", "y"],
    ]
    tables, _ = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert [table.columns for table in tables] == [["Host name", "CPU cores", "Column 3", "Owner", "Note"]]


def test_a_blank_row_inside_of_a_table_does_not_cut_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [*SERVERS[:3], BLANK, BLANK, *SERVERS[3:]]})
    (servers,), report = tables_of(path, tmp_path / "s")
    assert servers.rows == AS_TEXT[1:]
    assert codes_of(report) == ["blank_rows"]


def test_a_sheet_may_begin_anywhere(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [*[BLANK] * 30, *[[None, None, *row] for row in SERVERS]]})
    (servers,), report = tables_of(path, tmp_path / "s")
    assert (servers.columns, servers.rows, servers.lines) == (AS_TEXT[0], AS_TEXT[1:], [32, 33, 34])
    assert report.findings == ()


def test_names_in_the_first_column_are_turned_into_a_header(tmp_path: Path) -> None:
    turned = [list(column) for column in zip(*SERVERS, strict=True)]
    (servers,), report = tables_of(workbook(tmp_path / "a.xlsx", {"S": turned}), tmp_path / "s")
    assert (servers.columns, servers.rows) == (AS_TEXT[0], AS_TEXT[1:])
    assert codes_of(report) == ["turned_table"]


def test_labels_and_values_of_one_thing_become_one_row(tmp_path: Path) -> None:
    rows = [
        ["Server sheet"],
        BLANK,
        ["Host name:", "web01"],
        ["IP address:", "10.0.0.1"],
        ["CPU cores:", 4],
        ["Owner:", "Ana"],
    ]
    (servers,), _ = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert (servers.columns, servers.rows) == (AS_TEXT[0], AS_TEXT[1:2])


def test_labels_and_values_of_several_things_become_a_row_each(tmp_path: Path) -> None:
    rows = [line for server in SERVERS[1:] for line in [*map(list, zip(SERVERS[0], server, strict=True)), BLANK]]
    (servers,), _ = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert (servers.columns, servers.rows) == (AS_TEXT[0], AS_TEXT[1:])


def test_sheets_that_are_no_tables_are_told_and_left_out(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Cover": [["Server inventory"], BLANK, ["Example Ltd"], ["Spring edition"]],
            "Read me": [["How to use this workbook"], ["Fill in one row for each server that you know of."]],
            "About": [["Author:", "Ana"], ["Version:", "1.2"], ["Approved:", "2024-01-31"]],
            "Lone": [["x"]],
            "Nothing": [],
            "Servers": SERVERS,
        },
    )
    tables, report = tables_of(path, tmp_path / "s")
    assert [table.name for table in tables] == ["Servers"]
    told = {finding.params["sheet"]: finding.params.get("kind") for finding in report.findings}
    assert told == {
        "Cover": "a cover page",
        "Read me": "text to read",
        "About": "a description of the file",
        "Lone": "a single cell",
        "Nothing": None,
    }


def test_a_workbook_of_nothing_else_is_read_all_the_same(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Read me": [["Remarks"], ["Fill in one row for each server that you know."]]})
    tables, _ = tables_of(path, tmp_path / "s")
    assert [table.rows for table in tables] == [[["Fill in one row for each server that you know."]]]


def test_a_list_of_names_is_a_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["Application Name"], ["Customer portal"], ["Order entry"]]})
    (names,), _ = tables_of(path, tmp_path / "s")
    assert (names.columns, names.rows) == (["Application Name"], [["Customer portal"], ["Order entry"]])


def test_a_hidden_sheet_is_read_and_told_and_a_chart_is_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("Shown", "Hidden", "Very hidden"):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(SERVERS):
            sheet.write_row(number, 0, row)
        if name == "Hidden":
            sheet.hide()
        if name == "Very hidden":
            sheet.very_hidden()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Shown!$C$2:$C$4"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.close()
    _, report = tables_of(tmp_path / "a.xlsx", tmp_path / "s")
    assert [table.hidden for table in report.tables] == [False, True, True]
    assert sorted(codes_of(report)) == ["no_table", "sheet_hidden", "sheet_hidden"]


def test_merged_groups_above_the_header_become_part_of_the_names(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("Flows")
    sheet.merge_range(0, 0, 0, 4, "Connections of spring")
    sheet.merge_range(1, 0, 1, 1, "Source")
    sheet.merge_range(1, 2, 1, 3, "Destination")
    sheet.merge_range(1, 4, 2, 4, "Port")
    sheet.write_row(2, 0, ["Name", "IP", "Name", "IP"])
    sheet.write_row(3, 0, ["web01", "10.0.0.1", "db01", "10.0.0.3", 5432])
    sheet.write_row(4, 0, ["web02", "10.0.0.2", "db01", "10.0.0.3", 5432])
    book.close()
    (flows,), report = tables_of(tmp_path / "a.xlsx", tmp_path / "s")
    assert flows.columns == ["Source Name", "Source IP", "Destination Name", "Destination IP", "Port"]
    assert [row[0] for row in flows.rows] == ["web01", "web02"]
    assert codes_of(report) == ["title_lines", "stacked_header"]


def test_a_value_merged_over_several_rows_holds_for_each(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("Servers")
    for number, row in enumerate(
        [["Site", "Host name", "Cores"], ["", "web01", 4], ["", "web02", 8], ["Oslo", "db01", 16]]
    ):
        sheet.write_row(number, 0, row)
    sheet.merge_range(1, 0, 2, 0, "Rome")
    book.close()
    (servers,), report = tables_of(tmp_path / "a.xlsx", tmp_path / "s")
    assert servers.rows == [["Rome", "web01", "4"], ["Rome", "web02", "8"], ["Oslo", "db01", "16"]]
    assert codes_of(report) == ["merged_cells"]


def test_groups_that_are_not_merged_reach_as_far_as_their_gap(tmp_path: Path) -> None:
    rows = [
        [None, "CPU", None, "Memory", None],
        ["Host name", "Cores", "Load", "Size", "Load"],
        ["web01", 4, 0.5, 16, 0.75],
        ["web02", 8, 0.25, 32, 0.5],
    ]
    (servers,), _ = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert servers.columns == ["Host name", "CPU Cores", "CPU Load", "Memory Size", "Memory Load"]


def test_units_below_the_header_stand_behind_the_names(tmp_path: Path) -> None:
    rows = [["Host name", "Memory", "CPU load"], [None, "(GB)", "%"], ["web01", 16, 40], ["web02", 32, 50]]
    (servers,), report = tables_of(workbook(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "s")
    assert servers.columns == ["Host name", "Memory (GB)", "CPU load (%)"]
    assert servers.rows == [["web01", "16", "40"], ["web02", "32", "50"]]
    assert codes_of(report) == ["units_row"]


@pytest.mark.parametrize("below", [["Total", None, 28], ["Sum:", None, 28], [None, "Summe", 28], ["Gesamt", None, 28]])
def test_totals_are_no_rows(tmp_path: Path, below: list[str | int | None]) -> None:
    (servers,), report = tables_of(workbook(tmp_path / "a.xlsx", {"S": [*SERVERS, below]}), tmp_path / "s")
    assert servers.rows == AS_TEXT[1:]
    assert codes_of(report) == ["total_rows"]


def test_rows_that_are_merely_short_of_values_stay(tmp_path: Path) -> None:
    short = ["db02", None, None, None]
    (servers,), _ = tables_of(workbook(tmp_path / "a.xlsx", {"S": [*SERVERS, short]}), tmp_path / "s")
    assert servers.rows == [*AS_TEXT[1:], ["db02", "", "", ""]]


def test_subtotals_and_groups_between_rows_stay_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [*SERVERS[:3], ["Total", None, 12, None], *SERVERS[3:]]})
    (servers,), _ = tables_of(path, tmp_path / "s")
    assert [row[0] for row in servers.rows] == ["web01", "web02", "Total", "db01"]


def test_the_head_of_a_sheet_with_several_tables_agrees_with_the_whole(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"S": [["All servers"], *SERVERS, BLANK, ["Disks"], *DISKS, BLANK, ["Total", 350]]}
    )
    _, whole = tables_of(path, tmp_path / "s")
    head = read_head(inspect_upload(path))
    assert [(table.name, table.columns, table.sample) for table in head.tables] == [
        (table.name, table.columns, table.sample) for table in whole.tables
    ]
