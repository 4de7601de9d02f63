"""JSON lines that are written alike are read the fast way, and as the tolerant way reads them."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.pipeline.read.nested.alike_lines import AlikeLines
from muster.pipeline.read.nested.json_lines import read_json_lines
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.shapes import Nested
    from muster.pipeline.read.nested.store import Table

ALIKE = [
    '{"id": 1234567890123456789, "n": 12.50, "e": 1E+3, "z": "007", "on": true, "none": null, "s": " x ", "é ü": ""}',
    '{"name":"a","os":{"name":"Linux","more":{"v":"1.10"}},"ip":["10.0.0.1"],"cpu":-0}',
    '{ "name" : "null" , "ip" : [ ] , "tags" : [ 12.50 ] }',
    '{"we (2).[ird]|# -&~":"a","a.b":1,"a":{"b":"x;y"}}',
]
ODD = [
    '{"name":"\\u0041\\n"}',
    '{"name":["a","b"]}',
    '{"name":["a;b"]}',
    '{"name":""}',
    '{"name":{"S":"a"}}',
    '{"name":"a","name":"b"}',
    '{"name":"a"},',
    '{"name":NaN}',
    '{"name":01}',
    '{"name":[{"x":1}]}',
    '{"more":1}',
    "[1]",
    "",
]


def _both(folder: Path, lines: list[str], limits: Limits | None = None) -> list[tuple[ReadReport, list[pl.DataFrame]]]:
    """What the usual way reads, and what the tolerant way does."""
    path = folder / "upload.ndjson"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    upload = inspect_upload(path)
    read = []
    for name, rows_of in (("usual", None), ("tolerant", _itself)):
        target = folder / name
        target.mkdir()
        report = read_json_lines(upload, limits or Limits(), target, "ndjson", rows_of)
        read.append((report, [pl.read_parquet(target / table.staged) for table in report.tables]))
    return read


def _itself(record: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    yield record


def _same(folder: Path, lines: list[str]) -> None:
    (usual, frames), (tolerant, others) = _both(folder, lines)
    assert usual == tolerant
    assert [frame.to_dict(as_series=False) for frame in frames] == [frame.to_dict(as_series=False) for frame in others]


@pytest.mark.parametrize("line", ALIKE)
def test_lines_written_alike_are_read_the_fast_way(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    frame_of = AlikeLines.frame

    def noted(rule: AlikeLines, texts: Sequence[str], lines: Sequence[int], table: Table) -> pl.DataFrame | None:
        frame = frame_of(rule, texts, lines, table)
        taken.append(frame is not None)
        return frame

    monkeypatch.setattr(AlikeLines, "frame", noted)
    # A value that is always absent has no column yet, so that one line gives every value.
    _same(tmp_path, [line.replace("[ ]", "[1]"), *[line] * 500])
    assert taken == [True]


@pytest.mark.parametrize("odd", ODD)
def test_a_line_written_otherwise_is_read_the_tolerant_way(odd: str, tmp_path: Path) -> None:
    lines = [f'{{"name":"web{number:05d}"}}' for number in range(12_000)]
    lines[5_000:5_000] = [odd]
    _same(tmp_path, [*lines, odd])


@pytest.mark.parametrize("wide", [60, 300])
def test_records_of_many_values_are_read_the_same(wide: int, tmp_path: Path) -> None:
    _same(tmp_path, [json.dumps({f"value {place}": place * line for place in range(wide)}) for line in range(300)])


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.sampled_from(["null", "true", "007", " ", "a;b", "\x00", "\u200b"]),
)
SHAPES = st.recursive(
    st.just(VALUES) | st.just(st.lists(VALUES, max_size=2)),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3).map(st.fixed_dictionaries),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_records_of_one_shape_are_read_the_same_both_ways(data: st.DataObject) -> None:
    shape = st.fixed_dictionaries(data.draw(st.dictionaries(st.text(max_size=3), SHAPES, min_size=1, max_size=4)))
    records = data.draw(st.lists(shape, min_size=1, max_size=6))
    ascii_only = data.draw(st.booleans())
    lines = [json.dumps(record, ensure_ascii=ascii_only).replace("\x7f", "") for record in records]
    # The first block shows how lines are written, so that the records come once in it, and once behind it.
    lines = [*lines, *[lines[0]] * 64, *lines]
    # Records of nothing are none.
    with tempfile.TemporaryDirectory() as folder, suppress(EmptyUploadError):
        _same(Path(folder), lines)


def test_a_value_beyond_its_limit_is_held_out_and_told(tmp_path: Path) -> None:
    lines = [f'{{"name":"web{number}","note":"short"}}' for number in range(200)]
    lines[150] = '{"name":"web150","note":"' + "x" * 2_000 + '"}'
    (usual, frames), (tolerant, _) = _both(tmp_path, lines, Limits(cell_bytes=1_000))
    assert usual == tolerant
    assert [(item.code, item.row_number) for item in usual.findings] == [("cell_too_large", 151)]
    assert frames[0]["c1"][150] is None


def test_rows_read_the_fast_way_count_to_the_limit(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="more than 100 rows"):
        _both(tmp_path, ['{"name":"web01"}'] * 200, Limits(rows=100))
