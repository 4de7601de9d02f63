"""Whether the regulations that a row states fit its kinds of data and its place, and how long the data is kept.

A regulation is implied by kinds and place together (`reference/compliance_scopes.csv`): card data calls for PCI-DSS
anywhere, data about people for the law of the place, health data for HIPAA in the United States. Where no place is
known only what holds anywhere is implied, and a row of personal data that states nothing at all is told as such. A
regulation that no kind of the row calls for is information: kinds may be missing.

Personal and regulated data needs a period of retention. Without end it contradicts the limit of storage (GDPR article
5, 1 e); two periods for the same data contradict each other. Data lies across a border where its residency and its
location, or several residencies, share no law. Nothing here holds a row back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.kit.masking import masked
from muster.pipeline.validate import jurisdictions, retention, sensitivity
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.phrases import MEANINGS, NAMES
from muster.pipeline.validate.places import places
from muster.pipeline.validate.sensitivity import IMPLIED_BY, KINDS, LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.pipeline.validate.tables import Batch

_SCOPE, _RETENTION, _RESIDENCY = "compliance_scope", "retention_period", "data_residency"
_LOCATIONS = ("location", "availability_zone", "datacenter")
_STATED, _UNKNOWN, _AREAS, _MISSING, _UNFOUNDED = "scopes", "unknown", "areas", "missing", "unfounded"
_TEXT, _DAYS, _KEY, _REGULATED, _PLACES = "text", "days", "key", "regulated", "all_places"
_NO_LIST = pl.lit([], dtype=pl.List(pl.String))

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        "scope_missing",
        _W,
        "A regulation is not named",
        "{scope} applies by kind and place of the data ({kind}), but is not named.",
        "Name it, or correct kind and place.",
    ),
    FindingCode(
        "no_scope",
        _W,
        "No regulation is named for personal data",
        "The row holds {kind}, and names neither a regulation nor a place that would tell it.",
        "Name the regulation, or the country of the data.",
    ),
    FindingCode(
        "no_scope_column",
        _I,
        "No column names regulations",
        "No column names regulations; by kind and place {scope} applies (rows: {rows}).",
    ),
    FindingCode(
        "scope_without_data",
        _I,
        "A regulation without data that calls for it",
        "{scope} is named, but none of the kinds of data calls for it.",
        "Check whether a kind of data is missing.",
    ),
    FindingCode(
        "unknown_scope",
        _I,
        "An unknown regulation",
        "{field} names a regulation that is not known here ({excerpt}).",
        "It is kept as written; nothing is checked against it.",
    ),
    FindingCode(
        "retention_missing",
        _W,
        "No period of retention",
        "Nothing says how long the personal or regulated data is kept.",
        "Ask for the period before old data is moved.",
    ),
    FindingCode(
        "no_retention_column",
        _I,
        "No column says how long data is kept",
        "No column says how long personal or regulated data is kept (rows: {rows}).",
    ),
    FindingCode(
        "retention_without_end",
        _W,
        "Personal data kept without end",
        "{field} has no end, but the row holds {kind}, which may be kept only as long as needed.",
        "Set a period (GDPR article 5, 1 e; other laws ask for the same).",
    ),
    FindingCode(
        "retention_contradictory",
        _W,
        "Different periods for the same data",
        "{field} says {days} here and {other} in another row for the same data.",
        "Check which of both is right.",
    ),
    FindingCode(
        "retention_unclear",
        _I,
        "A period that can not be read",
        "{field} names no period that can be read ({excerpt}).",
        "Write a number and a unit, such as 7 years.",
    ),
    FindingCode(
        "cross_border",
        _W,
        "Data across a border",
        "The data lies in {places}, which share no law on data.",
        "Check whether the transfer is allowed, and on what ground.",
    ),
    FindingCode(
        "unknown_place",
        _I,
        "An unknown place",
        "{field} names no country or region that is known here ({excerpt}).",
        "Write the country.",
    ),
)


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    rows = _with_places(sensitivity.with_sensitivity(batch, knowledge), batch)
    rows = _with_scopes(rows, batch)
    if _RETENTION in batch.typed.columns:
        rows = rows.with_columns(retention.periods(batch.typed.get_column(_RETENTION)).alias(_DAYS))
    confidential = sensitivity.level_of(knowledge.fields, "confidential")
    covered = jurisdictions.is_personal(pl.col(KINDS)) | (pl.col(_STATED).list.len() > 0)
    rows = rows.with_columns((covered | (pl.col(LEVEL) >= confidential)).fill_null(value=False).alias(_REGULATED))
    found = [*_scopes(rows, batch), *_retention(rows, batch), *_borders(rows, batch)]
    return Outcome(found, gathered=_gathered(rows, batch))


def _with_places(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Adds what residency and location name: `all_places`, `names` and the `areas` whose law holds."""
    typed = batch.typed
    nothing = rows.select(ROW_NUMBER, _NO_LIST.alias(MEANINGS), _NO_LIST.alias(NAMES))
    where = [name for name in _LOCATIONS if name in typed.columns]
    stays = jurisdictions.told_places(typed.get_column(_RESIDENCY)) if _RESIDENCY in typed.columns else nothing
    lies = nothing
    if where:
        said = typed.select(pl.concat_str(where, separator="; ", ignore_nulls=True)).to_series()
        lies = jurisdictions.told_places(said)
    both = pl.DataFrame({"stays": stays[MEANINGS], "lies": lies[MEANINGS], "stay": stays[NAMES], "lie": lies[NAMES]})
    named = pl.col("stays").list.len() > 0
    return rows.with_columns(
        both.select(
            jurisdictions.areas(pl.when(named).then("stays").otherwise("lies")).alias(_AREAS),
            pl.when(named).then(pl.col("stays").list.set_union("lies")).otherwise(_NO_LIST).alias(_PLACES),
            pl.concat_list("stay", "lie").list.unique(maintain_order=True).alias(NAMES),
        )
    )


def _with_scopes(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Adds the regulations that are stated, missing and without data; each distinct row is worked out once."""
    if _SCOPE in batch.typed.columns:
        rows = rows.with_columns(batch.typed.get_column(_SCOPE).fill_null([]).alias(_TEXT))
    else:
        rows = rows.with_columns(_NO_LIST.alias(_TEXT))
    by = [_TEXT, KINDS, _AREAS]
    rows = rows.with_columns(
        pl.concat_str((pl.col(name).list.join("\x1f") for name in by), separator="\x1e").alias(_KEY)
    )
    distinct = rows.select(_KEY, *by).unique(_KEY, maintain_order=True).with_row_index("place")
    distinct = distinct.join(_told_scopes(distinct), on="place", how="left", maintain_order="left").with_columns(
        pl.col(_STATED, _UNKNOWN).fill_null(_NO_LIST)
    )
    judged = distinct.select(
        _KEY,
        _STATED,
        _UNKNOWN,
        jurisdictions.missing(jurisdictions.implied(pl.col(KINDS), pl.col(_AREAS)), pl.col(_STATED)).alias(_MISSING),
        jurisdictions.unfounded(pl.col(_STATED), pl.col(KINDS)).alias(_UNFOUNDED),
    )
    return rows.drop(_TEXT).join(judged, on=_KEY, how="left", maintain_order="left").drop(_KEY)


def _told_scopes(distinct: pl.DataFrame) -> pl.DataFrame:
    elements = distinct.select("place", _TEXT).explode(_TEXT).drop_nulls(_TEXT)
    told = elements.with_columns(jurisdictions.told_regulations(elements.get_column(_TEXT)).alias(_STATED))
    return told.group_by("place", maintain_order=True).agg(
        pl.col(_STATED).explode().drop_nulls().unique(maintain_order=True),
        pl.col(_TEXT).filter(pl.col(_STATED).list.len() == 0).alias(_UNKNOWN),
    )


def _scopes(rows: pl.DataFrame, batch: Batch) -> Iterator[pl.DataFrame]:
    if _SCOPE not in batch.typed.columns:
        return
    lacking = rows.filter(pl.col(_MISSING).list.len() > 0)
    words = {"scope": pl.col(_MISSING).list.join(", "), "kind": pl.col(IMPLIED_BY)}
    yield places(lacking, "scope_missing", _SCOPE, params=words)
    silent = rows.filter(
        jurisdictions.is_personal(pl.col(KINDS))
        & (pl.col(_STATED).list.len() == 0)
        & (pl.col(_UNKNOWN).list.len() == 0)
        & (pl.col(_AREAS).list.len() == 0)
        & (pl.col(_MISSING).list.len() == 0)
    )
    yield places(silent, "no_scope", _SCOPE, params={"kind": pl.col(IMPLIED_BY)})
    unfounded = rows.filter((pl.col(_UNFOUNDED).list.len() > 0) & (pl.col(KINDS).list.len() > 0))
    yield places(unfounded, "scope_without_data", _SCOPE, params={"scope": pl.col(_UNFOUNDED).list.join(", ")})
    unknown = rows.filter(pl.col(_UNKNOWN).list.len() > 0)
    yield places(unknown, "unknown_scope", _SCOPE, excerpt=masked(pl.col(_UNKNOWN).list.join("; ")))


def _retention(rows: pl.DataFrame, batch: Batch) -> Iterator[pl.DataFrame]:
    if _RETENTION not in batch.typed.columns:
        return
    rows = rows.with_columns(batch.typed.get_column(_RETENTION).alias(_TEXT))
    yield places(rows.filter(pl.col(_TEXT).is_null() & pl.col(_REGULATED)), "retention_missing", _RETENTION)
    endless = rows.filter((pl.col(_DAYS) < 0) & jurisdictions.is_personal(pl.col(KINDS)))
    yield places(endless, "retention_without_end", _RETENTION, params={"kind": pl.col(IMPLIED_BY)})
    unclear = rows.filter(pl.col(_TEXT).is_not_null() & pl.col(_DAYS).is_null())
    yield places(unclear, "retention_unclear", _RETENTION, excerpt=masked(pl.col(_TEXT)))


def _borders(rows: pl.DataFrame, batch: Batch) -> Iterator[pl.DataFrame]:
    if _RESIDENCY not in batch.typed.columns:
        return
    apart = rows.filter(jurisdictions.without_common_area(rows.get_column(_PLACES)))
    yield places(apart, "cross_border", _RESIDENCY, params={"places": pl.col(NAMES).list.join(", ")})
    stated = rows.with_columns(batch.typed.get_column(_RESIDENCY).alias(_TEXT))
    unknown = stated.filter(pl.col(_TEXT).is_not_null() & (pl.col(_PLACES).list.len() == 0))
    yield places(unknown, "unknown_place", _RESIDENCY, excerpt=masked(pl.col(_TEXT)))


def _gathered(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """For the whole table: periods by store and kind of data, and one row of counts for each regulation.

    `scope` and `rows` are null in the rows of periods, the other columns in those of counts.
    """
    counts = (
        rows.select(pl.col(_MISSING).alias("scope"))
        .explode("scope")
        .drop_nulls()
        .group_by("scope", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        if _SCOPE not in batch.typed.columns
        else pl.DataFrame(schema={"scope": pl.String, "rows": pl.Int64})
    )
    regulated = pl.DataFrame({"scope": [""], "rows": [int(rows.get_column(_REGULATED).sum())]})
    return pl.concat([counts, regulated, *_periods(rows, batch)], how="diagonal").select(
        pl.col("scope"),
        pl.col("rows"),
        *(
            pl.lit(None, dtype=dtype).alias(name) if not _has_periods(batch) else pl.col(name)
            for name, dtype in (
                (_KEY, pl.UInt64()),
                (_DAYS, pl.Float64()),
                (ROW_NUMBER, pl.Int32()),
                (LINE, pl.Int32()),
            )
        ),
    )


def _stores(batch: Batch) -> list[str]:
    return [name for name in ("asset_name", "hostname", "data_object") if name in batch.typed.columns]


def _has_periods(batch: Batch) -> bool:
    return _RETENTION in batch.typed.columns and bool(_stores(batch))


def _periods(rows: pl.DataFrame, batch: Batch) -> list[pl.DataFrame]:
    if not _has_periods(batch):
        return []
    names = _stores(batch)
    rows = rows.with_columns(batch.typed.select(names))
    key = pl.struct(
        *(pl.col(name).str.to_lowercase() for name in names), pl.col(KINDS).list.sort().list.join(";")
    ).hash()
    named = pl.any_horizontal(pl.col(name).is_not_null() for name in names)
    rows = rows.filter(pl.col(_DAYS).is_not_null() & named)
    return [rows.select(key.alias(_KEY), _DAYS, ROW_NUMBER, LINE)]


def _check_table(view: TableView, knowledge: Knowledge) -> Outcome:
    del knowledge
    gathered, fields = view.gathered, view.table.fields
    counts = gathered.filter(pl.col("scope").is_not_null()).group_by("scope").agg(pl.col("rows").sum()).sort("scope")
    counts = counts.filter(pl.col("rows") > 0)
    found = [_contradictory(gathered.filter(pl.col(_KEY).is_not_null()))]
    for scope, rows in counts.iter_rows():
        if scope and _SCOPE not in fields:
            found.append(findings_frame([{"code": "no_scope_column", "params": params_json(scope=scope, rows=rows)}]))
        if not scope and _RETENTION not in fields:
            found.append(findings_frame([{"code": "no_retention_column", "params": params_json(rows=rows)}]))
    return Outcome(found)


def _contradictory(periods: pl.DataFrame) -> pl.DataFrame:
    both = periods.with_columns(
        pl.col(_DAYS).min().over(_KEY).alias("shortest"), pl.col(_DAYS).max().over(_KEY).alias("longest")
    )
    both = both.filter(retention.differs(pl.col("shortest"), pl.col("longest"))).sort(ROW_NUMBER)
    other = pl.when(pl.col(_DAYS) == pl.col("shortest")).then("longest").otherwise("shortest")
    words = {"days": retention.spoken(pl.col(_DAYS)), "other": retention.spoken(other)}
    return places(both, "retention_contradictory", _RETENTION, params=words)


AGENT = Agent(
    id="compliance_validation",
    title="Compliance validation",
    description="Regulations against kinds of data and places; how long data is kept; data across borders.",
    codes=_CODES,
    needs=(_SCOPE, _RETENTION, _RESIDENCY, "data_category"),
    check_batch=_check_batch,
    check_table=_check_table,
)
