"""The plan: what differs between the inventory as it stands and as the fold says it is. A value; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from muster.domain.plan import PlanAction, PlanCounts
from muster.pipeline.enrich.fields import custom_columns, with_custom
from muster.pipeline.enrich.fingerprint import ROW_SCHEMA
from muster.pipeline.enrich.fold import ASSET_FIELDS

_WRITTEN = [name for name in ROW_SCHEMA if name != "asset"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Assets by what happens to them.

    `folded` holds fingerprint.ROW_SCHEMA and custom fields, `action` (a PlanAction) and `changed_fields` (fields,
    canonical and custom, whose value changes; null when compared by fingerprint), one row per asset that the change
    touches. An asset may be `unchanged` and yet differ in the claims behind it: `dirty` says that its row must be
    written.
    """

    folded: pl.DataFrame

    def counts(self) -> PlanCounts:
        """How many assets are created, updated, unchanged and contradicted; those that end are no part of a fold."""
        actions = dict(self.folded.group_by("action").len().iter_rows())
        conflicts = self.folded.select(pl.col("conflicts").is_not_null().sum()).item()
        return PlanCounts(
            created=actions.get(PlanAction.CREATE, 0),
            updated=actions.get(PlanAction.UPDATE, 0),
            unchanged=actions.get(PlanAction.UNCHANGED, 0),
            conflicts=conflicts,
        )


def compare_fingerprints(folded: pl.DataFrame, standing: pl.DataFrame) -> Plan:
    """Compare `folded` (ROW_SCHEMA) with no more than `asset` and FINGERPRINT_SCHEMA of what stands."""
    both = folded.join(standing, on="asset", how="left", suffix=":before", maintain_order="left")
    compared = both.with_columns(
        action=pl.when(pl.col("values_hash:before").is_null())
        .then(pl.lit(PlanAction.CREATE.value))
        .when(pl.col("values_hash:before") != pl.col("values_hash"))
        .then(pl.lit(PlanAction.UPDATE.value))
        .otherwise(pl.lit(PlanAction.UNCHANGED.value)),
        changed_fields=pl.lit(None, dtype=pl.List(pl.String)),
        dirty=pl.col("row_hash").ne_missing(pl.col("row_hash:before")),
    )
    return Plan(compared.select(*folded.columns, "action", "changed_fields", "dirty"))


def compute_plan(folded: pl.DataFrame, existing: pl.DataFrame) -> Plan:
    """Compare `folded` with `existing`, the rows of the same assets as they stand (both ROW_SCHEMA)."""
    if existing.is_empty():
        created = folded.with_columns(
            action=pl.lit(PlanAction.CREATE.value),
            changed_fields=pl.lit(None, dtype=pl.List(pl.String)),
            dirty=pl.lit(value=True),
        )
        return Plan(created)
    custom = custom_columns(folded, existing)
    folded = with_custom(folded, custom)
    both = folded.join(with_custom(existing, custom), on="asset", how="left", suffix=":before", maintain_order="left")
    was_there = pl.col("asset").is_in(existing["asset"].implode())
    speaking = [
        name
        for name in (*_WRITTEN, *custom)
        if both[name].null_count() + both[f"{name}:before"].null_count() < 2 * both.height
    ]
    flags = both.select("asset", was_there=was_there, **{name: _differs(name) for name in speaking})
    changes = [
        flags.filter(pl.col("was_there") & pl.col(name)).select("asset", field=pl.lit(name))
        for name in speaking
        if name in ASSET_FIELDS or name in custom
    ]
    changed = pl.concat(changes).group_by("asset", maintain_order=True).agg(pl.col("field").alias("changed_fields"))
    compared = (
        folded.with_columns(
            flags["was_there"],
            flags.select((~pl.col("was_there") | pl.any_horizontal(speaking)).alias("dirty")).to_series(),
        )
        .join(changed, on="asset", how="left", maintain_order="left")
        .with_columns(
            action=pl.when(~pl.col("was_there"))
            .then(pl.lit(PlanAction.CREATE.value))
            .when(pl.col("changed_fields").is_not_null())
            .then(pl.lit(PlanAction.UPDATE.value))
            .otherwise(pl.lit(PlanAction.UNCHANGED.value))
        )
    )
    return Plan(compared.select(*folded.columns, "action", "changed_fields", "dirty"))


def _differs(name: str) -> pl.Expr:
    before, after = pl.col(f"{name}:before"), pl.col(name)
    if isinstance(ROW_SCHEMA.get(name), pl.List):
        return before.hash().ne_missing(after.hash())
    return before.ne_missing(after)
