"""Whether a column repeats a few texts, so that what is asked of a text is better asked once for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 1_000
_FEW = 0.5


def mostly_alike(texts: pl.Series) -> bool:
    """Whether the first cells repeat each other; a guess that decides on speed, never on a result."""
    return texts.head(_SAMPLE).n_unique() <= _SAMPLE * _FEW
