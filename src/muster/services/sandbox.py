"""Reads untrusted files in a child process with watched memory and time, so that a file can hurt nobody but itself."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import math
import os
import shutil
import signal
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]  # it ships no types

from muster.domain import errors
from muster.domain.errors import MusterError, UnreadableFileError
from muster.pipeline.read.report import REPORT_NAME, load_report, report_from_json
from muster.pipeline.upload import Limits
from muster.services.returned_rejects import staged_without_reasons, without_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from muster.domain.tables import ReadReport

_CHILD = "muster.pipeline.read.child"
# Nothing of the parent's environment (it may hold secrets); Polars needs no more threads than a reader can feed.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "POLARS_MAX_THREADS": "2"}
_WATCH_SECONDS = 0.02
_CPU_PER_SECOND = 3
"""Processor seconds a child may use per second of its wall clock: it has a few threads."""
_NO_MEMORY = b"memory allocation of "
"""What Rust code says before it aborts, when a file makes it ask for more than the machine can ever give."""
_MIB = 1 << 20


async def read_head_in_child(path: Path, filename: str, limits: Limits | None = None) -> ReadReport:
    """Read the head of a file (`read_head`) within `limits.head_seconds` and `limits.memory_bytes`.

    A reject file that comes back is given as the user's own (services/returned_rejects.py).

    Raises UnreadableFileError (also for a vanished file, a crash of the reader, too much memory or time),
    EmptyUploadError or TooLargeError.
    """
    limits = limits or Limits()
    answer = await _ask(path, filename, None, limits, limits.head_seconds)
    return without_reasons(report_from_json(json.dumps(answer["report"])))


async def read_file_in_child(path: Path, filename: str, staging_dir: Path, limits: Limits | None = None) -> ReadReport:
    """Stage a whole file (`read_file`) within `limits.file_seconds` and `limits.memory_bytes`.

    Raises what `read_head_in_child` does, and StorageFullError. After an error nothing new is left in `staging_dir`.
    """
    limits = limits or Limits()
    before = await asyncio.to_thread(_listed, staging_dir)
    try:
        await _ask(path, filename, staging_dir, limits, limits.file_seconds)
        return await asyncio.to_thread(_as_the_users_own, staging_dir)
    finally:
        await asyncio.to_thread(_clear_unfinished, staging_dir, before)


def _as_the_users_own(staging_dir: Path) -> ReadReport:
    return staged_without_reasons(load_report(staging_dir), staging_dir)


def _listed(staging_dir: Path) -> set[Path]:
    staging_dir.mkdir(parents=True, exist_ok=True)
    return set(staging_dir.iterdir())


def _clear_unfinished(staging_dir: Path, before: set[Path]) -> None:
    if not (staging_dir / REPORT_NAME).exists():
        for left in set(staging_dir.iterdir()) - before:
            left.unlink()


async def _ask(path: Path, filename: str, staging_dir: Path | None, limits: Limits, seconds: float) -> dict[str, Any]:
    order = {
        "parent": os.getpid(),
        "path": str(path),
        "filename": filename,
        "staging_dir": None if staging_dir is None else str(staging_dir),
        "limits": dataclasses.asdict(limits),
        "cpu_seconds": math.ceil(seconds * _CPU_PER_SECOND),
    }
    # What the child unpacks for a while lies in a folder of its parent, who outlives it and clears up.
    scratch = await asyncio.to_thread(tempfile.mkdtemp, prefix="muster-read-")
    try:
        return await _answered(order, {**_ENVIRONMENT, "TMPDIR": scratch}, filename, limits, seconds)
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


async def _answered(
    order: Mapping[str, object], environment: Mapping[str, str], filename: str, limits: Limits, seconds: float
) -> dict[str, Any]:
    # -I: no user site, no PYTHON* variables, no module from the working folder.
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        _CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    talk = asyncio.create_task(child.communicate(json.dumps(order).encode()))
    watch = asyncio.create_task(_outgrown(child.pid, limits.memory_bytes))
    try:
        done, _ = await asyncio.wait({talk, watch}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if talk in done:
            stdout, stderr = talk.result()
            return _answer(child.returncode, stdout, stderr, filename, limits)
        raise _too_much_memory(filename, limits) if watch in done else _too_slow(filename, seconds)
    finally:
        watch.cancel()
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it may end between the look and the kill
                child.kill()
        await asyncio.gather(talk, watch, return_exceptions=True)


async def _outgrown(pid: int, memory_bytes: int) -> None:
    """Return once the process holds more than `memory_bytes`; wait for ever when it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        while process.memory_info().rss <= memory_bytes:  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(_WATCH_SECONDS)
        return
    await asyncio.Event().wait()


def _answer(returncode: int | None, stdout: bytes, stderr: bytes, filename: str, limits: Limits) -> dict[str, Any]:
    if returncode == 0 and stdout:
        answer: dict[str, Any] = json.loads(stdout)
        if "error" in answer:
            raise _as_raised(answer["error"])
        return answer
    if returncode == -signal.SIGXCPU:
        raise _too_slow(filename, limits.file_seconds)
    last = stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    # Only the name of the exception: its text may quote cells.
    reason = f"signal {-returncode}" if returncode is not None and returncode < 0 else last.partition(":")[0]
    if returncode == -signal.SIGKILL or reason == "MemoryError" or _NO_MEMORY in stderr:
        raise _too_much_memory(filename, limits)
    raise UnreadableFileError(
        f"The reader broke off at {filename} ({reason}): save it anew as CSV or XLSX and send that; "
        "if it happens again, report it.",
        filename=filename,
        kind="reader_crashed",
        reason=reason,
    )


def _as_raised(error: dict[str, Any]) -> MusterError:
    kind: type[MusterError] = getattr(errors, error["name"])
    return kind(error["message"], **error["facts"])


def _too_much_memory(filename: str, limits: Limits) -> UnreadableFileError:
    return UnreadableFileError(
        f"{filename} needs more than {limits.memory_bytes // _MIB:,} MB of memory to read: "
        "save it as CSV, or split it, and send that.",
        filename=filename,
        kind="too_much_memory",
        limit=limits.memory_bytes,
    )


def _too_slow(filename: str, seconds: float) -> UnreadableFileError:
    return UnreadableFileError(
        f"{filename} takes longer than {seconds:g} seconds to read: save it as CSV, or split it, and send that.",
        filename=filename,
        kind="too_slow",
        limit=seconds,
    )
