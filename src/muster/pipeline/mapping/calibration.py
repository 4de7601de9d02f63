"""What a chance as computed has turned out to be worth, as measured over labelled columns of real files."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Knots = tuple[tuple[float, float], ...]
"""Computed chance and share that was right, both rising from (0, 0) to 1; between two knots in a straight line."""

_OF_COLUMNS: Knots = (
    (0.0, 0.0), (0.5, 0.7), (0.6, 0.78), (0.7, 0.82), (0.8, 0.89), (0.9, 0.94),
    (0.95, 0.975), (0.98, 0.992), (1.0, 0.999),
)  # fmt: skip


def calibrated(chance: float) -> float:
    """The share of proposals for a column with this computed chance (0-1) that are right."""
    return read_off(_OF_COLUMNS, chance)


def read_off(knots: Sequence[tuple[float, float]], chance: float) -> float:
    """The share at `chance` on the line through `knots`."""
    place = min(max(bisect_right(knots, (chance, 2.0)), 1), len(knots) - 1)
    (low, low_share), (high, high_share) = knots[place - 1], knots[place]
    return low_share + (high_share - low_share) * (chance - low) / (high - low)
