"""Text files that are more than one plain table: tables behind tables, kinds of rows, pairs, metrics, long files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
from pollution import Polluted, good_rows, pollutions, written
from sheets import codes_of, tables_of

from muster.pipeline.read import read_head
from muster.pipeline.read.text import frames
from muster.pipeline.read.text import open as opening
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from pathlib import Path

    from sheets import Seen

    from muster.domain.tables import ReadReport

HEADER = "name,ip,cores,note\n"
ROWS = [f"web{number},10.0.{number // 250}.{number % 250},{number % 64},note {number}\n" for number in range(3_000)]


def _read(tmp_path: Path, text: str | bytes, name: str = "input.csv", piece: int = 0) -> tuple[list[Seen], ReadReport]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if not piece:
        return tables_of(path, tmp_path / "staging")
    with mock.patch.object(opening, "CHUNK_BYTES", piece), mock.patch.object(frames, "_TAIL_CHARS", piece // 10):
        return tables_of(path, tmp_path / "staging")


@pytest.mark.parametrize("case", list(pollutions()), ids=lambda case: case.name)
def test_a_polluted_file_is_the_same_in_pieces(case: Polluted, tmp_path: Path) -> None:
    whole, report = _read(tmp_path, case.data)
    cut, cut_report = _read(tmp_path, case.data, piece=3_000)
    assert cut == whole
    assert sorted(map(str, cut_report.findings)) == sorted(map(str, report.findings))


def test_the_end_of_a_long_file_is_looked_at(tmp_path: Path) -> None:
    (table,), report = _read(tmp_path, HEADER + "".join(ROWS) + "Total,,9000,\n\nExported by the tool\n", piece=20_000)
    assert len(table.rows) == 3_000
    assert table.rows[-1][0] == "web2999"
    assert sorted(codes_of(report)) == ["note_lines", "total_rows"]


def test_a_table_far_behind_the_first_is_a_table_of_its_own(tmp_path: Path) -> None:
    second = "".join(f"app{number},Acme\n" for number in range(2_000))
    (first, other), _ = _read(
        tmp_path, f"{HEADER}{''.join(ROWS)}\nApplications\napplication,vendor\n{second}", piece=20_000
    )
    assert (first.name, len(first.rows), first.lines[-1]) == ("input", 3_000, 3_001)
    assert (other.name, len(other.rows), other.lines[0]) == ("input: Applications", 2_000, 3_005)


def test_a_blank_line_in_a_long_file_ends_nothing(tmp_path: Path) -> None:
    (table,), report = _read(tmp_path, HEADER + "".join([*ROWS[:1_500], "\n", *ROWS[1_500:]]), piece=20_000)
    assert len(table.rows) == 3_000
    assert codes_of(report) == ["blank_rows"]


def test_kinds_of_rows_become_tables(tmp_path: Path) -> None:
    text = (
        "Record Type 1,Application Name,Description,Dependency,Dependency Direction,"
        "Tag Category 1,Tag 1,Tag Category 2,Tag 2\n"
        "1,Orders,Takes orders,,,Database,Oracle,Language,Java\n"
        "2,Orders,,Billing,southbound\n"
        "1,Billing,,,,,,Language,Go\n"
    )
    (applications, dependencies), report = _read(tmp_path, text)
    assert applications.columns == ["Record Type 1", "Application Name", "Description", "Tags"]
    assert applications.rows == [
        ["1", "Orders", "Takes orders", "Database=Oracle\nLanguage=Java"],
        ["1", "Billing", "", "Language=Go"],
    ]
    assert dependencies.name == "input: Record Type 2"
    assert dependencies.columns == ["Record Type 1", "Application Name", "Dependency", "Dependency Direction"]
    assert (dependencies.rows, dependencies.lines) == ([["2", "Orders", "Billing", "southbound"]], [3])
    assert codes_of(report) == ["record_types", "pairs_joined", "record_types"]


def test_columns_in_another_order_are_taken_by_their_names(tmp_path: Path) -> None:
    text = "Application Name,Record Type 1,Dependency,Description\nOrders,1,,Takes orders\nOrders,2,Billing,\n"
    (applications, dependencies), _ = _read(tmp_path, text)
    assert applications.rows == [["Orders", "1", "Takes orders"]]
    assert dependencies.rows == [["Orders", "2", "Billing"]]


def test_rows_of_one_kind_stay_one_table(tmp_path: Path) -> None:
    (table,), _ = _read(tmp_path, "Record Type 1,Application Name,Description\n3,Orders,a\n100,Billing,b\n")
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Tag 1,Value 1,Tag 2,Value 2", "Tags"),
        ("Tag Key 1,Tag Value 1,Tag Key 2,Tag Value 2", "Tags"),
        ("tag_1,value_1,tag_2,value_2", "Tags"),
        ("Key1,Value1,Key2,Value2", "Attributes"),
        ("Label 1,Label Value 1,Label 2,Label Value 2", "Labels"),
    ],
)
def test_names_and_values_side_by_side_become_one_column(tmp_path: Path, header: str, name: str) -> None:
    text = f"host,{header},owner\nweb01,env,prod,tier,gold,Ana\nweb02,env,test,,,Jo\nweb03,,,,x,\n"
    (table,), _ = _read(tmp_path, text)
    assert table.columns == ["host", name, "owner"]
    assert table.rows == [["web01", "env=prod\ntier=gold", "Ana"], ["web02", "env=test", "Jo"], ["web03", "x", ""]]


def test_numbered_columns_that_are_no_pairs_stay(tmp_path: Path) -> None:
    (table,), _ = _read(tmp_path, "host,Disk 1,Disk 2,NIC 1,NIC 2\nweb01,10,20,a,b\n")
    assert table.columns == ["host", "Disk 1", "Disk 2", "NIC 1", "NIC 2"]


def test_the_host_of_a_metric_is_taken_from_the_name_of_the_file(tmp_path: Path) -> None:
    text = "timestamp,value\n2024-01-31 10:00:00,0.5\n2024-01-31 10:05:00,0.75\n"
    (table,), report = _read(tmp_path, text, "ec2_cpu_utilization_web01.csv")
    assert table.columns == ["timestamp", "cpu utilization", "Host name (file name)"]
    assert table.rows[0] == ["2024-01-31 10:00:00", "0.5", "web01"]
    assert codes_of(report) == ["named_by_file"]


@pytest.mark.parametrize("name", ["prices.csv", "cpu.csv", "cpu_web01_web02.csv"])
def test_a_name_that_does_not_say_host_and_metric_is_left_alone(tmp_path: Path, name: str) -> None:
    (table,), _ = _read(tmp_path, "timestamp,value\n2024-01-31 10:00:00,0.5\n", name)
    assert table.columns == ["timestamp", "value"]


def test_labels_and_values_in_a_text_file_become_a_row(tmp_path: Path) -> None:
    (table,), _ = _read(tmp_path, "Host name:,web01\nIP address:,10.0.0.1\nCPU cores:,4\nOwner:,Ana\n")
    assert (table.columns, table.rows) == (
        ["Host name", "IP address", "CPU cores", "Owner"],
        [["web01", "10.0.0.1", "4", "Ana"]],
    )


def test_numbers_that_a_spreadsheet_shortened_are_told(tmp_path: Path) -> None:
    text = "name,serial,load,size\nweb01,1.23457E+18,1.5E-05,1.5E12\nweb02,4.2E+11,0.1,7\n"
    (table,), report = _read(tmp_path, text)
    assert table.rows[0][1] == "1.23457E+18"
    assert [(finding.code, finding.field) for finding in report.findings] == [("digits_lost", "serial")]


def test_garbled_letters_are_repaired_value_by_value(tmp_path: Path) -> None:
    text = "name,site,owner\nweb01,MÃ¼nchen,Jürgen\nweb02,SÃO PAULO,Ana\n"
    (table,), report = _read(tmp_path, text)
    assert [row[1:] for row in table.rows] == [["München", "Jürgen"], ["SÃO PAULO", "Ana"]]
    assert [(finding.code, finding.row_number) for finding in report.findings] == [("mojibake_repaired", 1)]


def test_values_stay_as_they_are_written(tmp_path: Path) -> None:
    row = [
        "0012",
        "1234567890123456789",
        "1,5",
        "12%",
        "€ 1.200,00",
        "31/01/2024",
        "\u00a0x\u00a0",
        "\uff11\uff12",
        "JA",
    ]
    (table,), report = _read(tmp_path, written([[f"c{place}" for place in range(9)], row, row]))
    assert table.rows == [row, row]
    assert report.findings == ()


def test_a_header_without_rows_above_another_table_keeps_both(tmp_path: Path) -> None:
    text = "Host name,IP address,Owner\n\nApplication,Vendor\nCRM,Acme\nERP,Acme\n"
    tables, _ = _read(tmp_path, text)
    assert sum(len(table.rows) for table in tables) >= 2


def test_the_head_of_a_file_of_several_tables_agrees_with_the_whole(tmp_path: Path) -> None:
    rows = written([["Host name", "IP address", "Note"], *[row[:2] + row[6:7] for row in good_rows(5)]])
    _, whole = _read(tmp_path, f"{rows}\nDisks\nDisk,Size\nd1,1\nd2,2\n\nTotal,3\n")
    head = read_head(inspect_upload(tmp_path / "input.csv"))
    assert [(table.name, table.columns, table.sample) for table in head.tables] == [
        (table.name, table.columns, table.sample) for table in whole.tables
    ]
