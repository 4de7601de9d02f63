"""Every sample file is read as its `expected.json` says: the same tables, lines and findings, or the same refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from muster.domain import errors
from muster.domain.tables import LINE, ROW_NUMBER, ReadReport
from muster.pipeline.read import load_report, read_file, read_head
from muster.pipeline.upload import inspect_upload

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "read"
CASES = sorted(folder.name for folder in SAMPLES.iterdir())


@pytest.mark.parametrize("case", CASES)
def test_a_sample_is_read_as_expected(case: str, tmp_path: Path) -> None:
    expected = json.loads((SAMPLES / case / "expected.json").read_text(encoding="utf-8"))
    path = SAMPLES / case / expected["file"]
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])) as caught:
            read_file(inspect_upload(path), tmp_path)
        for words in expected["says"]:
            assert words in caught.value.message
        assert caught.value.message.count(". ") == 0, "one sentence"
        assert list(tmp_path.iterdir()) == []
        return
    report = read_file(inspect_upload(path), tmp_path)
    assert _seen(report, tmp_path) == {key: expected[key] for key in ("format", "tables", "findings")}
    assert load_report(tmp_path) == report


@pytest.mark.parametrize("case", CASES)
def test_the_head_of_a_sample_agrees_with_the_whole(case: str, tmp_path: Path) -> None:
    expected = json.loads((SAMPLES / case / "expected.json").read_text(encoding="utf-8"))
    path = SAMPLES / case / expected["file"]
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])):
            read_head(inspect_upload(path))
        return
    head, whole = read_head(inspect_upload(path)), read_file(inspect_upload(path), tmp_path)
    assert not head.complete
    assert [(table.name, table.columns, table.sample) for table in head.tables] == [
        (table.name, table.columns, table.sample) for table in whole.tables
    ]


def _seen(report: ReadReport, staging: Path) -> dict[str, Any]:
    return {
        "format": {
            "kind": report.file_format.kind,
            "encoding": report.file_format.encoding,
            "delimiter": report.file_format.delimiter,
        },
        "tables": [
            {
                "name": table.name,
                "columns": list(table.columns),
                "header_row": table.header_row,
                **_rows(pl.read_parquet(staging / table.staged)),
                **({"hidden": True} if table.hidden else {}),
            }
            for table in report.tables
        ],
        "findings": [[finding.code, finding.row_number, finding.line] for finding in report.findings],
    }


def _rows(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame[ROW_NUMBER].to_list() == list(range(1, frame.height + 1))
    rows = [list(row) for row in frame.drop(ROW_NUMBER, LINE).iter_rows()]
    return {"rows": rows, "lines": frame[LINE].to_list()}
