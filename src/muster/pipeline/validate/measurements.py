"""How hard machines work, gathered batch by batch: what each column holds, and one line per machine of a time series.

A series may be of any length, so only sums, ends and counts are kept. A 95th percentile at or above a limit is told
exactly by counting: it means that more than one sample in twenty reaches that limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch, MappedTable

PERCENTS = (
    "cpu_utilization_percent",
    "cpu_utilization_percent_max",
    "cpu_utilization_percent_p95",
    "memory_utilization_percent",
    "memory_utilization_percent_max",
    "memory_utilization_percent_p95",
)
RATES = ("disk_iops", "disk_throughput_mbps", "network_throughput_mbps")
MEASURES = (*PERCENTS, *RATES)
SERIES = ("cpu_utilization_percent", "memory_utilization_percent")
"""What is folded per machine when each row is one sample."""

BUSY_LIMITS = {"cpu_utilization_percent": 90.0, "memory_utilization_percent": 95.0}

COLUMN, MACHINE, SUSPECT = 0, 1, 2
"""What a gathered line is about: a whole column, one machine of a series, one cell that may be a fraction."""

_LINES: dict[str, pl.DataType | type[pl.DataType]] = {
    "about": pl.UInt8,
    "field": pl.UInt8,  # place in MEASURES
    ROW_NUMBER: pl.Int32,  # of the machine's first sample, or of the cell
    LINE: pl.Int32,
    "machine": pl.UInt64,
    "samples": pl.UInt32,  # numbers that are there
    "low": pl.Float32,
    "high": pl.Float32,
    "busy": pl.UInt32,  # samples at or above BUSY_LIMITS
    "fractions": pl.UInt32,  # above 0 and below 1
    "next": pl.UInt32,  # from 1 to below NEXT_TO_FRACTIONS
    "first": pl.Datetime("us", "UTC"),
    "last": pl.Datetime("us", "UTC"),
}
_SCHEMA = pl.Schema(_LINES)
NEXT_TO_FRACTIONS = 5
"""Where true percentages lie below 1, some lie between 1 and this too; shares of 1 leave a gap there."""

_MACHINE_NAMES = ("instance_uuid", "source_id", "fqdn", "hostname", "asset_name", "serial_number", "asset_tag")


def is_series(table: MappedTable) -> bool:
    """Whether each row is one sample of a machine: it has a moment, and neither a window nor a count of samples."""
    return "sampled_at" in table.fields and {"window_start", "window_end", "sample_count"}.isdisjoint(table.fields)


def gather(batch: Batch) -> pl.DataFrame:
    """Return the lines of one batch (`about`, `field`, …: see the schema) for `columns` and `machines`."""
    typed = batch.typed
    names = [name for name in MEASURES if name in typed.columns]
    frames = [_column(typed, name) for name in names]
    if is_series(batch.table):
        frames += [_machines(typed, name) for name in names if name in SERIES]
    else:
        frames += [_suspects(typed, name) for name in names if name in PERCENTS]
    return pl.concat([_SCHEMA.to_frame(), *frames])


def columns(gathered: pl.DataFrame) -> pl.DataFrame:
    """Return one line per measured column, with `field` as its name."""
    return _named(
        gathered.filter(about=COLUMN)
        .group_by("field", maintain_order=True)
        .agg(pl.sum("samples", "fractions", "next"), pl.min("low"), pl.max("high"))
    )


def machines(gathered: pl.DataFrame) -> pl.DataFrame:
    """Return one line per machine and measure of a series, placed at its first row."""
    return _named(
        gathered.filter(about=MACHINE)
        .group_by("field", "machine", maintain_order=True)
        .agg(
            pl.first(ROW_NUMBER, LINE),
            pl.sum("samples", "busy"),
            pl.min("low", "first"),
            pl.max("high", "last"),
        )
    ).sort(ROW_NUMBER, maintain_order=True)


def suspects(gathered: pl.DataFrame, field: str) -> pl.DataFrame:
    """Return row_number and line of the cells of `field` that may be fractions of 1."""
    return gathered.filter((pl.col("about") == SUSPECT) & (pl.col("field") == MEASURES.index(field)))


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    names = pl.Series(MEASURES, dtype=pl.String)
    return frame.with_columns(pl.lit(names).gather(pl.col("field")).alias("field"))


def _column(typed: pl.DataFrame, name: str) -> pl.DataFrame:
    value = pl.col(name)
    return _filled(
        typed.select(
            value.count().alias("samples"),
            value.min().alias("low"),
            value.max().alias("high"),
            _is_fraction(value).sum().alias("fractions"),
            value.is_between(1, NEXT_TO_FRACTIONS, closed="left").sum().alias("next"),
        ),
        COLUMN,
        name,
    )


def _machines(typed: pl.DataFrame, name: str) -> pl.DataFrame:
    value, moment = pl.col(name), pl.col("sampled_at")
    known = [pl.col(own).str.to_lowercase() for own in _MACHINE_NAMES if own in typed.columns]
    key = pl.coalesce([*known, pl.lit("")]).hash()
    samples = typed.filter(value.is_not_null()).group_by(key.alias("machine"), maintain_order=True)
    folded = samples.agg(
        pl.first(ROW_NUMBER, LINE),
        value.len().alias("samples"),
        value.min().alias("low"),
        value.max().alias("high"),
        (value >= BUSY_LIMITS[name]).sum().alias("busy"),
        moment.min().alias("first"),
        moment.max().alias("last"),
    )
    return _filled(folded, MACHINE, name)


def _suspects(typed: pl.DataFrame, name: str) -> pl.DataFrame:
    return _filled(typed.filter(_is_fraction(pl.col(name))).select(ROW_NUMBER, LINE), SUSPECT, name)


def _is_fraction(value: pl.Expr) -> pl.Expr:
    return (value > 0) & (value < 1)


def _filled(frame: pl.DataFrame, about: int, name: str) -> pl.DataFrame:
    own = {"about": pl.lit(about), "field": pl.lit(MEASURES.index(name))}
    return frame.select(
        own.get(column, pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in _SCHEMA.items()
    )
