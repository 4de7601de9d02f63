"""Hostile files end in the child that reads them, with a sentence of their own, and leave nothing behind."""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from muster.domain.errors import UnreadableFileError
from muster.pipeline.upload import Limits
from muster.services import sandbox

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _zip_of_much(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(50):
            archive.writestr(f"{number}.csv", b"name,os\n" + b"web01,linux\n" * 100_000)
    return path


async def test_what_a_stopped_child_had_unpacked_is_removed(tmp_path: Path, scratch: Path) -> None:
    reading = asyncio.create_task(sandbox.read_head_in_child(_zip_of_much(tmp_path / "all.zip"), "all.zip"))
    while not list(scratch.glob("*/*/*")):  # noqa: ASYNC240 - what another process makes can only be looked for
        assert not reading.done()
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert list(scratch.iterdir()) == []  # noqa: ASYNC240 - a look after the work


async def test_nothing_is_left_of_a_child_that_ended_by_itself(tmp_path: Path, scratch: Path) -> None:
    path = _zip_of_much(tmp_path / "all.zip")
    await sandbox.read_head_in_child(path, "all.zip")
    await sandbox.read_file_in_child(path, "all.zip", tmp_path / "staging")
    assert list(scratch.iterdir()) == []  # noqa: ASYNC240 - a look after the work


async def test_asking_for_more_memory_than_any_machine_has_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    said = "memory allocation of 412316860416 bytes failed"
    child.write_text(f"#!{sys.executable}\nimport os\nos.write(2, b'{said}')\nos.abort()\n", encoding="utf-8")
    child.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(child))
    with pytest.raises(UnreadableFileError, match="of memory to read: save it as CSV") as caught:
        await sandbox.read_head_in_child(child, "servers.xlsx")
    assert caught.value.facts["kind"] == "too_much_memory"


async def test_a_sheet_that_hides_how_wide_it_is_ends_within_its_memory(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [1, 2])
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # The row says it is the first one, its last cell stands in the last row of all.
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b'r="B1"', b'r="ZZ1048576"')
    path = tmp_path / "wide.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableFileError) as caught:
        await sandbox.read_head_in_child(path, "wide.xlsx", Limits(memory_bytes=300 * MIB))
    assert caught.value.facts["kind"] == "too_much_memory"
