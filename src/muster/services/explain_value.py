"""Why is this value here: down to file, table, row, column and the cell's own text, with what lost and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.fields import FIELDS
from muster.db.repos import evidence as evidence_repo
from muster.db.repos import inventory as inventory_repo
from muster.db.repos.evidence import FedColumn, RowPlace, SourceRow
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.pipeline.enrich.claims import ORDINAL_MASK, split_ordinal
from muster.pipeline.enrich.explain import Explanation, Standing, Statement, explain
from muster.pipeline.enrich.fold import ASSET_FIELDS
from muster.pipeline.enrich.keys import KeyKind
from muster.services.inventory.key_index import KeysInDatabase
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.redirect import current_asset_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim's word on a field and where it stands.

    `original` are the texts of the cells that feed the field; empty when the value is implied by the source
    (`conversion` then says so). `row_number` counts data rows from 1, `line` is the line of the file or sheet.
    """

    standing: Standing
    value: Any
    clears: bool
    data_import_id: UUID
    filename: str
    table: str
    row_number: int
    line: int | None
    columns: tuple[str, ...]
    original: tuple[str | None, ...]
    conversion: str
    source_system: str | None
    feed: str | None
    observed_at: datetime
    observed_at_origin: str


@dataclass(frozen=True, slots=True)
class FieldWhy:
    """One field of an asset: its value, the rule that chose it, and every word on it, the believed one first."""

    field: str
    value: Any
    unit: str | None
    rule: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """An asset (by today's id) and its explained fields."""

    asset_id: UUID
    fields: tuple[FieldWhy, ...]


async def why(services: Services, context: RequestContext, asset_id: UUID, field: str | None = None) -> Why:
    """Explain one field of an asset, or all that are filled.

    Raises NotFoundError for an unknown asset, InvalidRequestError for a name that is no field of assets.
    """
    if field is not None and field not in ASSET_FIELDS:
        raise InvalidRequestError(f"{field} is no field of an asset; see `muster catalog fields`.", field=field)
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services) as ledger,
    ):
        today = await current_asset_id(ledger, asset_id)
        row = None if today is None else await inventory_repo.get_asset(db, context.tenant, today)
        if row is None:
            raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
        numbers = [ledger.roster.index.claim_of(claim) for claim in row["claim_ids"] or [row["id"]]]
        speaking = pl.Series("claim", numbers, dtype=pl.Int64)
        replaced = await _replaced(ledger, speaking)
        claims = pl.concat([speaking, replaced])
        typed = await ledger.files.typed(
            pl.DataFrame({"claim": claims, "asset": pl.repeat(0, len(claims), eager=True)})
        )
        told = explain(typed, replaced.to_list(), ledger.roster.order, ASSET_FIELDS if field is None else (field,))
        places = {claim: _place(ledger, claim) for claim in claims}
        rows = await evidence_repo.source_rows(db, context.tenant, list(places.values()))
        columns = await evidence_repo.fed_columns(
            db, context.tenant, sorted({place.data_import_id for place in places.values()})
        )
    by_place = {row.place: row for row in rows}
    sources = {claim: by_place[place] for claim, place in places.items() if place in by_place}
    return Why(row["id"], tuple(_field_why(item, sources, columns) for item in told))


async def _replaced(ledger: Ledger, speaking: pl.Series) -> pl.Series:
    """The claims of older snapshots whose records `speaking` took over."""
    active = tuple(item.import_id for item in ledger.roster.imports if item.claims_active)
    keys = await ledger.files.keys_of(speaking)
    records = keys.filter(pl.col("kind") == KeyKind.RECORD)
    sharing = (await KeysInDatabase(ledger, active).carried(records))["claim"].unique()
    return sharing.filter(~sharing.is_in(speaking.implode())).sort()


def _place(ledger: Ledger, claim: int) -> RowPlace:
    _, table_number, row_number = split_ordinal(claim & ORDINAL_MASK)
    return RowPlace(ledger.roster.index.import_of(claim), table_number, row_number)


def _field_why(item: Explanation, sources: dict[int, SourceRow], columns: Sequence[FedColumn]) -> FieldWhy:
    evidence = tuple(
        _evidence(item.field, statement, sources[statement.claim], columns)
        for statement in item.statements
        if statement.claim in sources
    )
    return FieldWhy(item.field, item.value, FIELDS[item.field].unit, item.rule, evidence)


def _evidence(field: str, statement: Statement, row: SourceRow, columns: Sequence[FedColumn]) -> Evidence:
    fed = [
        column
        for column in columns
        if column.target_field == field
        and column.data_import_id == row.place.data_import_id
        and column.table_name == row.table_name
    ]
    conversions = [f"{column.transformation}: {column.evidence}" for column in fed if column.transformation]
    return Evidence(
        standing=statement.standing,
        value=statement.value,
        clears=statement.clears,
        data_import_id=row.place.data_import_id,
        filename=row.filename,
        table=row.table_name,
        row_number=row.place.row_number,
        line=row.line,
        columns=tuple(column.source_field for column in fed),
        original=tuple(row.cells[column.position] for column in fed if column.position < len(row.cells)),
        conversion="; ".join(conversions) if fed else "no column feeds this field: its source implies it",
        source_system=row.source_system,
        feed=row.feed,
        observed_at=row.observed_at,
        observed_at_origin=row.observed_at_origin,
    )
