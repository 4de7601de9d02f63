"""Rows that a caller has parsed: every key a column, every value text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from muster.domain.errors import EmptyUploadError, TooLargeError
from muster.pipeline.upload import Limits
from muster.services.handed_rows import as_lines, stage_rows

if TYPE_CHECKING:
    from pathlib import Path


def cells(folder: Path, *rows: dict[str, object]) -> list[tuple[str | None, ...]]:
    table = stage_rows(rows, "x.json", folder, Limits())
    return pl.concat(table.frames()).drop("row_number", "line").rows()


def test_columns_named_like_control_data_survive(tmp_path: Path) -> None:
    row = {"status": "active", "error": "none", "null": "n", "mappings": "m", "__class__": "c", "row_number": "9"}
    table = stage_rows([row], "x.json", tmp_path, Limits())
    assert table.info.columns == ("status", "error", "null", "mappings", "__class__", "row_number")
    assert pl.concat(table.frames()).rows() == [(1, 1, "active", "none", "n", "m", "c", "9")]


def test_rows_may_have_different_keys(tmp_path: Path) -> None:
    assert cells(tmp_path, {"a": "1", "b": "2"}, {"c": "3", "a": "4"}) == [("1", "2", None), ("4", None, "3")]


def test_values_become_text_as_json_writes_them(tmp_path: Path) -> None:
    row: dict[str, object] = {
        "int": 12,
        "float": 1.5,
        "bool": True,
        "none": None,
        "list": ["a", 2, None],
        "object": {"k": ["v"]},
        "lists": [["x"]],
        "zero": "0012",
        "blank": "  ",
    }
    assert cells(tmp_path, row) == [("12", "1.5", "true", None, "a; 2", '{"k": ["v"]}', '[["x"]]', "0012", None)]


def test_what_no_database_holds_is_taken_out_and_told(tmp_path: Path) -> None:
    table = stage_rows([{"a": "ok"}, {"a": "x\x00y\ud800z"}], "x.json", tmp_path, Limits())
    assert pl.concat(table.frames())["c0"].to_list() == ["ok", "xyz"]
    (finding,) = table.report.findings
    assert (finding.code, finding.row_number) == ("characters_removed", 2)


def test_keys_without_a_visible_name_and_repeated_ones_get_names(tmp_path: Path) -> None:
    table = stage_rows([{"": "1", " a ": "2", "a": "3"}], "x.json", tmp_path, Limits())
    assert len(set(table.info.columns)) == 3
    assert table.info.columns[0] == "Column 1"
    assert "a" in table.info.columns


def test_rows_without_a_value_are_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyUploadError, match="no value"):
        stage_rows([{"a": ""}, {}], "x.json", tmp_path, Limits())


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError, match="columns"):
        stage_rows([{str(number): "1" for number in range(20_000)}], "x.json", tmp_path, Limits())


def test_the_bytes_kept_are_one_line_of_json_for_each_row() -> None:
    assert b"".join(as_lines([{"a": 1}, {"b": "ü"}])) == b'{"a": 1}\n{"b": "\\u00fc"}\n'
