"""A table written in any format reads back the same, and any damage to it ends as a table or a typed error."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_containers import ods, xls, xlsb, zipped

from muster.domain.errors import MusterError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file, read_head
from muster.pipeline.read.blank import is_blank
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "read"
FORMATS = ("json", "ndjson", "xml", "graphml", "zeek", "aws", "azure", "parquet", "zip", "tar", "gzip", "workbook")
INPUTS = sorted(
    path for path in SAMPLES.glob("*/input.*") if path.parent.name.startswith(FORMATS) and path.stat().st_size < 50_000
)
MUTATIONS = 12
_TOKENS = [
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\t", b"<", b">", b"&", b"\x00", b"\xff", b"\xef\xbb\xbf"),
    *(b"\\ud800", b"<a>", b"</a>", b'{"a":', b"PK\x03\x04", b"#fields\t", b"null", b"<![CDATA[", b"<!--"),
]

Table = list[list[str]]
_NAMES = ["name", "os", "cpu"]
_CELLS = st.text(st.sampled_from("ab1é0 ,;\t|\"'\n<>&{}[]:\\/\u00a0中😀"), max_size=8)
_TABLES = st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=8).filter(
    lambda rows: any(not is_blank(cell) for row in rows for cell in row)
)
_RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def _records(rows: Table) -> list[dict[str, str]]:
    return [dict(zip(_NAMES, row, strict=True)) for row in rows]


def _json(rows: Table) -> bytes:
    return json.dumps(_records(rows), indent=1).encode()


def _json_below(rows: Table) -> bytes:
    return json.dumps({"total": 3, "items": _records(rows)}, ensure_ascii=False).encode()


def _ndjson(rows: Table) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in [*_records(rows), {"name": "end"}]).encode()


def _xml(rows: Table) -> bytes:
    cells = ("".join(f"<{name}>{escape(cell)}</{name}>" for name, cell in record.items()) for record in _records(rows))
    return f"<servers>{''.join(f'<server>{row}</server>' for row in cells)}</servers>".encode()


def _parquet(rows: Table) -> bytes:
    target = io.BytesIO()
    pl.DataFrame(rows, schema=dict.fromkeys(_NAMES, pl.String), orient="row").write_parquet(target)
    return target.getvalue()


def _zipped_json(rows: Table) -> bytes:
    return zipped({"servers.json": _json(rows)})


@pytest.mark.parametrize("write", [_json, _json_below, _ndjson, _xml, _parquet, _zipped_json])
@_RELAXED
@given(rows=_TABLES)
def test_a_written_table_comes_back(write: Callable[[Table], bytes], rows: Table, tmp_path: Path) -> None:
    rows = [["web01", *row[1:]] for row in rows]  # so that every format has each column
    path = tmp_path / "upload"
    path.write_bytes(write([["a", "b", "c"], *rows]))
    report = read_file(inspect_upload(path), tmp_path / "staging")
    frame = pl.read_parquet(tmp_path / "staging" / report.tables[0].staged).drop(ROW_NUMBER, LINE)
    written = [[cell.strip() if write is _xml else cell for cell in row] for row in rows]
    expected = [("a", "b", "c"), *(tuple(None if is_blank(cell) else cell for cell in row) for row in written)]
    if write is _ndjson:
        expected.append(("end", None, None))
    assert report.tables[0].columns == ("name", "os", "cpu")
    assert [tuple(cell.strip() if cell and write is _xml else cell for cell in row) for row in frame.rows()] == expected


def _mutated(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 6])):
        if not data:
            break
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice([1, 8, 64, 512]))
        match chance.randrange(6):
            case 0:
                data[start] ^= 1 << chance.randrange(8)
            case 1:
                del data[start:]
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end]
            case 4:
                data[start:end] = chance.choice(_TOKENS)
            case _:
                data[start:start] = chance.choice(_TOKENS) * chance.choice([1, 2, 100])
    return bytes(data)


def _outcome(path: Path, staging: Path) -> str:
    """What became of a file: every table as the report says, or a typed error that leaves nothing behind."""
    try:
        upload = inspect_upload(path)
        read_head(upload)
        report = read_file(upload, staging)
    except MusterError as error:
        left = list(staging.iterdir()) if staging.exists() else []
        return type(error).__name__ if not left and error.message.count(". ") == 0 else f"{error.message} left {left}"
    for table in report.tables:
        frame = pl.read_parquet(staging / table.staged)
        assert (frame.height, frame.width) == (table.rows, len(table.columns) + 2)
        assert frame[ROW_NUMBER].to_list() == list(range(1, table.rows + 1))
        assert all(len(row) == len(table.columns) for row in table.sample)
    assert len({table.name for table in report.tables}) == len(report.tables)
    return "read"


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.parent.name)
def test_a_damaged_sample_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    chance = random.Random(path.parent.name)  # noqa: S311 - the same damage in every run
    content = path.read_bytes()
    for number in range(MUTATIONS):
        damaged = tmp_path / f"{number}{path.suffix}"
        damaged.write_bytes(_mutated(content, chance))
        assert _outcome(damaged, tmp_path / f"staging{number}") in {"read", "UnreadableFileError", "EmptyUploadError"}


@pytest.mark.parametrize("write", [ods, xls, xlsb])
def test_a_damaged_workbook_is_read_or_refused(
    write: Callable[[list[list[str | float]]], bytes], tmp_path: Path
) -> None:
    chance = random.Random(write.__name__)  # noqa: S311 - the same damage in every run
    content = write([["name", "os", "cpu"], *([["web01", "linux", 4.0]] * 20)])
    for number in range(5 * MUTATIONS):
        damaged = tmp_path / f"{number}.dat"
        damaged.write_bytes(_mutated(content, chance))
        assert _outcome(damaged, tmp_path / f"staging{number}") in {"read", "UnreadableFileError", "EmptyUploadError"}
