"""One column per scalar field and one field per column, so that the sum of all weights is the largest there can be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Pair = tuple[int, str]
"""A column's position and a field's name."""


def heaviest_matching(weights: Mapping[Pair, float]) -> frozenset[Pair]:
    """The pairs, no column and no field twice, whose positive weights have the largest sum.

    Pairs of weight 0 and less are never chosen. Columns and fields that share no candidate are solved apart: a table
    of 200 columns falls into many small problems.
    """
    positive = {pair: weight for pair, weight in weights.items() if weight > 0}
    chosen: set[Pair] = set()
    for part in _parts(positive):
        chosen |= _solved(part)
    return frozenset(chosen)


def _parts(weights: Mapping[Pair, float]) -> list[dict[Pair, float]]:
    by_column: dict[int, list[str]] = defaultdict(list)
    by_field: dict[str, list[int]] = defaultdict(list)
    for column, field in weights:
        by_column[column].append(field)
        by_field[field].append(column)
    parts, seen = [], set()
    for start in by_column:
        if start in seen:
            continue
        columns, open_columns = {start}, [start]
        while open_columns:
            column = open_columns.pop()
            near = {other for field in by_column[column] for other in by_field[field]} - columns
            columns |= near
            open_columns += near
        seen |= columns
        parts.append({(column, field): weights[column, field] for column in columns for field in by_column[column]})
    return parts


def _solved(weights: dict[Pair, float]) -> set[Pair]:
    """The Hungarian method with potentials (Kuhn 1955, Jonker and Volgenant 1987): one field is added at a time.

    Every field may also stay without a column, at no weight.
    """
    if len(weights) == 1:
        return set(weights)
    fields = sorted({field for _, field in weights})
    columns: list[int | None] = [*sorted({column for column, _ in weights}), *([None] * len(fields))]
    cost = [
        [-weights.get((column, field), 0.0) if column is not None else 0.0 for column in columns] for field in fields
    ]
    row_potential, column_potential = [0.0] * (len(fields) + 1), [0.0] * (len(columns) + 1)
    row_of = [0] * (len(columns) + 1)
    for row in range(1, len(fields) + 1):
        row_of[0] = row
        _augment(cost, row_potential, column_potential, row_of)
    return {
        (column, fields[row_of[place] - 1])
        for place, column in enumerate(columns, start=1)
        if column is not None and row_of[place] and (column, fields[row_of[place] - 1]) in weights
    }


def _augment(cost: list[list[float]], rows: list[float], columns: list[float], row_of: list[int]) -> None:
    """Place the row that waits at column 0 along the cheapest alternating path."""
    width = len(columns)
    least, before, used = [float("inf")] * width, [0] * width, [False] * width
    place = 0
    while row_of[place]:
        used[place] = True
        row, delta, nearest = row_of[place], float("inf"), 0
        for column in range(1, width):
            if used[column]:
                continue
            reduced = cost[row - 1][column - 1] - rows[row] - columns[column]
            if reduced < least[column]:
                least[column], before[column] = reduced, place
            if least[column] < delta:
                delta, nearest = least[column], column
        for column in range(width):
            if used[column]:
                rows[row_of[column]] += delta
                columns[column] -= delta
            else:
                least[column] -= delta
        place = nearest
    while place:
        row_of[place] = row_of[before[place]]
        place = before[place]
