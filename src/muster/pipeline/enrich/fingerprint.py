"""Fingerprints of folded assets: whether a fold changes an asset is seen from two numbers, without reading its values.

A fingerprint is the sum (modulo 2^64) of the xxHash64 of every filled value, each with the CRC-32 of its field's name
as seed: a field that the catalog gains later changes none, nor does a custom field that says nothing. Two different
assets agree by chance once in 10^19.
"""

from __future__ import annotations

import operator
import zlib
from functools import reduce

import polars as pl
import polars_hash  # noqa: F401 - registers the hashes that are used here

from muster.pipeline.enrich.fields import custom_columns
from muster.pipeline.enrich.fold import ASSET_FIELDS, FOLDED_SCHEMA

FINGERPRINT_SCHEMA = {"values_hash": pl.Int64, "row_hash": pl.Int64}
"""`values_hash` over the canonical and custom fields, `row_hash` over these and all else that the fold decides."""

ROW_SCHEMA = {**FOLDED_SCHEMA, **FINGERPRINT_SCHEMA}
"""An asset as it is written: what the fold decides, and its fingerprints. Custom fields stand beside it, as there."""

_HOUSEKEEPING = tuple(name for name in FOLDED_SCHEMA if name not in ASSET_FIELDS)
_BETWEEN_ELEMENTS = "\x1e"


def with_fingerprints(folded: pl.DataFrame) -> pl.DataFrame:
    """`folded` (fold.FOLDED_SCHEMA) as ROW_SCHEMA."""
    of_values = _sum(folded, (*ASSET_FIELDS, *custom_columns(folded)))
    return folded.with_columns(values_hash=of_values, row_hash=of_values + _sum(folded, _HOUSEKEEPING))


def _sum(folded: pl.DataFrame, names: tuple[str, ...]) -> pl.Expr:
    filled = [name for name in names if folded[name].null_count() < folded.height]
    return reduce(operator.add, map(_hash, filled), pl.lit(0, dtype=pl.Int64))


def _hash(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    if isinstance(FOLDED_SCHEMA.get(name), pl.List):
        text = pl.col(name).cast(pl.List(pl.String)).list.join(_BETWEEN_ELEMENTS)
    hashed: pl.Expr = text.nchash.xxhash64(seed=zlib.crc32(name.encode()))  # type: ignore[attr-defined]
    return hashed.reinterpret(signed=True).fill_null(0)
