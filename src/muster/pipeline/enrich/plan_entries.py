"""The plan of an import as a table for people: one row for each field of an asset that changes or is contradicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.domain.conversion import CLEARED_FIELDS
from muster.domain.plan import PlanAction
from muster.pipeline.enrich.claims import MAX_TABLES, ORDINAL_BITS, ROW_MASK, table_base
from muster.pipeline.enrich.fold import ASSET_FIELDS, NUMBER_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muster.pipeline.enrich.claims import ImportIndex
    from muster.pipeline.enrich.order import BeliefOrder, Snapshots

MISSING_FROM = "missing_from"
"""What an entry calls its field when feeds list the asset no longer, or list it again."""

ROWS_TYPE = pl.List(pl.Struct({"table": pl.String, "row_number": pl.Int32}))

ENTRIES_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "asset_id": pl.String,
    "asset_name": pl.String,
    "action": pl.String,
    "field": pl.String,
    "before": pl.String,
    "after": pl.String,
    "conflict": pl.Boolean,
    "says": pl.String,
    "source_system": pl.String,
    "feed": pl.String,
    "merged_into": pl.String,
    "rows": ROWS_TYPE,
}
"""One row per entry, as domain.plan.PlanEntry."""

_CHANGE_SCHEMA = {"asset": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String}
_CONFLICT_SCHEMA = {
    "asset": pl.Int64,
    "field": pl.String,
    "stands": pl.String,
    "says": pl.String,
    "differs": pl.Boolean,
    "source_system": pl.String,
    "feed": pl.String,
}
_LIST_SEPARATOR = "; "
_PLACES = {name: place for place, name in enumerate((*ASSET_FIELDS, MISSING_FROM))}


@dataclass(frozen=True, slots=True)
class Planning:
    """What is the same for all of a plan: the import that is planned, and how imports are numbered and believed.

    `own` is the place of the import in `index`; `tables` are the names of its tables by number.
    """

    own: int
    index: ImportIndex
    order: BeliefOrder
    snapshots: Snapshots
    tables: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Entries (ENTRIES_SCHEMA, asset by asset) of a part of a plan; `missing` assets are newly listed no longer."""

    entries: pl.DataFrame
    missing: int


def plan_entries(
    planned: pl.DataFrame, existing: pl.DataFrame, typed: pl.DataFrame, members: pl.DataFrame, planning: Planning
) -> PlannedPart:
    """The entries of assets whose claims are all there.

    `planned` is plan.Plan.folded, `existing` (fold.FOLDED_SCHEMA) the rows of the same assets as they stand, `typed`
    the typed claims that count, as for the fold, `members` (identity.MEMBERSHIP_SCHEMA) all claims. An asset that
    stays as it is, and that this import does not contradict, has no entry.
    """
    changes = pl.concat([pl.DataFrame(schema=_CHANGE_SCHEMA), *_changes(planned, existing)])
    contradicted = pl.concat([pl.DataFrame(schema=_CONFLICT_SCHEMA), *_conflicts(planned, typed, planning)])
    missing = _missing(planned, existing)
    told = (
        changes.join(contradicted, on=["asset", "field"], how="full", coalesce=True)
        # a contradiction among others is nothing that this import does
        .filter(pl.col("after").is_not_null() | pl.col("before").is_not_null() | pl.col("differs"))
        .with_columns(
            # a contradicted field that stays as it is
            *(
                pl.when(pl.col("before").is_null() & pl.col("after").is_null())
                .then("stands")
                .otherwise(name)
                .alias(name)
                for name in ("before", "after")
            ),
            conflict=pl.col("differs").is_not_null(),
        )
    )
    told = pl.concat([told, missing.select(_CHANGE_SCHEMA.keys()).with_columns(conflict=False)], how="diagonal")
    entries = (
        told.join(planned.select("asset", "asset_name", "action"), on="asset", how="left")
        .join(_own_rows(members, planning), on="asset", how="left")
        .sort("asset", pl.col("field").replace_strict(_PLACES, return_dtype=pl.Int32))
    )
    return PlannedPart(_as_entries(entries, planning), int(missing["newly"].sum()))


def ended_entries(ended: pl.DataFrame, planning: Planning) -> pl.DataFrame:
    """ENTRIES_SCHEMA for assets that end: `asset` with `asset_name`, and `heir`, the asset that they are part of then.

    An `heir` below zero: none.
    """
    there = ended.filter(pl.col("heir") >= 0)
    heirs = there.select("asset", merged_into=planning.index.texts(there["heir"]))
    told = ended.sort("asset").join(heirs, on="asset", how="left", maintain_order="left")
    return _as_entries(told.with_columns(action=pl.lit(PlanAction.REMOVE.value), conflict=False), planning)


def _as_entries(told: pl.DataFrame, planning: Planning) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in ENTRIES_SCHEMA.items() if name not in told.columns]
    named = told.with_columns(planning.index.texts(told["asset"]).alias("asset_id"))
    return named.with_columns(item for item in absent if item.meta.output_name() != "asset_id").select(*ENTRIES_SCHEMA)


def _changes(planned: pl.DataFrame, existing: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """_CHANGE_SCHEMA, field by field: what is created with a value, and what gets another one."""
    created = planned.filter(pl.col("action") == PlanAction.CREATE)
    updated = planned.filter(pl.col("action") == PlanAction.UPDATE)
    changed = updated.select("asset", field="changed_fields").explode("field", empty_as_null=True, keep_nulls=True)
    before = existing.filter(pl.col("asset").is_in(updated["asset"].implode()))
    for name in ASSET_FIELDS:
        if created[name].null_count() < created.height:
            yield created.filter(pl.col(name).is_not_null()).select(
                "asset", field=pl.lit(name), before=pl.lit(None, dtype=pl.String), after=_text(name)
            )
        here = changed.filter(pl.col("field") == name)
        if here.height:
            yield (
                here.join(before.select("asset", _text(name).alias("before")), on="asset", how="left")
                .join(updated.select("asset", _text(name).alias("after")), on="asset", how="left")
                .select(_CHANGE_SCHEMA.keys())
            )


def _conflicts(planned: pl.DataFrame, typed: pl.DataFrame, planning: Planning) -> Iterator[pl.DataFrame]:
    """_CONFLICT_SCHEMA, field by field, for assets on which sources contradict each other."""
    listed = planned.filter(pl.col("conflicts").is_not_null()).select("asset", field="conflicts")
    pairs = listed.explode("field", empty_as_null=True, keep_nulls=True)
    place = pl.col("claim") // (1 << ORDINAL_BITS)
    speaking = typed.filter(pl.col("asset").is_in(pairs["asset"].implode())).with_columns(place=place)
    for (field,), here in pairs.group_by("field", maintain_order=True):
        name = str(field)
        folded = here.select("asset").join(planned.select("asset", standing=name), on="asset", how="left")
        words = speaking.join(folded, on="asset").filter(
            pl.col(name).is_not_null() | pl.col(CLEARED_FIELDS).list.contains(name)
        )
        believed = pl.Series(planning.order.places[name]).gather(words["place"]).alias("believed")
        winners = (
            words.with_columns(believed)
            .sort("asset", "believed", "claim")
            .unique("asset", keep="first", maintain_order=True)
        )
        own = (
            words.filter(pl.col("place") == planning.own)
            .with_columns(differs=_differs(name))
            .sort("asset", ~pl.col("differs"), "claim")
            .unique("asset", keep="first", maintain_order=True)
        )
        yield (
            folded.select("asset", field=pl.lit(name), stands=_text("standing", name))
            .join(own.select("asset", "differs", says=_text(name)), on="asset", how="left")
            .join(winners.select("asset", *_source(winners["place"], planning)), on="asset", how="left")
            .with_columns(pl.col("differs").fill_null(value=False))
            .select(_CONFLICT_SCHEMA.keys())
        )


def _source(place: pl.Series, planning: Planning) -> tuple[pl.Series, pl.Series]:
    """Source system and feed of imports."""
    systems, feeds = planning.snapshots.source_systems, planning.snapshots.feed_names
    return (
        pl.Series("source_system", systems, dtype=pl.String).gather(place),
        pl.Series("feed", feeds, dtype=pl.String).gather(place),
    )


def _differs(name: str) -> pl.Expr:
    """Whether the column `name` says something other than `standing`, as far as the fold calls it a contradiction."""
    said, stands = pl.col(name), pl.col("standing")
    if FIELDS[name].type in {FieldType.NUMBER, FieldType.INTEGER}:
        apart = (said - stands).abs() > stands.abs() * NUMBER_TOLERANCE
        return (said.is_not_null() & (stands.is_null() | apart)).fill_null(value=False)
    return said.is_not_null() & said.ne_missing(stands)


def _missing(planned: pl.DataFrame, existing: pl.DataFrame) -> pl.DataFrame:
    """_CHANGE_SCHEMA and `newly` for assets whose list of feeds that miss them changes."""
    both = (
        planned.select("asset", now=MISSING_FROM)
        .join(existing.select("asset", past=MISSING_FROM), on="asset", how="left")
        .with_columns(pl.col("now", "past").fill_null(pl.lit([], dtype=pl.List(pl.String))))
        .filter(pl.col("now") != pl.col("past"))
    )
    return both.select(
        "asset",
        field=pl.lit(MISSING_FROM),
        before=_joined("past"),
        after=_joined("now"),
        newly=pl.col("now").list.set_difference("past").list.len() > 0,
    )


def _own_rows(members: pl.DataFrame, planning: Planning) -> pl.DataFrame:
    """`asset` and `rows`: the rows of the planned import among the claims of each asset."""
    own = members.filter(pl.col("claim") // (1 << ORDINAL_BITS) == planning.own).sort("asset", "claim")
    names = pl.DataFrame(
        {"number": list(planning.tables), "table": list(planning.tables.values())},
        schema={"number": pl.Int64, "table": pl.String},
    )
    return (
        own.select("asset", number=table_base(pl.col("claim")) % MAX_TABLES, row_number=(pl.col("claim") & ROW_MASK))
        .join(names, on="number", how="left", maintain_order="left")
        .group_by("asset", maintain_order=True)
        .agg(pl.struct("table", pl.col("row_number").cast(pl.Int32)).alias("rows"))
    )


def _joined(name: str) -> pl.Expr:
    return pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.join(_LIST_SEPARATOR))


def _text(column: str, field: str | None = None) -> pl.Expr:
    """The values of a column of a canonical field (its own name, when no other is given) as text."""
    kind = FIELDS[field or column]
    value = pl.col(column)
    if kind.is_list:
        return _joined(column)
    match kind.type:
        case FieldType.NUMBER:
            return value.cast(pl.String).str.strip_suffix(".0")
        case FieldType.DATETIME:
            return value.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return value.cast(pl.String)
