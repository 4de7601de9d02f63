"""How much a row tells, and how far it can be believed: two scores from 0 to 100, cheap enough for every row.

`completeness_score` is the share of the aspects below of which the row says anything; aspects that only machines have
do not count for a row of another kind. `quality_score` starts from it and loses points for what can not be true and
for an old observation. Both depend on the row and the day alone, so a row scores the same in every file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.pipeline.validate import consistency

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

ASPECTS: dict[str, tuple[str, ...]] = {
    "name": ("asset_name", "hostname", "fqdn"),
    "identifier": ("serial_number", "instance_uuid", "source_id", "asset_tag"),
    "kind": ("asset_type",),
    "environment": ("environment",),
    "place": ("location", "datacenter", "cluster", "availability_zone"),
    "owner": ("business_owner", "technical_owner", "support_group", "business_unit", "department"),
    "criticality": ("business_criticality",),
    "purpose": ("application_name", "description"),
    "state": ("operational_status", "power_state"),
    "address": ("ip_address", "mac_address"),
    "system": ("operating_system",),
    "cpu": ("cpu_cores",),
    "memory": ("memory_gb",),
    "storage": ("storage_gb", "storage_used_gb"),
}
MACHINE_ASPECTS = frozenset({"address", "system", "cpu", "memory", "storage"})
MACHINES = ("server", "virtual_machine", "desktop")

CONTRADICTION_POINTS = 15.0
STALE_POINTS = 10.0


def filled(schema: pl.Schema, name: str) -> pl.Expr:
    """Whether the row has a value in the field; an empty list is none."""
    column = pl.col(name)
    return column.list.len().fill_null(0) > 0 if isinstance(schema[name], pl.List) else column.is_not_null()


def row_quality(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return `completeness_score` and `quality_score` (Float64, 0 to 100) for each row of a typed frame, in its order.

    `frame` may have any of the canonical fields; `as_of` is the day from which observations age.
    """
    completeness, quality = scores(frame.schema, as_of)
    return frame.lazy().select(completeness, quality).collect()


def scores(schema: pl.Schema, as_of: date) -> tuple[pl.Expr, pl.Expr]:
    """Return the expressions of `completeness_score` and `quality_score` for typed rows of `schema`."""
    is_machine = pl.lit(value=True)
    if "asset_type" in schema:
        is_machine = pl.col("asset_type").is_in(MACHINES).fill_null(value=True)
    told = {aspect: _any_filled(schema, names) for aspect, names in ASPECTS.items()}
    general = pl.sum_horizontal(told[aspect] for aspect in ASPECTS if aspect not in MACHINE_ASPECTS)
    machine = pl.sum_horizontal(told[aspect] for aspect in MACHINE_ASPECTS)
    share = (
        pl.when(is_machine)
        .then((general + machine) / len(ASPECTS))
        .otherwise(general / (len(ASPECTS) - len(MACHINE_ASPECTS)))
    )
    completeness = share * 100
    quality = (completeness - _lost_points(schema.names(), as_of)).clip(0, 100)
    return completeness.alias("completeness_score"), quality.alias("quality_score")


def _any_filled(schema: pl.Schema, names: tuple[str, ...]) -> pl.Expr:
    present = [filled(schema, name) for name in names if name in schema]
    return (pl.any_horizontal(present) if present else pl.lit(value=False)).cast(pl.Int32)


def _lost_points(columns: Collection[str], as_of: date) -> pl.Expr:
    wrong = [item.holds().fill_null(value=False) for item in consistency.contradictions(columns)]
    wrong += [
        consistency.in_future(name, as_of).fill_null(value=False) for name in consistency.OBSERVED if name in columns
    ]
    stale = [consistency.is_stale(name, as_of).fill_null(value=False) for name in consistency.SEEN if name in columns]
    return (
        pl.sum_horizontal(pl.lit(0.0), *(flag.cast(pl.Float64) * CONTRADICTION_POINTS for flag in wrong))
        + pl.any_horizontal(pl.lit(value=False), *stale).cast(pl.Float64) * STALE_POINTS
    )
