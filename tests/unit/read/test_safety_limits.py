"""Every limit refuses with a sentence that names the file, the limit and a way out, and facts that name the setting."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from odd_containers import Rows, ods, zipped

from muster.domain.errors import MusterError, TooLargeError, UnreadableFileError
from muster.pipeline.read import read_file
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = "name,os\nweb01,linux\ndb01,aix\nnas01,bsd\n"
ROWS: Rows = [["name", "os"], ["web01", "linux"], ["db01", "aix"], ["nas01", "bsd"]]
HTML_ROWS = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in ROWS)


def _parquet() -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({"name": ["web01", "db01", "nas01"]}), target)
    return target.getvalue()


def _xlsx(sheets: int = 1) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        for number in range(sheets):
            sheet = workbook.add_worksheet(f"Sheet {number}")
            for line, row in enumerate(ROWS):
                sheet.write_row(line, 0, row)
    return target.getvalue()


def _packed_often(times: int) -> bytes:
    content: bytes = SERVERS.encode()
    for _ in range(times):
        content = zipped({"inside": content})
    return content


CASES: list[tuple[str, str, Limits, bytes | str]] = [
    ("max_upload_bytes", "size", Limits(file_bytes=10), SERVERS),
    ("max_rows", "csv", Limits(rows=2), SERVERS),
    ("max_rows", "csv_of_irregular_rows", Limits(rows=2), 'name,os\nweb01,"li"nux"\ndb01\nnas01,a,b\n'),
    ("max_rows", "json", Limits(rows=2), json.dumps([{"a": 1}] * 3)),
    ("max_rows", "json_children", Limits(rows=4), json.dumps([{"a": 1, "b": [{"c": 1}, {"c": 2}, {"c": 3}]}] * 2)),
    ("max_rows", "ndjson", Limits(rows=2), '{"a": 1}\n' * 3),
    ("max_rows", "xml", Limits(rows=2), "<r>" + "<s><a>1</a></s>" * 3 + "</r>"),
    ("max_rows", "zeek", Limits(rows=2), "#separator \\x09\n#path\tconn\n#fields\tts\n" + "1\n" * 3),
    ("max_rows", "xlsx", Limits(rows=2), _xlsx()),
    ("max_rows", "sheets_together", Limits(rows=5), _xlsx(2)),
    ("max_rows", "ods", Limits(rows=2), ods(ROWS)),
    ("max_rows", "html", Limits(rows=2), f"<html><table>{HTML_ROWS}</table></html>"),
    ("max_rows", "parquet", Limits(rows=2), _parquet()),
    ("max_columns", "csv", Limits(columns=1), SERVERS),
    ("max_columns", "csv_without_a_header", Limits(columns=2), "1,2,3\n4,5,6\n7,8,9\n"),
    ("max_columns", "zeek_in_csv", Limits(columns=2), "#fields\ta\tb\tc\n1\t2\t3\n"),
    ("max_columns", "xlsx", Limits(columns=1), _xlsx()),
    ("max_columns", "json", Limits(columns=2), json.dumps([{"a": 1, "b": 2, "c": 3}])),
    ("max_columns", "xml", Limits(columns=2), "<r><s><a>1</a><b>2</b><c>3</c></s><s/></r>"),
    ("max_columns", "html", Limits(columns=2, extra_columns=0), "<table><tr><td>1<td>2<td>3</table>"),
    ("max_line_bytes", "csv", Limits(record_bytes=100, head_bytes=50), "x" * 20_000_000),
    ("max_line_bytes", "zeek", Limits(record_bytes=100), "#separator \\x09\n#fields\tts\n" + "1" * 20_000_000),
    ("max_record_bytes", "json", Limits(object_bytes=100), json.dumps([{"a": "x" * 3_000_000}])),
    ("max_record_bytes", "json_list", Limits(object_bytes=100), json.dumps({"a": ["x"] * 100})),
    ("max_record_bytes", "xml", Limits(object_bytes=1_000), f"<r><s><t>{'x' * 3_000_000}</t></s></r>"),
    ("max_record_bytes", "graphml", Limits(object_bytes=100),
     f"<graphml><graph><node id='1'><data key='a'>{'x' * 3_000}</data></node></graph></graphml>"),
    ("max_record_bytes", "html", Limits(object_bytes=100), f"<table><tr><td>{'x' * 200_000}</table>"),
    ("max_cell_bytes", "tag_of_a_web_page", Limits(cell_bytes=100), f"<table><tr><td title='{'x' * 200_000}'></table>"),
    ("max_tables", "xlsx", Limits(tables=2), _xlsx(3)),
    ("max_tables", "json", Limits(tables=2), json.dumps([{"a": [{"x": 1}], "b": [{"x": 1}]}])),
    ("max_tables", "html", Limits(tables=2), f"<table>{HTML_ROWS}</table>" * 3),
    ("max_nesting", "json", Limits(nesting=3), '{"a":' * 9 + "1" + "}" * 9),
    ("max_nesting", "xml", Limits(nesting=3), "<a>" * 9 + "</a>" * 9),
    ("max_nesting", "html", Limits(nesting=3), "<table><tr><td>" * 9),
    ("max_workbook_bytes", "xlsx", Limits(workbook_bytes=1_000), _xlsx()),
    ("max_workbook_parts", "xlsx", Limits(workbook_members=3), _xlsx()),
    ("max_archive_bytes", "zip", Limits(archive_bytes=10), zipped({"a.csv": SERVERS})),
    ("max_archive_bytes", "gzip", Limits(archive_bytes=10), gzip.compress(SERVERS.encode())),
    ("max_archive_bytes", "zip_in_zip", Limits(archive_bytes=180), _packed_often(2)),
    ("max_archive_files", "zip", Limits(archive_members=1), zipped({"a.csv": SERVERS, "b.csv": SERVERS})),
    ("max_archive_depth", "zip", Limits(archive_depth=2), _packed_often(3)),
    ("max_unpack_ratio", "zip", Limits(workbook_ratio=5, workbook_ratio_from=1_000),
     zipped({"a.csv": SERVERS * 1_000})),
    ("max_unpack_ratio", "xlsx", Limits(workbook_ratio=5, workbook_ratio_from=1_000),
     zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": " " * 100_000})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "case", "limits", "content"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_a_limit_is_named_with_the_file_and_a_way_out(
    setting: str, case: str, limits: Limits, content: bytes | str, tmp_path: Path
) -> None:
    del case
    path = tmp_path / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises((UnreadableFileError, TooLargeError)) as caught:
        read_file(inspect_upload(path, limits), tmp_path / "staging", limits)
    error: MusterError = caught.value
    assert (error.facts["setting"], error.facts["limit"] > 0) == (setting, True)
    assert error.message.startswith("upload ")
    assert f" (limit {setting}): " in error.message
    assert error.message.count(". ") == 0, "one sentence"
    assert not (tmp_path / "staging").exists() or list((tmp_path / "staging").iterdir()) == []


def test_a_file_at_its_limits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(SERVERS, encoding="utf-8")
    limits = Limits(rows=3, columns=2, cell_bytes=5, tables=1, file_bytes=len(SERVERS))
    assert read_file(inspect_upload(path, limits), tmp_path / "staging", limits).tables[0].rows == 3


def test_the_bytes_left_for_an_inner_archive_are_not_told_as_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(zipped({"a.csv": SERVERS, "b.zip": _packed_often(1), "c.csv": SERVERS * 100}))
    with pytest.raises(UnreadableFileError, match="unpacks to more than 1,000 bytes") as caught:
        read_file(inspect_upload(path), tmp_path / "staging", Limits(archive_bytes=1_000))
    assert caught.value.facts["limit"] == 1_000
