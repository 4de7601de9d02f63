"""What a hostile file tries to make its reader do is not done: compute, follow, fetch, expand, or search for ever."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import time
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from odd_containers import Rows, ods, zipped

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.tables import ReadReport

ROWS: Rows = [["name", "os"], ["web01", "linux"], ["db01", "aix"], ["nas01", "bsd"]]
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


def _read(folder: Path, content: bytes | str, limits: Limits | None = None) -> ReadReport:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(inspect_upload(path), folder / "staging", limits)


def _rows(folder: Path, report: ReadReport) -> list[tuple[str | None, ...]]:
    return pl.read_parquet(folder / "staging" / report.tables[0].staged).drop(ROW_NUMBER, LINE).rows()


def _seconds_to_end(folder: Path, content: bytes | str) -> float:
    """The processor time until there is a table, or a refusal."""
    started = time.process_time()
    with contextlib.suppress(UnreadableFileError, EmptyUploadError):
        _read(folder, content)
    return time.process_time() - started


def _codes(report: ReadReport) -> list[str]:
    return [finding.code for finding in report.findings]


def _xlsx(**cells: str) -> bytes:
    """The servers with more cells, as a library writes them: formulas without a saved value."""
    target = io.BytesIO()
    workbook = openpyxl.Workbook()
    for row in ROWS:
        workbook.active.append(row)
    for name, value in cells.items():
        workbook.active[name] = value
    workbook.save(target)
    return target.getvalue()


def _with_part(workbook: bytes, name: str, change: tuple[str, str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts: dict[str, bytes | str] = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = bytes(parts[name]).decode().replace(*change, 1)  # type: ignore[arg-type]  # bytes all of them
    return zipped(parts)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        yield listening


def test_a_formula_is_never_computed_and_its_saved_value_is_read(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["name", "cpu"])
        sheet.write_row(1, 0, ["web01"])
        sheet.write_formula("B2", "=1+1", None, 5)
    report = _read(tmp_path, target.getvalue())
    assert _rows(tmp_path, report) == [("web01", "5")]
    assert _codes(report) == ["formulas_not_computed"]


def test_a_formula_without_a_saved_value_is_empty_and_told(tmp_path: Path) -> None:
    report = _read(tmp_path, _xlsx(C1="cpu", C2="=1+1", C3="=HYPERLINK(A1)", C4="7"))
    assert [row[2] for row in _rows(tmp_path, report)] == [None, None, "7"]
    (told,) = [finding for finding in report.findings if finding.code == "formulas_without_value"]
    assert told.params["count"] == 2


@pytest.mark.parametrize(
    "cell", ["=1+1", "=cmd|'/c calc'!A0", "@SUM(1;2)", "+1-1", '=WEBSERVICE("http://127.0.0.1:9/")']
)
def test_a_formula_in_text_stays_the_text_it_is(cell: str, tmp_path: Path) -> None:
    quoted = cell.replace('"', '""')
    report = _read(tmp_path, f'name,os\nweb01,"{quoted}"\ndb01,aix\n')
    assert _rows(tmp_path, report)[0] == ("web01", cell)


def test_what_a_workbook_links_to_is_never_opened(tmp_path: Path, server: socket.socket) -> None:
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    content = io.BytesIO(_xlsx(C1="=HYPERLINK('{address}')", C2=f"='{address}/[other.xlsx]Sheet1'!A1"))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
        target = f'<Relationships><Relationship Id="rId1" Target="{address}/other.xlsx" TargetMode="External"/>'
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", f"{target}</Relationships>")
        archive.writestr("xl/connections.xml", f'<connections><webPr url="{address}/query"/></connections>')
    report = _read(tmp_path, content.getvalue())
    assert _codes(report).count("links_not_followed") == 1
    with pytest.raises(TimeoutError):
        server.accept()


def test_what_a_web_page_links_to_is_never_opened(tmp_path: Path, server: socket.socket) -> None:
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    page = (
        f'<!DOCTYPE html SYSTEM "{address}/a.dtd"><html><head><link rel="stylesheet" href="{address}/b.css">'
        f'<base href="{address}"><script src="{address}/c.js">document.write("x")</script></head><body>'
        f'<iframe src="{address}/d"></iframe><table><tr><th>name</th><th>os</th></tr>'
        f'<tr><td>web01</td><td><img src="{address}/e.png">linux</td></tr></table></body></html>'
    )
    report = _read(tmp_path, page)
    assert (_rows(tmp_path, report), _codes(report)) == ([("web01", "linux")], ["web_page"])
    with pytest.raises(TimeoutError):
        server.accept()


@pytest.mark.parametrize(
    ("part", "before"),
    [
        ("xl/worksheets/sheet1.xml", "<worksheet"),
        ("xl/sharedStrings.xml", "<sst"),
        ("xl/workbook.xml", "<workbook"),
        ("xl/styles.xml", "<styleSheet"),
    ],
)
def test_entities_in_a_part_of_a_workbook_expand_to_nothing(part: str, before: str, tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        for line, row in enumerate(ROWS):
            sheet.write_row(line, 0, row)
    content = _with_part(target.getvalue(), part, (before, ENTITIES + before))
    content = _with_part(content, "xl/sharedStrings.xml", ("linux", "&b;&f;"))
    try:
        report = _read(tmp_path, content)
    except (UnreadableFileError, EmptyUploadError):
        return
    cells = [cell or "" for row in _rows(tmp_path, report) for cell in row]
    assert not any("root:" in cell or "aaaaaaaaaa" in cell for cell in cells)


def test_entities_in_an_open_document_expand_to_nothing(tmp_path: Path) -> None:
    content = _with_part(ods(ROWS), "content.xml", ("<office:document-content", f"{ENTITIES}<office:document-content"))
    content = _with_part(content, "content.xml", ("linux", "&b;&f;"))
    try:
        report = _read(tmp_path, content)
    except (UnreadableFileError, EmptyUploadError):
        return
    cells = [cell or "" for row in _rows(tmp_path, report) for cell in row]
    assert not any("root:" in cell or "aaaaaaaaaa" in cell for cell in cells)


def test_a_stray_cell_in_the_last_corner_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(_xlsx(XFD1048576="x"))
    head, report = read_head(inspect_upload(path)), _read(tmp_path, _xlsx(XFD1048576="x"))
    assert _rows(tmp_path, report) == [("web01", "linux"), ("db01", "aix"), ("nas01", "bsd")]
    (told,) = report.findings
    assert (told.code, told.params["count"], told.params["cell"]) == ("far_cells", 1, "XFD1048576")
    assert (head.tables[0].sample, _codes(head)) == (report.tables[0].sample, ["far_cells"])


def test_cells_of_a_large_sheet_are_never_taken_for_stray_ones(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [f"name {number}" for number in range(800)])
        for line in range(1, 300):
            sheet.write_row(line, 0, [f"x{number}" for number in range(800)])
    report = _read(tmp_path, target.getvalue(), Limits(memory_bytes=100_000))
    assert (report.tables[0].rows, len(report.tables[0].columns), _codes(report)) == (299, 800, [])


def test_cells_strewn_over_a_whole_sheet_are_refused(tmp_path: Path) -> None:
    places = {f"{openpyxl.utils.get_column_letter(1 + 800 * step)}{1 + 9_000 * step}": "x" for step in range(20)}
    with pytest.raises(UnreadableFileError, match="strewn over 171,001 rows and 15,201 columns") as caught:
        _read(tmp_path, _xlsx(**places))
    assert caught.value.facts["kind"] == "sheet_too_sparse"


def test_records_that_each_bring_a_new_name_are_refused_early(tmp_path: Path) -> None:
    for content in (
        json.dumps([{f"k{number}": 1} for number in range(16_000)]),
        "\n".join(json.dumps({f"k{number}": 1}) for number in range(16_000)),
        "<r>" + "".join(f"<s><k{number}>1</k{number}></s>" for number in range(16_000)) + "</r>",
    ):
        with pytest.raises(UnreadableFileError, match="nearly all empty") as caught:
            _read(tmp_path, content)
        assert caught.value.facts["setting"] == "max_columns"


def test_records_of_many_names_that_are_filled_are_read(tmp_path: Path) -> None:
    report = _read(tmp_path, json.dumps([{f"k{number}": 1 for number in range(9_000)}] * 20))
    assert (report.tables[0].rows, len(report.tables[0].columns)) == (20, 9_000)


LONG = 200_000


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1, ' + ", ".join(['"a": 1'] * LONG) + "}]",
        '{"rows": {' + ", ".join(['"a": {"b": 1}'] * LONG) + "}}",
        "<r>" + "<a " * LONG,
        "<?xml " + "encoding " * LONG,
        "<r>&" + "#" * LONG,
        "<table>" + "<td a='" * LONG,
        "<table><tr><td>" + "<!" * LONG,
        "<table><tr><td>" + "&" * LONG,
        "name,os\n" + "," * LONG,
        ",".join(["name"] * LONG) + "\n",
        ",".join(["name"] * 16_000) + "\n" + ",".join(["1"] * 16_000) + "\n",
        "name,os\nweb01,linux\ndb01," + '"x"y' * LONG + "\n",
        "name,os\nweb01,linux\n" + '"x"y,' * LONG + "\n",
        "name,os\nweb01," + "\\" * LONG + "\n",
        "name,os\nweb01," + " " * LONG + "\n",
        "name,os\nweb01," + "'" * LONG + "\n",
        "name,os\nweb01," + "=" * LONG + "1\n",
        "name,os\nweb01," + "0-" * LONG + "\n",
        "2 123456789012 eni-1" + " a" * LONG,
        "#separator " + "\\x09" * LONG + "\n#fields\ta\n1\n",
    ],
    ids=lambda content: f"{content[:18]}…{content[-6:]}",
)
def test_no_pattern_searches_for_ever(content: str, tmp_path: Path) -> None:
    assert _seconds_to_end(tmp_path, content) < 20


@pytest.mark.parametrize(
    ("part", "piece"),
    [
        ("xl/styles.xml", "<cellXfs "),
        ("xl/styles.xml", "<numFmt "),
        ("xl/workbook.xml", "<sheet "),
        ("xl/workbook.xml", "<sheet " + "a" * 50),
        ("xl/worksheets/sheet1.xml", '<c r="XFD1" '),
        ("xl/worksheets/sheet1.xml", '<c r="XFD1"><f>'),
        ("xl/worksheets/sheet1.xml", "<row "),
        ("xl/_rels/workbook.xml.rels", "<Relationship "),
    ],
)
def test_no_pattern_searches_a_workbook_for_ever(part: str, piece: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(_xlsx())) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = bytes(parts[part]) + piece.encode() * LONG  # type: ignore[arg-type]  # bytes all of them
    assert _seconds_to_end(tmp_path, zipped(parts)) < 20
