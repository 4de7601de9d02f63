"""Every kind of workbook is read the same; macros and links are told, never run or followed."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter
from odd_containers import Rows, ods, xls, xlsb, zipped

from muster.domain.errors import UnreadableFileError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS: Rows = [["name", "os", "cpu"], ["web01", "linux", 4.0], ["db01", "aix", 2.5], ["nas01", "bsd", 16.0]]


@pytest.mark.parametrize(("kind", "write"), [("ods", ods), ("xls", xls), ("xlsb", xlsb)])
def test_a_workbook_of_another_kind_is_read_like_xlsx(
    kind: str, write: Callable[[Rows], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "servers.dat"
    path.write_bytes(write(ROWS))
    report, head = read_file(inspect_upload(path), tmp_path / "staging"), read_head(inspect_upload(path))
    (table,) = report.tables
    frame = pl.read_parquet(tmp_path / "staging" / table.staged).drop(ROW_NUMBER, LINE)
    assert (report.file_format.kind, table.name, table.columns) == (kind, "Servers", ("name", "os", "cpu"))
    assert frame.rows() == [("web01", "linux", "4"), ("db01", "aix", "2.5"), ("nas01", "bsd", "16")]
    assert head.tables[0].sample == table.sample


@pytest.mark.parametrize("write", [ods, xlsb])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_a_workbook_is_refused_in_one_sentence(
    write: Callable[[Rows], bytes], share: float, tmp_path: Path
) -> None:
    path = tmp_path / "servers.dat"
    whole = write([*ROWS, *([["x", "y", 1.0]] * 200)])
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableFileError) as caught:
        read_file(inspect_upload(path), tmp_path / "staging")
    assert caught.value.message.startswith("servers.dat is an incomplete workbook")


def _macro_workbook(folder: Path) -> bytes:
    path = folder / "plain.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Servers")
        for line, row in enumerate(ROWS):
            sheet.write_row(line, 0, row)
    return path.read_bytes()


def test_macros_and_links_to_other_workbooks_are_told(tmp_path: Path) -> None:
    path = tmp_path / "servers.xlsm"
    path.write_bytes(_macro_workbook(tmp_path))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    report = read_file(inspect_upload(path), tmp_path / "staging")
    assert [finding.code for finding in report.findings] == ["macros_left_out", "links_not_followed"]
    assert report.tables[0].rows == 3


def test_macros_of_other_kinds_are_told(tmp_path: Path) -> None:
    for name, content in {
        "old.xls": xls(ROWS, "_VBA_PROJECT_CUR"),
        "open.ods": ods(ROWS, **{"Basic/Standard/Module1.xml": b"<module/>"}),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        report = read_file(inspect_upload(path), tmp_path / name.replace(".", "_"))
        assert [finding.code for finding in report.findings] == ["macros_left_out"]


@pytest.mark.parametrize(
    "table",
    [
        '<table:table-row table:number-rows-repeated="2000000000">{cell}</table:table-row>',
        "<table:table-row>{cell}{cell}{cell}</table:table-row>",
    ],
)
def test_a_few_bytes_that_stand_for_billions_of_cells_do_no_harm(table: str, tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="4000000000" office:value-type="float" office:value="1"/>'
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{table.format(cell=cell)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "wide.ods"
    path.write_bytes(zipped({"mimetype": "x", "content.xml": content, "META-INF/manifest.xml": "<m/>"}))
    try:
        report = read_file(inspect_upload(path), tmp_path / "staging")
    except UnreadableFileError:
        return
    assert all(len(table.columns) <= Limits().columns for table in report.tables)
