"""Every real file ends as a table or as one clear sentence; the public expectations for CSV hold."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from muster.domain.errors import MusterError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import inspect_upload
from support.reading_page import REAL_TRUTH, tables_of

REAL = Path(__file__).resolve().parents[3] / "../shared/data/real"
FILES = sorted(path for path in REAL.rglob("*") if path.is_file()) if REAL.exists() else []
SPECTRUM = [path for path in FILES if path.name.startswith("csvspectrum_") and path.suffix == ".csv"]
REAL_TABLES = json.loads(REAL_TRUTH.read_text(encoding="utf-8"))
"""By file, its delimiter and its tables as (name, line of the header, columns, rows)."""

pytestmark = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_ends_as_tables_or_as_one_sentence(path: Path, tmp_path: Path) -> None:
    try:
        upload = inspect_upload(path)
        head, whole = read_head(upload), read_file(upload, tmp_path)
    except MusterError as error:
        sentence = error.message
        assert (sentence.startswith(path.name), sentence.endswith(".")) == (True, True)
        return
    for first, table in zip(head.tables, whole.tables, strict=True):
        frame = pl.read_parquet(tmp_path / table.staged)
        assert frame.height == table.rows
        assert frame.width == len(table.columns) + 2
        assert table.columns[: len(first.columns)] == first.columns
        assert frame[LINE].is_sorted()
        assert all(len(row) == len(table.columns) for row in table.sample)


@pytest.mark.parametrize("name", REAL_TABLES)
def test_a_real_file_has_the_tables_that_a_person_sees(name: str, tmp_path: Path) -> None:
    report = read_file(inspect_upload(REAL / name), tmp_path)
    assert tables_of(report) == REAL_TABLES[name]["tables"]
    assert report.file_format.delimiter == REAL_TABLES[name]["delimiter"]


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.name)
def test_csv_spectrum_is_read_as_it_expects(path: Path, tmp_path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    report = read_file(inspect_upload(path), tmp_path)
    columns = report.tables[0].columns
    frame = pl.read_parquet(tmp_path / report.tables[0].staged).drop(ROW_NUMBER, LINE)
    assert [dict(zip(columns, (cell or "" for cell in row), strict=True)) for row in frame.iter_rows()] == expected


def test_rvtools_has_its_nine_machines_and_no_blank_rows(tmp_path: Path) -> None:
    report = read_file(inspect_upload(REAL / "cmdb_export/rvtools_kubev2v_example1.xlsx"), tmp_path)
    rows = {table.name: table.rows for table in report.tables}
    assert rows == {"vInfo": 9, "vCPU": 9, "vMemory": 9, "vDisk": 9, "vPartition": 9, "vHost": 7}
