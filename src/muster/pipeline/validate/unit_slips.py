"""Sizes that stand in another unit than the rest of their column: megabytes among gigabytes, or the other way round.

A large number alone proves nothing, since machines with two terabytes of memory exist. It counts when it is far from
what the column mostly holds, no machine with its cores has as much, and a thousandth of it would be usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

STEP = 1024


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a size field of one machine usually is, in GB.

    Values from `large` and under `below` are looked at. `by_cores`: no machine has more than PER_CORE of it for each of
    its cores, which spares large machines; where the cores are not known, only from four times `large`.
    """

    field: str
    usual: float
    large: float
    below: float = 0.0
    by_cores: bool = False


SIZES = (
    Sizes("memory_gb", 1.0, 512.0, 0.12, by_cores=True),
    Sizes("storage_gb", 8.0, 10_240.0, 0.5),
    Sizes("storage_used_gb", 1.0, 10_240.0),
    Sizes("storage_free_gb", 1.0, 10_240.0),
)
_FAR = 64.0
PER_CORE = 64.0
"""Gigabytes of memory; the largest ratio that clouds and makers sell is 32 for each thread."""
_FEW = 0.2
_JUDGED = 10

_SCHEMA = pl.Schema(
    {
        "field": pl.UInt8,
        "octave": pl.Int16,  # log2 of the values of a line that counts; null in a line of one cell
        "values": pl.UInt32,
        ROW_NUMBER: pl.Int32,
        LINE: pl.Int32,
        "value": pl.Float64,
        "cores": pl.Float64,
    }
)


def gather(batch: Batch) -> pl.DataFrame:
    """Return how many values lie in each octave of each size field, and the cells that may be slips."""
    typed = batch.typed
    frames = [_SCHEMA.to_frame()]
    cores = pl.col("cpu_cores").cast(pl.Float64) if "cpu_cores" in typed.columns else pl.lit(None, dtype=pl.Float64)
    for place, sizes in enumerate(SIZES):
        if sizes.field not in typed.columns:
            continue
        value = pl.col(sizes.field)
        octaves = (
            typed.filter(value > 0)
            .group_by(value.log(2).floor().cast(pl.Int16).alias("octave"))
            .agg(pl.len().alias("values"))
        )
        cells = typed.filter((value >= sizes.large) | ((value > 0) & (value < sizes.below))).select(
            ROW_NUMBER, LINE, value.alias("value"), cores.alias("cores")
        )
        frames += [_filled(frame, place) for frame in (octaves, cells)]
    return pl.concat(frames)


def slips(gathered: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return, by field, row_number, line and value of each cell in another unit, and `slip`, in words."""
    found = {}
    for place, sizes in enumerate(SIZES):
        lines = gathered.filter(pl.col("field") == place)
        octaves = lines.filter(pl.col("octave").is_not_null()).group_by("octave").agg(pl.sum("values")).sort("octave")
        count = int(octaves.get_column("values").sum())
        cells = lines.filter(pl.col("octave").is_null())
        if count < _JUDGED or cells.is_empty():
            continue
        middle = 2.0 ** (_median(octaves, count) + 0.5)
        value, cores = pl.col("value"), pl.col("cores")
        crowded = (value / cores > PER_CORE).fill_null(value >= sizes.large * 4) if sizes.by_cores else True
        too_large = (value >= sizes.large) & (value > middle * _FAR) & crowded
        too_small = (value < sizes.below) & (value < middle / _FAR) & (value * STEP >= sizes.usual / 2)
        wrong = cells.filter(too_large | too_small).with_columns(
            pl.when(value >= sizes.large)
            .then(pl.lit("1024 times larger than it should be (megabytes among gigabytes)"))
            .otherwise(pl.lit("1024 times smaller than it should be (gigabytes among megabytes)"))
            .alias("slip")
        )
        if 0 < wrong.height < count * _FEW:
            found[sizes.field] = wrong
    return found


def _median(octaves: pl.DataFrame, count: int) -> int:
    reached = octaves.filter(pl.col("values").cum_sum() * 2 >= count)
    return int(reached.item(0, "octave"))


def _filled(frame: pl.DataFrame, place: int) -> pl.DataFrame:
    return frame.select(
        (pl.lit(place) if column == "field" else pl.col(column) if column in frame.columns else pl.lit(None))
        .cast(kind)
        .alias(column)
        for column, kind in _SCHEMA.items()
    )
