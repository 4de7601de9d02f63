"""What the source itself calls a record within its feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import RECORD_KEY
from muster.domain.tables import cell_column
from muster.pipeline.mapping.columns import position_of

if TYPE_CHECKING:
    from muster.catalog.model import SourceTable
    from muster.domain.tables import TableInfo

_JOIN = "|"


def record_key(cells: pl.DataFrame, table: TableInfo, source_table: SourceTable | None) -> pl.Expr:
    """The first filled group of the source's key columns, its cells joined by `|`; null when there is none.

    A series as long as `cells`, made of the text as it stands (outer space aside): a key is never rewritten.
    """
    groups = []
    for names in source_table.record_key if source_table else ():
        places = [position_of(table, name, source_table) for name in names]
        found = [place for place in places if place is not None]
        if len(found) == len(names):
            groups.append(pl.concat_str([_cell(place) for place in found], separator=_JOIN))
    if not groups:
        return pl.lit(None, dtype=pl.String).alias(RECORD_KEY)
    return pl.lit(cells.select(pl.coalesce(groups)).to_series()).alias(RECORD_KEY)


def _cell(position: int) -> pl.Expr:
    text = pl.col(cell_column(position)).str.strip_chars()
    return pl.when(text != "").then(text)
