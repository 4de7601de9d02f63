"""The fast way and the tolerant way stage the same table, whatever the text and wherever it is cut into pieces."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import TYPE_CHECKING
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from muster.domain.errors import MusterError
from muster.domain.findings import FindingLog
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.text import frames as framing
from muster.pipeline.read.text import mixed
from muster.pipeline.read.text import open as opening
from muster.pipeline.read.text.frames import frames
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

_CELLS = st.text(st.sampled_from("ab1é0 ,;\t|\"'\n\r\u00a0\\#=-"), max_size=6)
_TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)
_ANY_TEXT = st.text(st.sampled_from('ab1é ,,,;""\n\n\n\r\x00\'\\'), min_size=1, max_size=200)
_RELAXED = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def _read(path: Path, *, fast: bool, piece: int) -> tuple[pl.DataFrame, list[str], list[tuple[str, int, int, str]]]:
    log = FindingLog()
    upload = Upload(path, "table.csv", path.stat().st_size, UploadKind.TEXT)
    # Pieces and runs so short that everything which may happen at their edges does.
    with (
        mock.patch.object(opening, "CHUNK_BYTES", piece),
        mock.patch.object(framing, "_TAIL_CHARS", piece // 10),
        mock.patch.multiple(mixed, _BEFORE=2, _AFTER=1, _LEAST_RUN=1, _MORE=1),
    ):
        table = opening.open_text(upload, Limits(), log, whole=True)
        parts = list(frames(table, fast=fast))
        table.finish()
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
    told = sorted((item.code, item.row_number or 0, item.line or 0, item.field or "") for item in log.findings)
    return frame, table.rows.columns, told


@_RELAXED
@example(rows=[["", ""], ["", "00"], ["\n", "0000"], ["", "0"], ["", ""]], delimiter=",", ending="\n", piece=20)
@given(
    rows=_TABLES, delimiter=st.sampled_from(",;\t|"), ending=st.sampled_from(["\n", "\r\n"]), piece=st.integers(20, 400)
)
def test_a_written_table_comes_back_on_both_ways(
    rows: list[list[str]], delimiter: str, ending: str, piece: int, tmp_path: Path
) -> None:
    header = [f"name{place}" for place in range(len(rows[0]))]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    path = tmp_path / "table.csv"
    path.write_bytes(text.getvalue().encode())

    fast, columns, told = _read(path, fast=True, piece=piece)
    slow, slow_columns, slow_told = _read(path, fast=False, piece=piece)

    assert (columns, told) == (slow_columns, slow_told)
    assert fast.equals(slow)
    if "\\" not in text.getvalue():  # a backslash before a quote may be taken for an escape
        kept = [[None if is_blank(cell) else cell for cell in row] for row in rows]
        kept = [row for row in kept if any(cell is not None for cell in row)]
        assert columns == header
        assert [list(row) for row in slow.drop(ROW_NUMBER, LINE, strict=False).iter_rows()] == kept


@_RELAXED
@given(text=_ANY_TEXT, piece=st.integers(20, 120))
def test_any_text_gives_the_same_on_both_ways(text: str, piece: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    try:
        fast, columns, told = _read(path, fast=True, piece=piece)
    except MusterError as error:
        with pytest.raises(type(error)):
            _read(path, fast=False, piece=piece)
        return
    slow, slow_columns, slow_told = _read(path, fast=False, piece=piece)
    assert (columns, told) == (slow_columns, slow_told)
    assert fast.equals(slow)


@_RELAXED
@example(data=b"\n,", piece=20)
@example(data=b"#fields", piece=20)
@given(data=st.binary(min_size=1, max_size=300), piece=st.integers(20, 120))
def test_any_bytes_are_read_or_refused(data: bytes, piece: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"name,os\n" + data)
    try:
        frame, columns, _ = _read(path, fast=True, piece=piece)
    except MusterError:
        return
    assert not frame.height or frame.width == len(columns) + 2


_ODD = (
    "\n", ",,,\n", "web9,10.0.0.1\n", "web9,1,2,3,4,5\n", "Host name,IP address,System,Note\n", "web9,,,\n", " ,\t,,\n",
    'web9,"two\nlines",x,y\n', 'web9,"a, b",x,y\n', 'web9,3" disk,x,y\n', 'web9,"not closed,x,y\n',
    'web9,1,2,"a ""b"""\n',
    "Total,,,12\n", "Note: something\n", "# remark\n", "\nSite,City\nA,Rome\nB,Oslo\n",
    "\n\nSecond list\nApplication,Vendor,Version,Rack\nCRM,Acme,1,2\nERP,Acme,2,3\n",
)  # fmt: skip
"""What stands among regular rows."""


@pytest.mark.parametrize("seed", range(80))
def test_odd_lines_among_regular_ones_are_read_alike(seed: int, tmp_path: Path) -> None:
    random = Random(seed)  # noqa: S311 - of a test
    odd = random.choice((0.01, 0.03, 0.1))
    lines = (
        random.choice(_ODD)
        if random.random() < odd
        else f"web{number},10.0.0.{number % 250},Linux,{'a' * (number % 3)}\n"
        for number in range(random.choice((150, 400)))
    )
    text = "Host name,IP address,System,Note\n" + "".join(lines)
    path = tmp_path / "table.csv"
    path.write_text(text if seed % 5 else text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    piece = random.choice((300, 1_000, 4_000))
    fast, columns, told = _read(path, fast=True, piece=piece)
    slow, slow_columns, slow_told = _read(path, fast=False, piece=piece)
    assert (columns, told) == (slow_columns, slow_told)
    assert fast.equals(slow)


@pytest.mark.parametrize("piece", [30, 64, 200, 1 << 20])
def test_lines_and_rows_are_counted_through_quoted_breaks_and_pieces(piece: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    body = [(f"web{number}", "two\nlines" if number % 3 == 0 else "one") for number in range(50)]
    path.write_text("name,note\n" + "".join(f'{name},"{note}"\n' for name, note in body), encoding="utf-8")
    expected, line = [], 2
    for number, (_, note) in enumerate(body, start=1):
        expected.append((number, line))
        line += 1 + note.count("\n")
    for fast in (True, False):
        frame, _, _ = _read(path, fast=fast, piece=piece)
        assert list(zip(frame[ROW_NUMBER], frame[LINE], strict=True)) == expected
