"""From an engagement on which something fails to a small one on which it still does, where hypothesis draws none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.reference_words import Import, Row
    from support.strategies import Engagement


def smallest(engagement: Engagement, fails: Callable[[Engagement], bool]) -> Engagement:
    """The engagement without anything that can be left out while it still fails."""
    while True:
        for smaller in _one_less(engagement):
            if fails(smaller):
                engagement = smaller
                break
        else:
            return engagement


def _one_less(engagement: Engagement) -> Iterator[Engagement]:
    """The engagement with one decision, import, row, value or clear less, the largest of them first."""
    imports, decisions = engagement
    for number in range(len(decisions)):
        yield imports, decisions[:number] + decisions[number + 1 :]
    for number in range(len(imports)):
        yield imports[:number] + imports[number + 1 :], decisions
    for number, item in enumerate(imports):
        for smaller in _smaller_imports(item):
            yield [*imports[:number], smaller, *imports[number + 1 :]], decisions


def _smaller_imports(item: Import) -> Iterator[Import]:
    for number in range(len(item.rows) if len(item.rows) > 1 else 0):
        yield replace(item, rows=item.rows[:number] + item.rows[number + 1 :])
    for number, row in enumerate(item.rows):
        for smaller in _smaller_rows(row):
            yield replace(item, rows=(*item.rows[:number], smaller, *item.rows[number + 1 :]))
    if item.partial:
        yield replace(item, partial=False)


def _smaller_rows(row: Row) -> Iterator[Row]:
    for name in row.values:
        yield replace(row, values={other: value for other, value in row.values.items() if other != name})
    if row.clears:
        yield replace(row, clears=frozenset())
    if row.record_key:
        yield replace(row, record_key=None)
