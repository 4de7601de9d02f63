"""The claims of a fold grouped by asset: where each asset's run of rows begins and ends, and sums over runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from muster.pipeline.enrich.claims import ORDINAL_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_MOST_WORDS = 62
"""Sets of words are kept as bits of one signed number."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows sorted by asset, then claim. `rows` are their places in the frame, `run` the number of each row's asset.

    `assets` are the distinct assets in ascending order, `first` and `end` the bounds of each one's run.
    """

    rows: Numbers
    claim: Numbers
    assets: Numbers
    first: Numbers
    end: Numbers
    run: Numbers

    @classmethod
    def of(cls, claims: pl.DataFrame) -> Groups:
        """Group a frame with `claim` and `asset`."""
        asset, claim = claims["asset"].to_numpy(), claims["claim"].to_numpy()
        rows = np.lexsort((claim, asset))
        ordered = asset[rows]
        begins = np.ones(len(rows), dtype=bool)
        begins[1:] = ordered[1:] != ordered[:-1]
        first = np.flatnonzero(begins)
        return cls(
            rows=rows,
            claim=claim[rows],
            assets=ordered[first],
            first=first,
            end=np.append(first[1:], len(rows)),
            run=np.cumsum(begins) - 1,
        )

    @property
    def imports(self) -> Numbers:
        """The import index of each row of the frame, as the frame has them."""
        out = np.empty(len(self.rows), dtype=np.int64)
        out[self.rows] = self.claim >> ORDINAL_BITS
        return out

    def ordered_by(self, place: Numbers) -> pl.Series:
        """The places of the frame's rows sorted by asset, `place` (one per row of the frame) and claim."""
        placed = place[self.rows]
        if len(placed) and placed.min() == placed.max():
            return pl.Series(self.rows)
        within = np.argsort(self.run * (placed.max(initial=0) + 1) + placed, kind="stable")
        return pl.Series(self.rows[within])

    def asset_of_row(self) -> pl.Series:
        """The asset of each sorted row."""
        return pl.Series(self.assets[self.run])

    def first_of_row(self) -> Numbers:
        """Where the run of each sorted row begins."""
        return self.first[self.run]

    def claims(self) -> pl.Series:
        """The claims of each asset in ascending order (List(Int64))."""
        offsets = np.append(self.first, len(self.claim)).astype(np.int64)
        return pl.Series(pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(self.claim)))

    def mean(self, values: pl.Series) -> pl.Series:
        """The mean of `values` (one per row of the frame, none null) over each asset."""
        sums = np.add.reduceat(values.to_numpy()[self.rows], self.first)
        return pl.Series(sums / (self.end - self.first))

    def count_distinct(self, values: Numbers) -> Numbers:
        """How many different values each asset has; `values` (one per row of the frame) ascend with the claim."""
        ordered = values[self.rows]
        new = np.ones(len(ordered), dtype=np.int64)
        new[1:] = ordered[1:] != ordered[:-1]
        new[self.first] = 1
        return np.add.reduceat(new, self.first)

    def united_words(self, word_of_import: Sequence[str]) -> pl.Series:
        """The words of the imports that each asset's claims are of: each once, sorted, separated by commas."""
        words = sorted(set(word_of_import))
        place = {word: number for number, word in enumerate(words)}
        number = np.array([place[word] for word in word_of_import])[self.claim >> ORDINAL_BITS]
        if len(words) > _MOST_WORDS:
            said = pl.DataFrame({"run": self.run, "word": pl.Series(words).gather(number)}).unique().sort("run", "word")
            return said.group_by("run", maintain_order=True).agg(pl.col("word").str.join(","))["word"]
        bits = np.bitwise_or.reduceat(np.int64(1) << number, self.first)
        sets, which = np.unique(bits, return_inverse=True)
        names = [",".join(word for at, word in enumerate(words) if bit >> at & 1) for bit in sets.tolist()]
        return pl.Series(names, dtype=pl.String).gather(which)
