"""`muster template`, and rejected rows in the user's own kind of file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl

from muster.catalog.registry import categories
from support.imports import HELD_BACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster, Muster


def test_a_template_goes_out_and_its_rows_come_back(muster: Muster, inside: InsideMuster, tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    done = muster("template", "cmdb_export", "-o", path)
    assert (done.code, done.out) == (0, b"")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append(["web01"])
    book.save(path)
    verdict = inside("check", path, "--json")
    assert (verdict.code, verdict.json["detection"]["source_system"]) == (0, "template_cmdb_export")
    table, hints = verdict.json["tables"]
    assert (table["rows"], table["imported"], hints["imported"]) == (1, True, False)
    assert {column["confidence"] for column in table["mapping"]} == {1.0}


def test_every_category_has_a_template(inside: InsideMuster) -> None:
    for category in categories():
        book = openpyxl.load_workbook(io.BytesIO(inside("template", category, "-o", "-").out))
        assert "muster hints" in book.sheetnames


def test_a_category_that_is_not_there_is_refused_with_those_that_are(inside: InsideMuster) -> None:
    done = inside("template", "nothing")
    assert done.code == 2
    assert "cmdb_export" in done.err


def test_rejects_are_of_the_kind_that_was_imported_unless_a_file_is_called_otherwise(
    inside: InsideMuster,
    write: Callable[[str, str | bytes], Path],
    engagement: tuple[str, ...],
    tmp_path: Path,
) -> None:
    inside("import", write("servers.csv", HELD_BACK.replace(b",", b";")), *engagement, "--review", "never")
    own = inside("export", "rejects", *engagement)
    assert own.text.startswith("Server Name;IP Address;")
    assert '"muster reason: servers"' in own.text
    assert inside("export", "rejects", *engagement, "-o", tmp_path / "r.xlsx").code == 0
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames == ["servers"]
