"""Gives a damaged file to the child process that reads files in production, and judges what comes of it."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.errors import EmptyUploadError, MusterError, UnreadableFileError
from muster.pipeline.read.report import REPORT_NAME
from muster.pipeline.upload import Limits
from muster.services.sandbox import read_file_in_child, read_head_in_child

if TYPE_CHECKING:
    from mutations import Case

    from muster.domain.tables import ReadReport

PROJECT = Path(__file__).resolve().parents[2]
_SAMPLES = PROJECT / "tests" / "samples"
_REAL = PROJECT.parent / "shared" / "data" / "real"
_NO_INPUT = {"expected.json", "MANIFEST.csv"}
_LARGEST_SOURCE = 1 << 20
_MIB = 1 << 20
LIMITS = Limits(memory_bytes=1024 * _MIB, head_seconds=10, file_seconds=60)
"""The defaults of production, but for the time: a damaged sample is a small file."""


class Verdict(StrEnum):
    """How a case ended: well (a table, or one sentence), held by the limits, or as it never should."""

    TABLE = "table"
    REFUSED = "refused"
    HELD = "held by a limit"
    CRASHED = "crashed"
    WRONG = "wrong"

    @property
    def is_fault(self) -> bool:
        """Whether somebody has to look at it."""
        return self in {Verdict.CRASHED, Verdict.WRONG}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case; `memory` is the peak of this and all earlier children of the process, in bytes."""

    number: int
    source: str
    damage: tuple[str, ...]
    size: int
    verdict: Verdict
    detail: str
    seconds: float
    memory: int


def sources(*, real: bool = True) -> list[Path]:
    """The files to damage: those of the tests and, when they are there, real ones."""
    folders = [_SAMPLES, _REAL] if real else [_SAMPLES]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if path.name not in _NO_INPUT and path.stat().st_size <= _LARGEST_SOURCE)


async def tried(case: Case, limits: Limits = LIMITS) -> Outcome:
    """Read the case: its head, then the whole of it, each in a child of its own."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="muster-fuzz-") as name:
        verdict, detail = await _judged(case, Path(name), limits)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    source = str(case.source.relative_to(PROJECT.parent))
    return Outcome(case.number, source, case.damage, len(case.content), verdict, detail, seconds, memory)


async def _judged(case: Case, folder: Path, limits: Limits) -> tuple[Verdict, str]:
    path, staging = folder / case.source.name, folder / "staging"
    path.write_bytes(case.content)
    head: MusterError | None = None
    try:
        await read_head_in_child(path, path.name, limits)
    except MusterError as error:
        head = error
        verdict, detail = _judged_refusal(error, path.name)
        if verdict is not Verdict.REFUSED:
            return verdict, f"head: {detail}"
    try:
        report = await read_file_in_child(path, path.name, staging, limits)
    except MusterError as error:
        if any(staging.iterdir()):
            return Verdict.WRONG, "something is left in the staging folder"
        return _judged_refusal(error, path.name)
    if head is not None:
        return Verdict.TABLE, f"{report.file_format.kind} (its head was refused)"
    return _judged_tables(report, staging)


def _judged_refusal(error: MusterError, filename: str) -> tuple[Verdict, str]:
    kind = str(error.facts.get("kind", error.code))
    if kind == "reader_crashed":
        return Verdict.CRASHED, str(error.facts.get("reason"))
    if kind in {"too_slow", "too_much_memory"}:
        return Verdict.HELD, kind
    if not isinstance(error, UnreadableFileError | EmptyUploadError):
        return Verdict.WRONG, f"{type(error).__name__} is no refusal of a file"
    if not error.message.startswith(f"{filename} ") or ". " in error.message.removeprefix(filename):
        return Verdict.WRONG, f"{kind}: the message is no sentence about the file"
    return Verdict.REFUSED, kind


def _judged_tables(report: ReadReport, staging: Path) -> tuple[Verdict, str]:
    if len({table.name for table in report.tables}) < len(report.tables):
        return Verdict.WRONG, "two tables of one name"
    if {path.name for path in staging.iterdir()} != {REPORT_NAME, *(table.staged for table in report.tables)}:
        return Verdict.WRONG, "the staging folder holds other files than the tables"
    for table in report.tables:
        staged = pl.scan_parquet(staging / table.staged)
        if staged.select(pl.len()).collect().item() != table.rows:
            return Verdict.WRONG, "a table has other rows than its report says"
        if len(staged.collect_schema()) != len(table.columns) + 2:
            return Verdict.WRONG, "a table has other columns than its report says"
        if any(len(row) != len(table.columns) for row in table.sample):
            return Verdict.WRONG, "a sample is no part of its table"
    return Verdict.TABLE, report.file_format.kind
