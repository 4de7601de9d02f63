"""Folded assets as the database's columns and back: claim numbers become ids in text, lists of claims `claim_ids`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.pipeline.enrich.fingerprint import FINGERPRINT_SCHEMA, ROW_SCHEMA
from muster.pipeline.enrich.fold import ASSET_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.enrich.claims import ImportIndex

_VALUES = [name for name in ROW_SCHEMA if name not in {"asset", "claims"}]


_HOUSEKEEPING = [name for name in _VALUES if name not in ASSET_FIELDS and name not in FINGERPRINT_SCHEMA]


def to_columns(rows: pl.DataFrame, index: ImportIndex, fields: Sequence[str]) -> pl.DataFrame:
    """Of ROW_SCHEMA: `id`, `claim_ids`, scores, those canonical fields that are in `fields`, fingerprints.

    `claim_ids` is null when the asset is its only claim.
    """
    itself = (pl.col("claims").list.len() == 1) & (pl.col("claims").list.first() == pl.col("asset"))
    others = rows.filter(~itself).select("asset", "claims").explode("claims", empty_as_null=True, keep_nulls=True)
    listed = (
        others.with_columns(index.texts(others["claims"]).alias("claim_ids"))
        .group_by("asset", maintain_order=True)
        .agg("claim_ids")
    )
    return rows.join(listed, on="asset", how="left", maintain_order="left").select(
        index.texts(rows["asset"]).alias("id"),
        "claim_ids",
        *_HOUSEKEEPING,
        *(name for name in ASSET_FIELDS if name in fields),
        *FINGERPRINT_SCHEMA,
    )


def from_columns(rows: pl.DataFrame, index: ImportIndex) -> pl.DataFrame:
    """ROW_SCHEMA from what `to_columns` gave (ids in text); fields that are not there are null."""
    asset = pl.Series("asset", index.numbers(rows["id"]))
    with_asset = rows.with_columns(asset)
    several = with_asset.filter(pl.col("claim_ids").is_not_null()).select("asset", "claim_ids")
    members = several.explode("claim_ids", empty_as_null=True, keep_nulls=True)
    listed = (
        members.with_columns(pl.Series("claims", index.numbers(members["claim_ids"])))
        .group_by("asset", maintain_order=True)
        .agg("claims")
    )
    joined = with_asset.join(listed, on="asset", how="left", maintain_order="left")
    claims = pl.coalesce("claims", pl.concat_list("asset"))
    absent = [pl.lit(None).alias(name) for name in _VALUES if name not in joined.columns]
    full = joined.with_columns(absent)
    return full.select("asset", claims.alias("claims"), *_VALUES).cast(dict(ROW_SCHEMA.items()))
