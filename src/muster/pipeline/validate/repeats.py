"""Finds rows of one table that share a key, and compares each with the first row that has it.

Two passes keep ten million rows bounded: the first gathers a few 64-bit keys per row, the second reads again only the
rows whose key repeats, and keeps 32-bit hashes of their values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import CLEARED_FIELDS, RECORD_KEY
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.validate import identifiers
from muster.pipeline.validate.identifiers import ADDRESSES, LABEL, STRONG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.validate.agent import TableView
    from muster.pipeline.validate.tables import Batch

WHOLE_ROW = "whole_row"
FIRST = "first"
FIRST_LINE = "first_line"
DOMAIN = "domain"
WRITTEN = "written"

_META = (ROW_NUMBER, LINE, RECORD_KEY, CLEARED_FIELDS)
_LOW_BITS = 0xFFFF_FFFF
_NAMED = 5


def gather(batch: Batch) -> pl.DataFrame:
    """Return row_number, line and the keys of each record: `whole_row`, the strong identifiers, `label`, addresses.

    Two rows are wholly equal when all their typed values are; in a table of parts, whose rows differ in columns that
    feed no field, when all their cells are.
    """
    typed = batch.typed
    one_each = batch.table.one_asset_per_row
    values = [name for name in typed.columns if name not in _META]
    if one_each:
        compared = typed.select(name for name in typed.columns if name not in {ROW_NUMBER, LINE})
        filled = typed.select(pl.any_horizontal(pl.col(name).is_not_null() for name in values)) if values else None
    else:
        compared = batch.record_text().select(cell_column(place) for place in batch.positions)
        filled = None
    whole = compared.hash_rows() if compared.width else pl.Series([0] * typed.height, dtype=pl.UInt64)
    # lazy: several keys are made of the same lower-case text, which is then made once
    keys = typed.lazy().select(ROW_NUMBER, LINE, whole.alias(WHOLE_ROW), *_keys(typed, one_each=one_each)).collect()
    if one_each:
        names = typed.select(identifiers.written_name(typed.columns)).to_series()
        keys = keys.with_columns(identifiers.label_keys(names).alias(LABEL))
    if filled is None:
        return keys
    return keys.with_columns(pl.when(filled.to_series()).then(WHOLE_ROW).alias(WHOLE_ROW))


def _keys(typed: pl.DataFrame, *, one_each: bool) -> list[pl.Expr]:
    strong = [item.field for item in STRONG if item.field in typed.columns]
    if not one_each:
        return [identifiers.key(name).alias(name) for name in strong if name == RECORD_KEY]
    return [
        *(identifiers.key(name).alias(name) for name in strong),
        *(identifiers.address_keys(name).alias(name) for name in ADDRESSES if name in typed.columns),
    ]


def later_rows(gathered: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows that are not the first with their key `name`: row_number, line, first, first_line.

    A list of keys counts for each of its elements; a row is then told once, with the first row of any of them.
    """
    keys = gathered.select(ROW_NUMBER, LINE, name)
    if isinstance(gathered.schema[name], pl.List):
        keys = keys.explode(name, empty_as_null=False)
    ordered = keys.get_column(name).drop_nulls().sort()
    repeated = ordered.filter(ordered == ordered.shift(1)).unique()
    keys = keys.filter(pl.col(name).is_in(repeated.implode())) if repeated.len() else keys.clear()
    pairs = keys.with_columns(
        pl.col(ROW_NUMBER).first().over(name).alias(FIRST), pl.col(LINE).first().over(name).alias(FIRST_LINE)
    ).filter(pl.col(ROW_NUMBER) > pl.col(FIRST))
    return pairs.select(ROW_NUMBER, LINE, FIRST, FIRST_LINE).unique(ROW_NUMBER, keep="first", maintain_order=True)


class Values:
    """The values of the rows that repeat something, as 32-bit hashes (null: no value), read in one more pass.

    Unlike values look alike with a probability of 2^-32, which would leave one field out of a list of differences.
    """

    def __init__(self, view: TableView, pairs: Sequence[pl.DataFrame]) -> None:
        wanted = pl.concat(
            [pl.concat([pair.get_column(ROW_NUMBER), pair.get_column(FIRST).rename(ROW_NUMBER)]) for pair in pairs]
        ).unique()
        self.fields: tuple[str, ...] = ()
        frames = []
        for batch in view.batches():
            rows = batch.typed.filter(pl.col(ROW_NUMBER).is_in(wanted.implode()))
            self.fields = tuple(name for name in rows.columns if name not in _META)
            frames.append(rows.select(ROW_NUMBER, *self._hashes(rows)))
        self._rows = pl.concat(frames)

    def compare(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Return `pairs` with the values of both rows: `<field>` of the later, `<field>_first` of the first row."""
        first = self._rows.rename({name: f"{name}_first" for name in self._rows.columns if name != ROW_NUMBER})
        return pairs.join(self._rows, on=ROW_NUMBER, how="left", maintain_order="left").join(
            first, left_on=FIRST, right_on=ROW_NUMBER, how="left", maintain_order="left"
        )

    def differs(self, name: str) -> pl.Expr:
        """Whether both rows of a pair have the field and its values differ; false when this table lacks the field."""
        if name not in self._rows.columns:
            return pl.lit(value=False)
        return pl.col(name).ne(pl.col(f"{name}_first")).fill_null(value=False)

    def same(self, name: str) -> pl.Expr:
        """Whether both rows of a pair have the field with the same value."""
        if name not in self._rows.columns:
            return pl.lit(value=False)
        return pl.col(name).eq(pl.col(f"{name}_first")).fill_null(value=False)

    def any_differs(self, names: Sequence[str]) -> pl.Expr:
        """Whether any of the fields differs."""
        return pl.any_horizontal(pl.lit(value=False), *(self.differs(name) for name in names))

    def differing(self, names: Sequence[str]) -> pl.Expr:
        """Which of the fields differ, as one text that names at most five of them."""
        told = [pl.lit(None, dtype=pl.String), *(pl.when(self.differs(name)).then(pl.lit(name)) for name in names)]
        differing = pl.concat_list(told).list.drop_nulls()
        more = pl.when(differing.list.len() > _NAMED).then(
            pl.format(" and {} more", differing.list.len().cast(pl.Int32) - _NAMED)
        )
        return pl.concat_str(differing.list.head(_NAMED).list.join(", "), more.fill_null(""))

    def _hashes(self, rows: pl.DataFrame) -> list[pl.Expr]:
        hashes = []
        for name in self.fields:
            column = pl.col(name)
            present = column.list.len() > 0 if isinstance(rows.schema[name], pl.List) else column.is_not_null()
            hashes.append(_low(column, present).alias(name))
        if RECORD_KEY in rows.columns:
            hashes.append(_low(pl.col(RECORD_KEY), pl.col(RECORD_KEY).is_not_null()).alias(RECORD_KEY))
        written = identifiers.written_name(rows.columns)
        domain = identifiers.domain_of(written)
        hashes.append(_low(written, written.is_not_null()).alias(WRITTEN))
        hashes.append(_low(domain, domain.is_not_null()).alias(DOMAIN))
        return hashes


def _low(value: pl.Expr, present: pl.Expr) -> pl.Expr:
    return pl.when(present).then((value.hash() & _LOW_BITS).cast(pl.UInt32))
