"""Fingerprints of folded assets: whether a fold changes an asset is seen from two numbers, without reading its values.

64 bits of xxHash64 over "field=value" of all that is filled, in the order of the catalog: a field that the catalog
gains later changes no fingerprint. Two different assets agree by chance once in 10^19.
"""

from __future__ import annotations

import polars as pl
import polars_hash as plh

from muster.pipeline.enrich.fold import ASSET_FIELDS, FOLDED_SCHEMA

_HOUSEKEEPING = [name for name in FOLDED_SCHEMA if name not in ASSET_FIELDS]
_BETWEEN_FIELDS = "\x1f"
_BETWEEN_ELEMENTS = "\x1e"

FINGERPRINT_SCHEMA = {"values_hash": pl.Int64, "row_hash": pl.Int64}
"""`values_hash` over the canonical fields, `row_hash` over these and everything else that the fold decides."""

ROW_SCHEMA = {**FOLDED_SCHEMA, **FINGERPRINT_SCHEMA}
"""An asset as it is written: what the fold decides, and its fingerprints."""


def with_fingerprints(folded: pl.DataFrame) -> pl.DataFrame:
    """`folded` (fold.FOLDED_SCHEMA) as ROW_SCHEMA."""
    return folded.hstack(fingerprints(folded))


def fingerprints(folded: pl.DataFrame) -> pl.DataFrame:
    """The two fingerprints of each row of `folded` (fold.FOLDED_SCHEMA), FINGERPRINT_SCHEMA."""
    texts = folded.select(_joined(folded, ASSET_FIELDS, "values"), _joined(folded, _HOUSEKEEPING, "others"))
    hashed = texts.select(
        _hash(pl.col("values")).alias("values_hash"),
        _hash(plh.concat_str("values", "others", separator=_BETWEEN_FIELDS)).alias("row_hash"),
    )
    return hashed.cast(dict(FINGERPRINT_SCHEMA.items()))


def _hash(text: pl.Expr) -> pl.Expr:
    hashed: pl.Expr = text.nchash.xxhash64(seed=0)  # type: ignore[attr-defined]  # a plug-in adds it
    return hashed.reinterpret(signed=True)


def _joined(folded: pl.DataFrame, names: list[str] | tuple[str, ...], alias: str) -> pl.Expr:
    filled = [name for name in names if folded[name].null_count() < folded.height]
    if not filled:
        return pl.repeat("", pl.len()).alias(alias)
    pieces = [pl.concat_str(pl.lit(f"{name}="), _text(name)) for name in filled]
    return pl.concat_str(pieces, separator=_BETWEEN_FIELDS, ignore_nulls=True).alias(alias)


def _text(name: str) -> pl.Expr:
    if isinstance(FOLDED_SCHEMA[name], pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join(_BETWEEN_ELEMENTS)
    return pl.col(name).cast(pl.String)
