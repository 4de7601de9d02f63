"""The plan of an import as a table for people: one row for each field of an asset that changes or is contradicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import FieldType
from muster.domain.conversion import CLEARED_FIELDS
from muster.domain.plan import PlanAction
from muster.pipeline.enrich.claims import MAX_TABLES, ORDINAL_BITS, ROW_MASK, table_base
from muster.pipeline.enrich.fields import custom_columns, field_of, with_custom
from muster.pipeline.enrich.fold import ASSET_FIELDS, NUMBER_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.pipeline.enrich.claims import ImportIndex
    from muster.pipeline.enrich.order import BeliefOrder, Snapshots

MISSING_FROM = "missing_from"
"""What an entry calls its field when feeds list the asset no longer, or list it again."""

ROW_MARK, ROW_SEPARATOR = ":", "\x1f"
"""How the rows of an entry are written: `table:row`, parted by a character that stands in no name. As text they are
repeated for all entries of an asset in a tenth of the time that lists take."""

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
    "rows": pl.String,
}
"""One row per entry, as domain.plan.PlanEntry; `rows` as above."""

_CHANGE_SCHEMA = {"row": pl.UInt32, "place": pl.Int16, "before": pl.String, "after": pl.String}
"""A change of the field with the number `place` (_Places) of the asset in the row `row` of what is planned."""
_CONFLICT_SCHEMA = {
    "row": pl.UInt32,
    "place": pl.Int16,
    "stands": pl.String,
    "says": pl.String,
    "differs": pl.Boolean,
    "source_system": pl.String,
    "feed": pl.String,
}
_LIST_SEPARATOR = "; "
_REMOVED = pl.lit(PlanAction.REMOVE.value)
_Places = Mapping[str, pl.Expr]
"""By the name of what an entry can tell of, the number that it is sorted by and goes by until the entry is whole."""


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
    numbered = planned.with_row_index("row")
    names = (*ASSET_FIELDS, MISSING_FROM, *custom_columns(planned))
    places = {name: pl.lit(place, dtype=pl.Int16).alias("place") for place, name in enumerate(names)}
    missing = _missing(numbered, existing, places)
    told = pl.concat([pl.DataFrame(schema=_CHANGE_SCHEMA), *_changes(numbered, existing, places)])
    contradicted = pl.concat([pl.DataFrame(schema=_CONFLICT_SCHEMA), *_conflicts(numbered, typed, planning, places)])
    if contradicted.height:
        told = _with_conflicts(told, contradicted)
    told = pl.concat([told, missing.select(_CHANGE_SCHEMA.keys())], how="diagonal").sort("row", "place")
    # what is the same for all entries of an asset is made once for each asset
    assets = planned.select("asset", "asset_name", "action").join(
        _own_rows(members, planning), on="asset", how="left", maintain_order="left"
    )
    assets = assets.with_columns(planning.index.texts(planned["asset"]).alias("asset_id")).drop("asset")
    entries = pl.concat([told, assets[told["row"]]], how="horizontal").with_columns(
        pl.Series("field", names).gather(told["place"])
    )
    return PlannedPart(_complete(entries), int(missing["newly"].sum()))


def ended_entries(ended: pl.DataFrame, planning: Planning) -> pl.DataFrame:
    """ENTRIES_SCHEMA for assets that end: `asset` with `asset_name`, and `heir`, the asset that they are part of then.

    An `heir` below zero: none.
    """
    there = ended.filter(pl.col("heir") >= 0)
    heirs = there.select("asset", merged_into=planning.index.texts(there["heir"]))
    told = ended.sort("asset").join(heirs, on="asset", how="left", maintain_order="left")
    return _complete(told.with_columns(planning.index.texts(told["asset"]).alias("asset_id"), action=_REMOVED))


def _complete(told: pl.DataFrame) -> pl.DataFrame:
    """All columns of ENTRIES_SCHEMA in their order."""
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in ENTRIES_SCHEMA.items() if name not in told.columns]
    return told.with_columns(absent).select(*ENTRIES_SCHEMA).with_columns(pl.col("conflict").fill_null(value=False))


def _with_conflicts(changes: pl.DataFrame, contradicted: pl.DataFrame) -> pl.DataFrame:
    """`changes` with what is contradicted about them, and the fields that stay as they are against this import's word.

    A contradiction among others is nothing that this import does.
    """
    told = changes.with_columns(changes=True).join(contradicted, on=["row", "place"], how="full", coalesce=True)
    stays = pl.col("changes").is_null()
    return told.filter(~stays | pl.col("differs")).with_columns(
        before=pl.when(stays).then("stands").otherwise("before"),
        after=pl.when(stays).then("stands").otherwise("after"),
        conflict=pl.col("differs").is_not_null(),
    )


def _changes(planned: pl.DataFrame, existing: pl.DataFrame, places: _Places) -> Iterator[pl.DataFrame]:
    """_CHANGE_SCHEMA, field by field: what is created with a value, and what gets another one."""
    created = planned.filter(pl.col("action") == PlanAction.CREATE)
    updated = planned.filter(pl.col("action") == PlanAction.UPDATE)
    exploded = updated.select("row", "asset", field="changed_fields").explode(
        "field", empty_as_null=True, keep_nulls=True
    )
    changed = {str(key[0]): part for key, part in exploded.partition_by("field", as_dict=True).items()}
    custom = custom_columns(planned)
    before = with_custom(existing.filter(pl.col("asset").is_in(updated["asset"].implode())), custom)
    for name in (*ASSET_FIELDS, *custom):
        if created[name].null_count() < created.height:
            yield created.filter(pl.col(name).is_not_null()).select(
                "row", places[name], pl.lit(None, dtype=pl.String).alias("before"), _text(name).alias("after")
            )
        if name in changed:
            yield (
                changed[name]
                .join(before.select("asset", _text(name).alias("before")), on="asset", how="left")
                .join(updated.select("row", _text(name).alias("after")), on="row", how="left")
                .select("row", places[name], "before", "after")
            )


def _conflicts(
    planned: pl.DataFrame, typed: pl.DataFrame, planning: Planning, places: _Places
) -> Iterator[pl.DataFrame]:
    """_CONFLICT_SCHEMA, field by field, for assets on which sources contradict each other."""
    listed = planned.filter(pl.col("conflicts").is_not_null()).select("row", "asset", field="conflicts")
    pairs = listed.explode("field", empty_as_null=True, keep_nulls=True)
    speaking = typed.filter(pl.col("asset").is_in(pairs["asset"].implode())).with_columns(
        import_index=pl.col("claim") // (1 << ORDINAL_BITS)
    )
    for (field,), here in pairs.group_by("field", maintain_order=True):
        name = str(field)
        folded = here.select("row", "asset").join(planned.select("asset", standing=name), on="asset", how="left")
        words = (
            speaking.select("claim", "asset", "import_index", name, CLEARED_FIELDS)
            .join(folded, on="asset")
            .filter(pl.col(name).is_not_null() | pl.col(CLEARED_FIELDS).list.contains(name))
        )
        believed = pl.Series(planning.order.of_field(name)).gather(words["import_index"]).alias("believed")
        winners = (
            words.with_columns(believed)
            .sort("asset", "believed", "claim")
            .unique("asset", keep="first", maintain_order=True)
        )
        own = (
            words.filter(pl.col("import_index") == planning.own)
            .with_columns(differs=_differs(name))
            .sort("asset", ~pl.col("differs"), "claim")
            .unique("asset", keep="first", maintain_order=True)
        )
        yield (
            folded.select("row", "asset", places[name], stands=_text("standing", name))
            .join(own.select("asset", "differs", says=_text(name)), on="asset", how="left")
            .join(winners.select("asset", *_source(winners["import_index"], planning)), on="asset", how="left")
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
    if field_of(name).type in {FieldType.NUMBER, FieldType.INTEGER}:
        apart = (said - stands).abs() > stands.abs() * NUMBER_TOLERANCE
        return (said.is_not_null() & (stands.is_null() | apart)).fill_null(value=False)
    return said.is_not_null() & said.ne_missing(stands)


def _missing(planned: pl.DataFrame, existing: pl.DataFrame, places: _Places) -> pl.DataFrame:
    """_CHANGE_SCHEMA and `newly` for assets whose list of feeds that miss them changes."""
    both = (
        planned.select("row", "asset", now=MISSING_FROM)
        .join(existing.select("asset", past=MISSING_FROM), on="asset", how="left")
        .with_columns(pl.col("now", "past").fill_null(pl.lit([], dtype=pl.List(pl.String))))
        .filter(pl.col("now") != pl.col("past"))
    )
    return both.select(
        "row",
        places[MISSING_FROM],
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
        own.select("asset", number=table_base(pl.col("claim")) % MAX_TABLES, row=pl.col("claim") & ROW_MASK)
        .join(names, on="number", how="left", maintain_order="left")
        .group_by("asset", maintain_order=True)
        .agg(pl.concat_str("table", pl.col("row").cast(pl.String), separator=ROW_MARK).str.join(ROW_SEPARATOR))
        .rename({"table": "rows"})
    )


def _joined(name: str) -> pl.Expr:
    return pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.join(_LIST_SEPARATOR))


def _text(column: str, field: str | None = None) -> pl.Expr:
    """The values of a column of a field (its own name, when no other is given) as text."""
    kind = field_of(field or column)
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
