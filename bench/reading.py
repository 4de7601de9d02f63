"""Measures how fast files are read and staged, each against what its library does alone, and how much memory it takes.

Speed: a CSV of a million rows against Polars' own `scan_csv` → `sink_parquet`, regular and with odd lines in it; a
workbook against calamine alone. Memory: the peak of the reading process for files of three million rows. Ratios
compare figures of one run on one machine, the best of several rounds in turn; the bytes are the same in every run.
`python bench/reading.py` runs it alone; BENCH_READ_ROWS=1000000,3000000 chooses the rows for speed and for memory.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import python_calamine
import xlsxwriter

from generate import write_source
from muster.pipeline.read import read_file
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
ROWS = 1_000_000
MEMORY_ROWS = 3_000_000
SHEET_ROWS = 60_000
MOST_MB = 1_024
RESULTS = Path(__file__).parent / "results"
_ODD_EVERY = 1_000


@dataclass(frozen=True)
class Speed:
    """Seconds of the library alone and of ours for the same rows; `share` of its speed, and the least that is asked."""

    name: str
    rows: int
    alone_seconds: float
    ours_seconds: float
    share: float
    target: float


@dataclass(frozen=True)
class Memory:
    """The peak of the reading process for one file."""

    name: str
    rows: int
    file_mb: int
    seconds: float
    peak_mb: int
    target_mb: int = MOST_MB


def main() -> None:
    """Measure, print and keep the figures in results/reading.json."""
    given = [int(part) for part in os.environ.get("BENCH_READ_ROWS", "").split(",") if part]
    rows, memory_rows = (*given, *(ROWS, MEMORY_ROWS)[len(given) :])[:2]
    # As in the process that reads: rows are many small lists, which the default thresholds walk over and over.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as home:
        folder = Path(home)
        speeds = [*csv_speeds(folder, rows), sheet_speed(folder)]
        for speed in speeds:
            print(
                f"  {speed.name:<14} {speed.rows:>9,} rows: {speed.ours_seconds:6.2f} s,"
                f" alone {speed.alone_seconds:6.2f} s: {speed.share:5.0%} (asked: {speed.target:.0%})",
                flush=True,
            )
        memories = []
        for name, write in MEMORY_FILES.items():
            memories.append(memory := peak(name, write, folder, memory_rows))
            print(
                f"  {memory.name:<14} {memory.rows:>9,} rows, {memory.file_mb:>5,} MB: {memory.seconds:6.2f} s,"
                f" {memory.peak_mb:>5,} MB at most (asked: {memory.target_mb:,})",
                flush=True,
            )
    RESULTS.mkdir(exist_ok=True)
    document = {"speed": [asdict(item) for item in speeds], "memory": [asdict(item) for item in memories]}
    (RESULTS / "reading.json").write_text(json.dumps(document, indent=2) + "\n")


def csv_speeds(folder: Path, rows: int) -> list[Speed]:
    """A regular file, and one in which three lines of a thousand are odd, both against Polars on the regular one."""
    regular, irregular = folder / "regular.csv", folder / "irregular.csv"
    write_source(regular, rows)
    write_irregular(regular, irregular)
    seconds = best(
        {
            "alone": lambda: pl.scan_csv(regular).sink_parquet(folder / "alone.parquet"),
            "regular csv": lambda: staged(regular, rows),
            "irregular csv": lambda: staged(irregular, rows),
        }
    )
    alone = seconds["alone"]
    return [
        Speed(name, rows, round(alone, 3), round(seconds[name], 3), round(alone / seconds[name], 3), target)
        for name, target in (("regular csv", 0.6), ("irregular csv", 0.15))
    ]


def sheet_speed(folder: Path) -> Speed:
    """A workbook against calamine, which gives its rows and no more."""
    path = folder / "servers.xlsx"
    write_workbook(folder / "regular.csv", path)
    seconds = best({"alone": lambda: calamine_rows(path), "ours": lambda: staged(path, SHEET_ROWS)})
    alone, ours = seconds["alone"], seconds["ours"]
    return Speed("xlsx", SHEET_ROWS, round(alone, 3), round(ours, 3), round(alone / ours, 3), 0.7)


def best(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least seconds of each over several rounds, one after the other in each."""
    seconds: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            began = time.perf_counter()
            run()
            seconds[name] = min(seconds.get(name, float("inf")), time.perf_counter() - began)
    return seconds


def staged(path: Path, rows: int) -> None:
    """Read and stage a file; it must have its rows."""
    target = path.with_suffix(".staged")
    report = read_file(inspect_upload(path, hashed=False), target)
    shutil.rmtree(target)
    if report.tables[0].rows != rows:
        raise SystemExit(f"{path.name}: {report.tables[0].rows:,} rows were read, not {rows:,}")


def calamine_rows(path: Path) -> int:
    """Every row of every sheet, as calamine gives it."""
    workbook = python_calamine.load_workbook(path)
    return sum(1 for name in workbook.sheet_names for _ in workbook.get_sheet_by_name(name).iter_rows())


def write_irregular(source: Path, target: Path) -> None:
    """The same rows, of which some are too short, stand below a blank line, or hold a stray quote."""
    with source.open() as lines, target.open("w") as file:
        for number, line in enumerate(lines):
            odd = line
            if number % _ODD_EVERY == 10:
                odd = line.rsplit(",", 2)[0] + "\n"
            elif number % _ODD_EVERY == 400:
                odd = "\n" + line
            elif number % _ODD_EVERY == 700:
                odd = line.rstrip("\n") + ' 3" disk\n'
            file.write(odd)


def write_workbook(source: Path, target: Path) -> None:
    """The first rows of a CSV as a workbook of one sheet."""
    frame = pl.read_csv(source, n_rows=SHEET_ROWS)
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Servers")
        sheet.write_row(0, 0, frame.columns)
        for number, row in enumerate(frame.iter_rows(), start=1):
            sheet.write_row(number, 0, row)


def write_csv(folder: Path, rows: int) -> Path:
    """One CSV."""
    path = folder / "servers.csv"
    write_source(path, rows)
    return path


def write_ndjson(folder: Path, rows: int) -> Path:
    """One record a line, with a list and an object in each."""
    path = folder / "servers.ndjson"
    with path.open("w") as file:
        for number in range(rows):
            file.write(
                f'{{"name":"srv-{number:07d}","os":{{"name":"Ubuntu","version":"22.04"}},'
                f'"ip":["10.0.{number >> 8 & 255}.{number & 255}"],"cpu":{number % 64},"site":"Rome"}}\n'
            )
    return path


def write_zip(folder: Path, rows: int) -> Path:
    """A ZIP of two CSVs."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("first.csv", "second.csv"):
            member = folder / name
            write_source(member, rows // 2)
            archive.write(member, name)
            member.unlink()
    return path


def write_flow_log(folder: Path, rows: int) -> Path:
    """A flow log of AWS with the fields it writes when nobody chooses."""
    path = folder / "flow.log"
    with path.open("w") as file:
        file.write(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action"
            " log-status\n"
        )
        for number in range(rows):
            file.write(
                f"2 123456789012 eni-{number % 999:08x} 10.0.{number >> 8 & 255}.{number & 255} 10.1.0.9"
                f" {number % 60000} 443 6 10 {number % 9000} 1700000000 1700000060 ACCEPT OK\n"
            )
    return path


MEMORY_FILES = {"csv": write_csv, "ndjson": write_ndjson, "zip": write_zip, "flow log": write_flow_log}


def peak(name: str, write: Callable[[Path, int], Path], folder: Path, rows: int) -> Memory:
    """The memory that the process needs which reads untrusted files, as the services start it."""
    path = write(folder, rows)
    staging = folder / "staging"
    order = {
        "parent": os.getpid(),
        "path": str(path),
        "filename": path.name,
        "staging_dir": str(staging),
        "limits": asdict(Limits()),
        "cpu_seconds": 3_600,
    }
    began = time.perf_counter()
    command = [sys.executable, "-m", "muster.pipeline.read.child"]
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
        asked.write(json.dumps(order).encode())
        asked.seek(0)
        child = subprocess.Popen(command, stdin=asked, stdout=answer)
        most = 0
        while child.poll() is None:
            most = max(most, high_water_mb(child.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        answer.seek(0)
        said = answer.read()
    if child.returncode or json.loads(said) != {"staged": True}:
        raise SystemExit(f"{name}: the reader ended with {child.returncode}: {said.decode()[:200]}")
    size = path.stat().st_size
    for left in (path, *staging.iterdir()):
        left.unlink()
    return Memory(name, rows, size >> 20, round(seconds, 2), most)


def high_water_mb(pid: int) -> int:
    """The most memory that a process has held so far; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    main()
