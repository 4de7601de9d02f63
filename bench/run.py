"""Measures whole imports as a user runs them, each as a ratio to the floor of the same run, and keeps the figures.

`make bench` does 100,000 and 1,000,000 rows; BENCH_ROWS=100000 (or a list with commas) chooses others. A ratio compares
two figures of one run on one machine; seconds of different machines say nothing.
"""

from __future__ import annotations

import json
import os
import platform
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
from muster.runtime.embedded import EmbeddedPostgres

SIZES = (100_000, 1_000_000)
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
    """Import, second source and undo of `rows` machines in a home of their own."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        home = Path(folder) / "home"
        first, second = Path(folder) / "first.csv", Path(folder) / "second.csv"
        write_source(first, rows)
        write_source(second, rows, second=True)
        with EmbeddedPostgres(home) as urls:
            floor = min(measure_floor(urls.owner, first) for _ in range(2))
            print(f"{rows:>10,} rows, {first.stat().st_size / rows:.0f} bytes each: floor {floor:.2f} s", flush=True)
            measured = []

            def run(name: str, *arguments: str) -> dict[str, object]:
                answer, result = timed(home, name, rows, floor, arguments)
                import_id = answer.get("data_import_id") or answer.get("imports", [{}])[0].get("data_import_id")
                if name != "undo":
                    result.steps = steps(urls.owner, str(import_id))
                measured.append(result)
                print(f"  {name:<14} {told(result)}", flush=True)
                return answer

            answer = run("import", "import", str(first), "--feed", "bench:first", "--review", "never")
            run("second source", "import", str(second), "--feed", "bench:second", "--review", "never")
            run("undo", "undo", str(answer["imports"][0]["data_import_id"]))
    return {"rows": rows, "floor_seconds": round(floor, 3), "measured": [asdict(item) for item in measured]}


def told(result: Measured) -> str:
    """One measurement in a line."""
    speed = f"{result.seconds:7.2f} s  {result.rows_per_second:>9,} rows/s  {result.ratio_to_floor:5.2f} x floor"
    return f"{speed}  {result.peak_mb:,} MB ({result.peak_process})"


def timed(home: Path, name: str, rows: int, floor: float, arguments: tuple[str, ...]) -> tuple[dict, Measured]:
    """Run one muster command, watching the memory of it and of its children."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([str(_MUSTER), *arguments, "--home", str(home), "--json"], stdout=out)
        peak, peak_process = 0, ""
        while process.poll() is None:
            for watched in family(process.pid):
                used = high_water(watched)
                if used[0] > peak:
                    peak, peak_process = used
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        out.seek(0)
        answer = json.loads(out.read() or b"{}")
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
