"""Shares with their Wilson intervals, precision and recall of a mapping, and how far confidence is from the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from file_judgement import JudgedColumn

_Z = 1.959964
"""95 %."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `n`."""

    right: int
    n: int

    @classmethod
    def of(cls, answers: Iterable[bool]) -> Share:
        """Count the answers that are right."""
        listed = list(answers)
        return cls(sum(listed), len(listed))

    @property
    def value(self) -> float:
        """From 0 to 1; 1 when nothing was asked."""
        return self.right / self.n if self.n else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson (1927), which holds for few answers and for shares near 0 and 1."""
        if not self.n:
            return (0.0, 1.0)
        share, square = self.right / self.n, _Z * _Z
        middle = share + square / (2 * self.n)
        spread = _Z * math.sqrt(share * (1 - share) / self.n + square / (4 * self.n * self.n))
        whole = 1 + square / self.n
        return (max((middle - spread) / whole, 0.0), min((middle + spread) / whole, 1.0))

    def __str__(self) -> str:
        if not self.n:
            return "   -  (n 0)"
        low, high = self.interval
        return f"{self.value:.3f}  (n {self.n}, {low:.3f}-{high:.3f})"


@dataclass(frozen=True, slots=True)
class MappingFigures:
    """Precision over proposals, recall over columns that must feed something, units over those that state one."""

    precision: Share
    recall: Share
    units: Share

    @classmethod
    def of(cls, columns: Sequence[JudgedColumn]) -> MappingFigures:
        """The figures of `columns`. A column that may feed something or nothing counts when it is proposed."""
        return cls(
            precision=Share.of(column.right for column in columns if column.got is not None),
            recall=Share.of(column.right for column in columns if column.required),
            units=Share.of(column.unit_right for column in columns if column.unit_right is not None),
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _harmonic(self.precision.value, self.recall.value)

    @property
    def f1_interval(self) -> tuple[float, float]:
        """The harmonic means of the lower and of the upper ends: wider than a 95 % interval of its own would be."""
        ends = zip(self.precision.interval, self.recall.interval, strict=True)
        low, high = (_harmonic(*end) for end in ends)
        return (low, high)


@dataclass(frozen=True, slots=True)
class Bin:
    """Proposals of about the same confidence: the mean of what was said, and the share that was right."""

    low: float
    said: float
    right: Share


def reliability(columns: Iterable[JudgedColumn]) -> list[Bin]:
    """Ten bins of proposals by confidence, those without any left out."""
    proposed = [column for column in columns if column.got is not None]
    bins = []
    for number in range(_BINS):
        inside = [column for column in proposed if min(int(column.confidence * _BINS), _BINS - 1) == number]
        if inside:
            said = sum(column.confidence for column in inside) / len(inside)
            bins.append(Bin(number / _BINS, said, Share.of(column.right for column in inside)))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: how far what was said is from what was right, weighed by the size of the bin."""
    total = sum(entry.right.n for entry in bins)
    return sum(entry.right.n * abs(entry.said - entry.right.value) for entry in bins) / total if total else 0.0


def _harmonic(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0
