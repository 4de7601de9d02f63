"""Measures whole imports as a user runs them, each as a ratio to the floor of the same run, and keeps the figures.

`make bench` does 100,000 and 1,000,000 rows; BENCH_ROWS=100000,10000000 (a list with commas) chooses others. A ratio
compares two figures of one run on one machine; seconds of different machines say nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

from floor import measure_floor
from generate import write_source
from muster.cli.desk import open_desk
from muster.runtime.embedded import EmbeddedPostgres
from muster.runtime.settings import load_settings
from muster.services.explain_value import why
from muster.services.list_assets import list_assets
from muster.services.paging import PageRequest

SIZES = (100_000, 1_000_000)
MOST_FOR_ALL = 2_000_000
"""Larger sizes are imported once and explained; the rest would take hours."""
FEW = 100
RESULTS = Path(__file__).parent / "results"
_MUSTER = Path(sys.executable).parent / "muster"
_MB = 1 << 20


@dataclass
class Measured:
    """One command: wall seconds, rows a second, ratio to the floor, peak memory of its largest process."""

    name: str
    seconds: float
    rows_per_second: int
    ratio_to_floor: float
    peak_mb: int
    peak_process: str
    steps: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure every size and write one JSON file."""
    given = os.environ.get("BENCH_ROWS", "")
    sizes = [int(part) for part in given.split(",") if part] or list(SIZES)
    runs = [measure(rows) for rows in sizes]
    RESULTS.mkdir(exist_ok=True)
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "runs": runs,
    }
    (RESULTS / "latest.json").write_text(json.dumps(document, indent=2) + "\n")
    print(f"kept in {RESULTS / 'latest.json'}")


def measure(rows: int) -> dict[str, object]:
    """Imports, a plan, explanations and an undo of `rows` machines in a home of their own."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        home = Path(folder) / "home"
        first, second, few = (Path(folder) / f"{name}.csv" for name in ("first", "second", "few"))
        write_source(first, rows)
        with EmbeddedPostgres(home) as urls:
            floor = min(measure_floor(urls.owner, first) for _ in range(2))
            print(f"{rows:>10,} rows, {first.stat().st_size / rows:.0f} bytes each: floor {floor:.2f} s", flush=True)
            measured = []

            def run(name: str, *arguments: str) -> str | None:
                answer, result = timed(home, name, rows, floor, arguments)
                import_id = answer.get("data_import_id") or answer.get("imports", [{}])[0].get("data_import_id")
                if arguments[0] == "import":
                    result.steps = steps(urls.owner, str(import_id))
                measured.append(result)
                print(f"  {name:<16} {told(result)}", flush=True)
                return None if import_id is None else str(import_id)

            imported = run("import", "import", str(first), "--feed", "bench:first", "--review", "never")
            if rows <= MOST_FOR_ALL:
                write_source(second, rows, second=True)
                write_source(few, rows, only=FEW)
                run("plan only", "plan", str(second), "--feed", "bench:second")
                run("second source", "import", str(second), "--feed", "bench:second", "--review", "never")
                run(f"{FEW} rows", "import", str(few), "--feed", "bench:few", "--review", "never")
                run("undo", "undo", str(imported))
            explained = asyncio.run(measure_why(home))
            print(f"  why of one asset: median {explained['median_ms']} ms, slowest {explained['slowest_ms']} ms")
    return {
        "rows": rows,
        "floor_seconds": round(floor, 3),
        "measured": [asdict(item) for item in measured],
        "why": explained,
    }


async def measure_why(home: Path) -> dict[str, float]:
    """Milliseconds to explain an asset, over a hundred assets spread over the inventory, after a first one."""
    async with open_desk(load_settings(home=home)) as desk:
        services, context = desk.services, await desk.engagement(None, None)
        found = await list_assets(services, context, page=PageRequest(limit=100))
        times = []
        for asset in [found.items[0], *found.items]:
            began = time.perf_counter()
            await why(services, context, asset.id)
            times.append((time.perf_counter() - began) * 1000)
    return {"median_ms": round(statistics.median(times[1:]), 1), "slowest_ms": round(max(times[1:]), 1)}


def told(result: Measured) -> str:
    """One measurement in a line."""
    speed = f"{result.seconds:7.2f} s  {result.rows_per_second:>9,} rows/s  {result.ratio_to_floor:5.2f} x floor"
    return f"{speed}  {result.peak_mb:,} MB ({result.peak_process})"


def timed(home: Path, name: str, rows: int, floor: float, arguments: tuple[str, ...]) -> tuple[dict, Measured]:
    """Run one muster command, watching the memory of it and of its children."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        shape = [] if arguments[0] == "plan" else ["--json"]  # as JSON a plan has all its entries
        process = subprocess.Popen([str(_MUSTER), *arguments, "--home", str(home), *shape], stdout=out)
        peak, peak_process = 0, ""
        while process.poll() is None:
            for watched in family(process.pid):
                used = high_water(watched)
                if used[0] > peak:
                    peak, peak_process = used
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        out.seek(0)
        answer = json.loads(out.read() or b"{}") if shape else {}
    if process.returncode != 0:
        raise SystemExit(f"muster {arguments[0]} ended with {process.returncode}")
    return answer, Measured(
        name=name,
        seconds=round(seconds, 2),
        rows_per_second=round(rows / seconds),
        ratio_to_floor=round(seconds / floor, 2),
        peak_mb=peak // _MB,
        peak_process=peak_process,
    )


def family(pid: int) -> list[psutil.Process]:
    """The process and its children, whoever is still there."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def high_water(process: psutil.Process) -> tuple[int, str]:
    """The most memory the process has held so far, in bytes, and what it is."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
        return int(line.split()[1]) * 1024, kind_of(process.cmdline())
    except (OSError, psutil.NoSuchProcess):
        return 0, ""


def kind_of(command: list[str]) -> str:
    """What a process of ours is, without paths of this machine."""
    words = " ".join(command)
    if "muster.pipeline.read" in words:
        return "reader"
    return "postgres" if "postgres" in words else "muster"


def steps(owner_url: str, import_id: str) -> dict[str, float]:
    """Where the time of an import went: seconds by step."""
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "select phase || '/' || step_name, duration_seconds from migration.import_processing_steps"
            " where data_import_id = %s order by started_at",
            (import_id,),
        ).fetchall()
    return {name: round(seconds or 0.0, 2) for name, seconds in rows}


if __name__ == "__main__":
    main()
