"""Fields that follow from others of the same row, filled only where the row itself says nothing."""

from __future__ import annotations

import polars as pl

from muster.domain.conversion import RECORD_KEY
from muster.pipeline.mapping import shapes


def derived(typed: pl.DataFrame) -> pl.DataFrame:
    """Add what follows from the row itself.

    - a host name that is a full name (`web01.example.com`) gives `fqdn`, and is cut to its first label;
      one that contradicts the row's own fqdn stays as it is;
    - `fqdn` gives the host name of a row without one;
    - `source_id` is the record key of a source that names no other.
    """
    if "hostname" in typed.columns or "fqdn" in typed.columns:
        typed = _names(typed)
    if "source_id" in typed.columns:
        typed = typed.with_columns(pl.coalesce(RECORD_KEY, "source_id").alias(RECORD_KEY))
    return typed


def _names(typed: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("hostname", "fqdn") if name not in typed.columns]
    frame = typed.with_columns(missing)
    host, full = pl.col("hostname"), pl.col("fqdn")
    is_full = host.str.contains(shapes.FQDN)
    fqdn = pl.coalesce(full, pl.when(is_full).then(host))
    agrees = is_full & (host == fqdn)
    label = fqdn.str.split_exact(".", 1).struct.field("field_0")
    return frame.with_columns(
        pl.when(agrees | host.is_null()).then(label).otherwise(host).alias("hostname"),
        fqdn.alias("fqdn"),
    )
