"""Folded assets as the database's columns and back.

Claim numbers become ids in text, lists of claims `claim_ids`, and custom fields one JSON object, `custom_fields`, of
those that have a value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.custom_fields import PREFIX
from muster.pipeline.enrich.fields import custom_columns
from muster.pipeline.enrich.fingerprint import FINGERPRINT_SCHEMA, ROW_SCHEMA
from muster.pipeline.enrich.fold import ASSET_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.enrich.claims import ImportIndex

CUSTOM_FIELDS = "custom_fields"
"""The column of the database in which all custom fields of an asset stand."""

VALUE_COLUMNS = (*ASSET_FIELDS, CUSTOM_FIELDS)
"""The columns of the database that hold what an asset is: the canonical fields, and the custom ones together."""

_VALUES = [name for name in ROW_SCHEMA if name not in {"asset", "claims"}]


_HOUSEKEEPING = [name for name in _VALUES if name not in ASSET_FIELDS and name not in FINGERPRINT_SCHEMA]


def to_columns(rows: pl.DataFrame, index: ImportIndex, fields: Sequence[str]) -> pl.DataFrame:
    """Of ROW_SCHEMA: `id`, `claim_ids`, scores, those columns of values that are in `fields`, fingerprints.

    `fields` are some of VALUE_COLUMNS; custom fields come as JSON text. `claim_ids` is null when the asset is its only
    claim.
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
        *([_as_json(custom_columns(rows))] if CUSTOM_FIELDS in fields else []),
        *FINGERPRINT_SCHEMA,
    )


def from_columns(rows: pl.DataFrame, index: ImportIndex) -> pl.DataFrame:
    """ROW_SCHEMA and custom fields from what `to_columns` gave (ids in text); fields that are not there are null."""
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
    known = full.select("asset", claims.alias("claims"), *_VALUES).cast(dict(ROW_SCHEMA.items()))
    return known.with_columns(custom_values(joined[CUSTOM_FIELDS])) if CUSTOM_FIELDS in joined.columns else known


def _as_json(names: Sequence[str]) -> pl.Expr:
    """The custom fields `names` as one JSON object, null where none says anything."""
    if not names:
        return pl.lit(None, dtype=pl.String).alias(CUSTOM_FIELDS)
    members = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.struct(pl.col(name).alias(name.removeprefix(PREFIX))).struct.json_encode().str.slice(1).str.head(-1)
        )
        for name in names
    ]
    listed = pl.concat_str(members, separator=",", ignore_nulls=True)
    return (
        pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
        .then(pl.concat_str(pl.lit("{"), listed, pl.lit("}")))
        .alias(CUSTOM_FIELDS)
    )


def custom_values(objects: pl.Series) -> list[pl.Series]:
    """The custom fields of assets, one column each, from what stands in CUSTOM_FIELDS (JSON text)."""
    texts = objects.cast(pl.String)
    seen = {text: json.loads(text) for text in texts.drop_nulls().unique()}
    members = sorted({name for told in seen.values() for name in told})
    return [
        pl.Series(
            f"{PREFIX}{member}",
            [None if text is None else seen[text].get(member) for text in texts],
            dtype=pl.String,
        )
        for member in members
    ]
