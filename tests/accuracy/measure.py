"""Measures the identity rules against the labelled set: `measure.py [seed …]` prints tables and, last, one verdict."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from labelled.sources import labelled_exports
from resolver import resolved
from score import Judgement, Wrong

if TYPE_CHECKING:
    from score import Mistake, Score

SEED = 20_260_101
"""The set that the test and `make accuracy` hold the rules to."""
PRECISION = 0.995
RECALL = 0.97


def judged(seed: int) -> Judgement:
    """The labelled set of a seed, and what muster makes of it."""
    exports = labelled_exports(seed)
    return Judgement(exports, resolved(exports))


def report(judgement: Judgement, seed: int) -> list[str]:
    """One table: the two figures, then wrong pairs by the trouble behind them, each with an example."""
    lines = [f"seed {seed}", _figures("all records", judgement.score), _figures("newest exports", judgement.newest)]
    by_trouble: dict[str, list[Mistake]] = defaultdict(list)
    for mistake in judgement.mistakes:
        by_trouble[mistake.trouble or "unexplained"].append(mistake)
    if by_trouble:
        lines += ["", "  joined  parted  trouble"]
    for trouble, mistakes in sorted(by_trouble.items(), key=lambda item: -len(item[1])):
        count = Counter(mistake.wrong for mistake in mistakes)
        lines += [
            f"  {count[Wrong.JOINED]:6}  {count[Wrong.PARTED]:6}  {trouble}",
            f"                  {mistakes[0].sentence}",
        ]
    return lines


def short_of(judgement: Judgement) -> list[str]:
    """What the bounds ask for and the judgement does not give."""
    found = []
    if judgement.score.precision < PRECISION:
        found.append(f"precision {judgement.score.precision:.4f} is below {PRECISION}")
    if judgement.score.recall < RECALL:
        found.append(f"recall {judgement.score.recall:.4f} is below {RECALL}")
    if unexplained := sum(mistake.trouble is None for mistake in judgement.mistakes):
        found.append(f"{unexplained} wrong pairs are unexplained")
    return found


def main(arguments: list[str]) -> int:
    """Print the tables of all seeds; 1 when one of them falls short."""
    faults = []
    for seed in [int(argument) for argument in arguments] or [SEED]:
        judgement = judged(seed)
        _say(*report(judgement, seed), "")
        faults += [f"seed {seed}: {fault}" for fault in short_of(judgement)]
    _say(f"accuracy: FAIL ({'; '.join(faults)})" if faults else "accuracy: PASS")
    return 1 if faults else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _figures(title: str, score: Score) -> str:
    wrong = f"{score.joined_wrongly} joined wrongly, {score.parted_wrongly} parted wrongly"
    return (
        f"  {title:14}  precision {score.precision:.4f}  recall {score.recall:.4f}  {score.right} pairs right, {wrong}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
