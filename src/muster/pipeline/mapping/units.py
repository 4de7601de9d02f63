"""In which unit the numbers of a column are, proved by how many of them would be a machine's under each unit.

A fleet's figures lie in a known range: a machine has between 128 MB and 6 TB of memory. Numbers that fit megabytes do
not fit gigabytes, and the other way round; how many fit which is counted over the whole column and said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.header_words import CLOCK_IN_MHZ, SIZE_IN_GB

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from muster.catalog.model import Field


@dataclass(frozen=True, slots=True)
class Range:
    """What a field's values can be (`least`, `most`) and mostly are (`usual`), in the field's unit."""

    least: float
    most: float
    usual_least: float
    usual_most: float


_RANGES: Mapping[str, Range] = {
    "memory_gb": Range(0.12, 6_200, 0.9, 520),
    "storage_gb": Range(0.5, 200_000, 8, 20_000),
    "storage_used_gb": Range(0.05, 200_000, 1, 20_000),
    "storage_free_gb": Range(0.05, 200_000, 1, 20_000),
    "cpu_speed_mhz": Range(200, 7_000, 900, 5_500),
}
_LIKELY_BEFORE = {"GB": 1.0, "MB": 0.95, "KB": 0.6, "B": 0.7, "TB": 0.3, "MHz": 1.0, "GHz": 1.0, "Hz": 0.7}
"""How likely each unit is before a value is seen: lists of machines count in GB and MB."""
_USUAL, _POSSIBLE = 0.75, 0.25
_CLOSE = 0.7
_ENOUGH = 3
_HARDLY_ANY, _NEARLY_ALL = 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Support:
    """Of `values` numbers above zero so many are possible, and usual, for a machine if they are in `unit`."""

    unit: str
    values: int
    possible: int
    usual: int

    @property
    def weight(self) -> float:
        """How well the unit fits (0-1), likelihood before the values included."""
        share = (_USUAL * self.usual + _POSSIBLE * self.possible) / self.values if self.values else 0.0
        return share * _LIKELY_BEFORE[self.unit]

    @property
    def share(self) -> float:
        """Share of the numbers that are possible."""
        return self.possible / self.values if self.values else 0.0


@dataclass(frozen=True, slots=True)
class UnitProof:
    """The unit that the numbers fit best, in words, and a question where they speak against each other."""

    unit: str
    said: str
    question: str = ""


def expressions(field: Field, number: pl.Expr, prefix: str) -> list[pl.Expr]:
    """What to count over a column of numbers so that `supports` can read it; nothing for a field of known unit."""
    limits = _RANGES.get(field.name)
    if limits is None:
        return []
    counted = [(number > 0).sum().alias(f"{prefix}positive")]
    for unit, factor in _units_of(field).items():
        value = number * factor
        counted += [
            value.is_between(limits.least, limits.most).sum().alias(f"{prefix}possible {unit}"),
            value.is_between(limits.usual_least, limits.usual_most).sum().alias(f"{prefix}usual {unit}"),
        ]
    return counted


def supports(field: Field, counts: Mapping[str, int]) -> tuple[Support, ...]:
    """The support of each unit from the counts that `expressions` asked for, best first."""
    found = [
        Support(unit, counts["positive"], counts[f"possible {unit}"], counts[f"usual {unit}"])
        for unit in _units_of(field)
        if "positive" in counts
    ]
    return tuple(sorted(found, key=lambda support: -support.weight))


def prove(field: Field, found: tuple[Support, ...]) -> UnitProof | None:
    """The unit of a column whose header names none; None when it has no numbers, or none that a machine could have."""
    if not found or not found[0].possible:
        return None
    best, *others = found
    rival = max(others, key=lambda support: support.weight, default=None)
    usual = next((support for support in others if support.unit == field.unit), rival)
    said = f"{_of(best.possible, best.values)} fit {best.unit}"
    if usual is not None and usual.possible < best.possible:
        said += f", {usual.possible:,} would fit {usual.unit}" if usual.possible else f" and none {usual.unit}"
    elif usual is not None and usual.usual < best.usual:
        said += f", and {best.usual:,} of them are usual for a machine ({usual.usual:,} in {usual.unit})"
    question = ""
    if rival is not None and best.values >= _ENOUGH and rival.weight > _CLOSE * best.weight and rival.unit != "TB":
        question = f"they would fit {rival.unit} too: is it {best.unit} or {rival.unit}?"
    return UnitProof(best.unit, said, question)


def contradiction(stated: str, found: tuple[Support, ...]) -> str:
    """A question where nearly all numbers fit another unit than the stated one, and hardly any that; else empty."""
    mine = next((support for support in found if support.unit == _plain(stated)), None)
    if mine is None or mine.values < _ENOUGH or mine.share > _HARDLY_ANY:
        return ""
    other = next((support for support in found if support.share >= _NEARLY_ALL), None)
    if other is None:
        return ""
    return (
        f"the header says {stated}, but only {_of(mine.possible, mine.values)} could be that of a machine and "
        f"{other.possible:,} fit {other.unit}: is it {stated} or {other.unit}?"
    )


def factor_of(field: Field, unit: str | None) -> float:
    """What a number in `unit` is multiplied by to be in the field's unit."""
    known = SIZE_IN_GB if field.unit == "GB" else CLOCK_IN_MHZ
    return known.get(unit or "", 1.0)


def _units_of(field: Field) -> dict[str, float]:
    known = SIZE_IN_GB if field.unit == "GB" else CLOCK_IN_MHZ if field.unit == "MHz" else {}
    return {unit: factor for unit, factor in known.items() if unit in _LIKELY_BEFORE}


def _plain(unit: str) -> str:
    """`MiB` and `MB` are one here: exports call binary units either way."""
    return unit.replace("i", "") if unit.endswith("iB") else unit


def _of(some: int, every: int) -> str:
    return f"{some:,} of {every:,} values"
