"""Damages sample files and reads each as production does: `run.py --seconds 600`; one case again: `--case 1234`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from fuzzing import Outcome, sources, tried
from mutations import damaged_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEED = 20_260_101
_LANES = 2
_SHOWN = 5
_BATCH = 50
"""Cases that are handed out before the time is looked at."""


def main(arguments: Sequence[str]) -> int:
    """Run for a time, or one case; 1 when any ended as it never should."""
    asked = _parsed(arguments)
    if asked.case is not None:
        return _one(asked.seed, asked.case, asked.keep)
    outcomes: list[Outcome] = []
    end = time.monotonic() + asked.seconds
    numbers = count(asked.first)
    with ProcessPoolExecutor(_LANES) as lanes:
        while time.monotonic() < end and (asked.count is None or len(outcomes) < asked.count):
            for outcome in lanes.map(partial(_outcome, asked.seed), islice(numbers, _BATCH)):
                outcomes.append(outcome)
                if outcome.verdict.is_fault:
                    _say(_line(outcome))
    _say(*_summary(asked.seed, outcomes))
    return int(any(outcome.verdict.is_fault for outcome in outcomes))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other damage")
    parser.add_argument("--seconds", type=float, default=600, help="how long to go on")
    parser.add_argument("--count", type=int, help="how many cases at most")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--case", type=int, help="one case only, by its number")
    parser.add_argument("--keep", type=Path, help="with --case: the folder to put the damaged file into")
    return parser.parse_args(arguments)


def _one(seed: int, number: int, keep: Path | None) -> int:
    case = damaged_case(seed, number, sources())
    if keep is not None:
        kept = keep / f"{number}_{case.source.name}"
        kept.write_bytes(case.content)
        _say(f"written to {kept}")
    outcome = _outcome(seed, number)
    _say(_line(outcome))
    return int(outcome.verdict.is_fault)


def _outcome(seed: int, number: int) -> Outcome:
    return asyncio.run(tried(damaged_case(seed, number, sources())))


def _summary(seed: int, outcomes: Sequence[Outcome]) -> Iterator[str]:
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    yield ""
    yield f"seed {seed}: {len(outcomes):,} cases of {len(sources())} files"
    for verdict, number in verdicts.most_common():
        kinds = Counter(outcome.detail for outcome in outcomes if outcome.verdict is verdict)
        yield f"  {number:7,}  {verdict}: " + ", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common())
    yield "slowest"
    yield from map(_line, sorted(outcomes, key=lambda outcome: -outcome.seconds)[:_SHOWN])
    yield "largest"
    yield from map(_line, _largest(outcomes))
    faults = sum(outcome.verdict.is_fault for outcome in outcomes)
    yield f"fuzz: FAIL ({faults} of {len(outcomes):,})" if faults else f"fuzz: PASS ({len(outcomes):,} cases)"


def _largest(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose children took more memory than any before: later ones of the same peak say nothing of their own."""
    first: dict[int, Outcome] = {}
    for outcome in outcomes:
        first.setdefault(outcome.memory, outcome)
    return sorted(first.values(), key=lambda outcome: -outcome.memory)[:_SHOWN]


def _line(outcome: Outcome) -> str:
    return (
        f"  case {outcome.number}: {outcome.verdict} ({outcome.detail}), {outcome.seconds:.1f} s, "
        f"{outcome.memory >> 20:,} MB, {outcome.size:,} bytes of {outcome.source} after {', '.join(outcome.damage)}"
    )


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
