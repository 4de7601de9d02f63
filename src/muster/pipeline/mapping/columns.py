"""Finds the columns of a table that a source names, whichever of their spellings the file uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.kit.text import fold

if TYPE_CHECKING:
    from muster.catalog.model import SourceTable
    from muster.domain.tables import TableInfo


def position_of(table: TableInfo, column: str, source_table: SourceTable | None) -> int | None:
    """The 0-based place in `table` of `column`, by any spelling that `source_table` has for it; None when absent."""
    places = {fold(name): position for position, name in reversed(list(enumerate(table.columns)))}
    for spelling in spellings_of(column, source_table):
        if (place := places.get(fold(spelling))) is not None:
            return place
    return None


def spellings_of(column: str, source_table: SourceTable | None) -> tuple[str, ...]:
    """All spellings of the source's column that has `column` among its own; `column` alone when there is none."""
    for entry in source_table.columns if source_table else ():
        if column in entry.spellings:
            return entry.spellings
    return (column,)
