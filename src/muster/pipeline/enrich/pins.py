"""Values that people pinned to assets, laid over what the sources say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.dtypes import dtype
from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.decisions import Edit


def pin(folded: pl.DataFrame, pins: Sequence[tuple[int, Edit]]) -> pl.DataFrame:
    """`folded` (fold.FOLDED_SCHEMA) with the pinned values, their names in `pinned`, and no conflict about them.

    Of several edits of one field of one asset the last in `pins` holds; a pinned list replaces the whole list.
    """
    held: dict[str, dict[int, Any]] = defaultdict(dict)
    for asset, edit in pins:
        held[edit.field][asset] = None if edit.clears else typed_value(edit)
    for name, values in held.items():
        pinned = pl.DataFrame(
            {"asset": list(values), "value": list(values.values())},
            schema={"asset": pl.Int64, "value": dtype(FIELDS[name])},
        )
        value = folded.select("asset").join(pinned, on="asset", how="left", maintain_order="left")["value"]
        is_pinned = pl.col("asset").is_in(list(values))
        folded = folded.with_columns(pl.when(is_pinned).then(value).otherwise(pl.col(name)).alias(name))
    names = pl.DataFrame(
        [(asset, name) for name, values in sorted(held.items()) for asset in values],
        schema={"asset": pl.Int64, "pinned": pl.String},
        orient="row",
    )
    listed = names.group_by("asset", maintain_order=True).agg("pinned")
    return (
        folded.drop("pinned")
        .join(listed, on="asset", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("pinned").is_null())
            .then("conflicts")
            .otherwise(pl.col("conflicts").list.set_difference(pl.col("pinned")).list.sort())
            .alias("conflicts")
        )
        .select(folded.columns)
    )


def typed_value(edit: Edit) -> Any:  # noqa: ANN401 - the type is that of the field
    """The value of an edit in the type of its field."""
    match FIELDS[edit.field].type:
        case FieldType.DATE:
            return date.fromisoformat(edit.value)
        case FieldType.DATETIME:
            return datetime.fromisoformat(edit.value)
        case _:
            return edit.value
