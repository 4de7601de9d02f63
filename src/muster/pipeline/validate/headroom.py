"""What hosts and clusters have and what their machines are promised, folded batch by batch into a line per host.

A guest is a row that names the host it runs on. A host is a row that guests of the same table name, or a server of a
cluster. Names are compared as identifiers.label_keys does: without domain, case and separators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.pipeline.validate.tables import Batch

HOST, CLUSTER = 0, 1

SCHEMA = pl.Schema(
    {
        "about": pl.UInt8,  # HOST: a host as its guests tell of it; CLUSTER: a cluster as its hosts do
        "key": pl.UInt64,
        ROW_NUMBER: pl.Int32,  # of the first guest or host
        LINE: pl.Int32,
        "members": pl.UInt32,
        "cores": pl.Float64,
        "memory": pl.Float64,
        "memory_used": pl.Float64,  # of the members whose use is known
        "cores_used": pl.Float64,
        "measured": pl.UInt32,  # members whose cores, memory and use of both are known
        "largest": pl.Float64,  # memory of the largest member
    }
)
_HARDWARE = ("cpu_model", "model", "cpu_sockets")
_USED = {
    "cores_used": ("cpu_cores", "cpu_utilization_percent"),
    "memory_used": ("memory_gb", "memory_utilization_percent"),
}


def gather(batch: Batch) -> pl.DataFrame:
    """Return one line per host that is named in the batch, and per cluster that has hosts in it."""
    typed = batch.typed
    frames = [SCHEMA.to_frame()]
    if "hypervisor_host" in typed.columns:
        frames.append(_folded(typed.filter(pl.col("hypervisor_host").is_not_null()), "hypervisor_host", HOST))
    if "cluster" in typed.columns:
        frames.append(_folded(typed.filter(is_cluster_host(typed)), "cluster", CLUSTER))
    return pl.concat(frames)


def totals(gathered: pl.DataFrame, about: int) -> pl.DataFrame:
    """Return one line per host, or per cluster, of the whole table, in the order of their first rows."""
    return (
        gathered.filter(about=about)
        .group_by("key", maintain_order=True)
        .agg(
            pl.first(ROW_NUMBER, LINE),
            pl.sum("members", "cores", "memory", "cores_used", "memory_used", "measured"),
            pl.max("largest"),
        )
    )


def host_rows(batches: Iterable[Batch], keys: pl.Series) -> pl.DataFrame:
    """Return the rows of the hosts with one of `keys`: row_number, line, key, own_cores, own_memory; each host once."""
    frames = [pl.DataFrame(schema=_OWN_SCHEMA)]
    for batch in batches:
        typed = batch.typed
        own = identifiers.label_keys(typed.select(identifiers.written_name(typed.columns).alias("name")).to_series())
        frames.append(
            typed.select(
                ROW_NUMBER,
                LINE,
                own.alias("key"),
                _number(typed, "cpu_cores").alias("own_cores"),
                _number(typed, "memory_gb").alias("own_memory"),
            ).filter(pl.col("key").is_in(keys.implode()))
        )
    return pl.concat(frames).unique("key", keep="first", maintain_order=True)


_OWN_SCHEMA = pl.Schema(
    {ROW_NUMBER: pl.Int32, LINE: pl.Int32, "key": pl.UInt64, "own_cores": pl.Float64, "own_memory": pl.Float64}
)


def is_cluster_host(typed: pl.DataFrame) -> pl.Expr:
    """Whether the row is a server of a cluster that runs on no other: the cluster's capacity is made of it.

    A row that does not say what it is must tell of hardware, since virtual machines belong to clusters too.
    """
    if "cluster" not in typed.columns:
        return pl.lit(value=False)
    alone = pl.col("hypervisor_host").is_null() if "hypervisor_host" in typed.columns else pl.lit(value=True)
    hardware = [pl.col(name).is_not_null() for name in _HARDWARE if name in typed.columns]
    physical = pl.any_horizontal(pl.lit(value=False), *hardware)
    if "asset_type" in typed.columns:
        physical = (pl.col("asset_type") == "server").fill_null(physical)
    return pl.col("cluster").is_not_null() & alone & physical


def _folded(rows: pl.DataFrame, name: str, about: int) -> pl.DataFrame:
    used = {column: _number(rows, whole) * _number(rows, percent) / 100 for column, (whole, percent) in _USED.items()}
    key = identifiers.label_keys(rows.get_column(name))
    lines = rows.select(
        ROW_NUMBER,
        LINE,
        key.alias("key"),
        _number(rows, "cpu_cores").alias("cores"),
        _number(rows, "memory_gb").alias("memory"),
        *(value.alias(column) for column, value in used.items()),
    )
    measured = pl.all_horizontal(pl.col(column).is_not_null() for column in _USED)
    folded = lines.group_by("key", maintain_order=True).agg(
        pl.first(ROW_NUMBER, LINE),
        pl.len().alias("members"),
        pl.sum("cores", "memory", *_USED),
        measured.sum().alias("measured"),
        pl.max("memory").alias("largest"),
    )
    return folded.select(
        (pl.lit(about) if column == "about" else pl.col(column)).cast(kind).alias(column)
        for column, kind in SCHEMA.items()
    )


def _number(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64) if name in frame.columns else pl.lit(None, dtype=pl.Float64)
