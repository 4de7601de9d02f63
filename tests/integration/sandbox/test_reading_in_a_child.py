"""A child reads what nobody trusts: it is held to its memory and time, and dies without harm."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from muster.domain.errors import EmptyUploadError, StorageFullError, UnreadableFileError
from muster.pipeline.read import load_report
from muster.pipeline.upload import Limits
from muster.services import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1 << 20


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "servers.csv"
    path.write_text("name,os\nweb01,linux\ndb01,aix\n", encoding="utf-8")
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.csv"
    path.write_bytes(b"name,os,note\n" + b"web01,linux,some words about this machine\n" * 1_000_000)
    return path


async def test_the_head_is_read(table: Path) -> None:
    report = await sandbox.read_head_in_child(table, "servers.csv")
    assert report.tables[0].columns == ("name", "os")
    assert report.tables[0].sample == (("web01", "linux"), ("db01", "aix"))
    assert not report.complete


async def test_the_whole_file_is_staged(table: Path, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    report = await sandbox.read_file_in_child(table, "servers.csv", staging)
    assert (report.complete, report.tables[0].rows) == (True, 2)
    assert load_report(staging) == report
    assert sorted(path.name for path in staging.iterdir()) == ["report.json", "table_0.parquet"]


async def test_a_refusal_keeps_its_type_words_and_facts(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(UnreadableFileError, match=r"servers\.csv is a PNG picture") as caught:
        await sandbox.read_head_in_child(path, "servers.csv")
    assert caught.value.facts == {"filename": "servers.csv", "kind": "png"}
    path.write_bytes(b"")
    with pytest.raises(EmptyUploadError):
        await sandbox.read_head_in_child(path, "servers.csv")


async def test_a_vanished_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"gone\.csv is not there any more"):
        await sandbox.read_file_in_child(tmp_path / "gone", "gone.csv", tmp_path / "staging")


async def test_too_much_memory_ends_the_child_and_leaves_nothing(large: Path, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    with pytest.raises(UnreadableFileError, match="needs more than 60 MB of memory") as caught:
        await sandbox.read_file_in_child(large, "large.csv", staging, Limits(memory_bytes=60 * MIB))
    assert caught.value.facts["kind"] == "too_much_memory"
    assert list(staging.iterdir()) == []
    assert _children() == []


async def test_too_much_time_ends_the_child_and_leaves_nothing(large: Path, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    with pytest.raises(UnreadableFileError, match=r"takes longer than 0\.1 seconds") as caught:
        await sandbox.read_file_in_child(large, "large.csv", staging, Limits(file_seconds=0.1))
    assert caught.value.facts["kind"] == "too_slow"
    assert list(staging.iterdir()) == []
    assert _children() == []


async def test_a_cancelled_read_ends_its_child(large: Path, tmp_path: Path) -> None:
    reading = asyncio.create_task(sandbox.read_file_in_child(large, "large.csv", tmp_path / "staging"))
    while not _children():  # noqa: ASYNC110 - another process sets no event
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert _children() == []
    assert list((tmp_path / "staging").iterdir()) == []


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "broke off at servers.csv \\(signal 11\\)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "memory"),
        ("raise MemoryError", "memory"),
        ("raise ValueError('web01 is secret')", "broke off at servers.csv \\(ValueError\\)"),
    ],
)
async def test_a_crash_is_one_sentence_without_a_cell(
    table: Path, program: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "crash"
    child.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
    child.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(child))
    with pytest.raises(UnreadableFileError, match=says) as caught:
        await sandbox.read_head_in_child(table, "servers.csv")
    assert "secret" not in str(caught.value.facts) + caught.value.message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small_disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if not (mount and umount) or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


async def test_a_full_disk_is_told_and_nothing_is_left(small_disk: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageFullError, match="no room"):
        await sandbox.read_file_in_child(_noisy(tmp_path), "noisy.csv", small_disk)
    assert os.listdir(small_disk) == []  # noqa: PTH208 - a blocking look, after the work


def _noisy(folder: Path) -> Path:
    path = folder / "noisy.csv"
    path.write_text(
        "name,id\n" + "".join(f"web{n},{n * 2654435761 % 2**32:x}\n" for n in range(200_000)), encoding="utf-8"
    )
    return path


def test_the_child_dies_with_its_parent(large: Path, tmp_path: Path) -> None:
    order = f"""
import asyncio
from pathlib import Path
from muster.services.sandbox import read_file_in_child
async def main():
    reading = asyncio.create_task(read_file_in_child(Path({str(large)!r}), "large.csv", Path({str(tmp_path / "s")!r})))
    import psutil
    while not psutil.Process().children():
        await asyncio.sleep(0)
    print(psutil.Process().children()[0].pid, flush=True)
    await reading
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", order], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        child = psutil.Process(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        child.wait(timeout=30)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_child_sees_nothing_of_the_environment(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SECRET", "s3cret")
    seen: dict[str, Any] = {}
    started = asyncio.create_subprocess_exec

    async def spy(*command: str, **options: Any) -> asyncio.subprocess.Process:
        seen.update(options)
        return await started(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", spy)
    asyncio.run(sandbox.read_head_in_child(table, "servers.csv"))
    assert "s3cret" not in json.dumps(seen["env"])


def _children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(os.getpid()).children()
        if child.status() != psutil.STATUS_ZOMBIE and any(sandbox._CHILD in word for word in child.cmdline())
    ]
