"""Why is this value here, and why are these records one asset: down to the cell, the key, and who decided what.

Every value leads to file, table, row, column and the cell's own text, with what lost and why, and to the people who
pinned it; every asset to the keys and decisions that join its records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.fields import FIELDS
from muster.db.repos import custom_fields as custom_fields_repo
from muster.db.repos import evidence as evidence_repo
from muster.db.repos.evidence import FedColumn, RowPlace, SourceRow
from muster.domain.decisions import Edit, Join
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.pipeline.enrich.claims import ORDINAL_MASK, split_ordinal
from muster.pipeline.enrich.explain import Explanation, Pin, Standing, Statement, explain
from muster.pipeline.enrich.fold import ASSET_FIELDS
from muster.pipeline.enrich.joints import joints
from muster.pipeline.enrich.keys import KeyKind
from muster.pipeline.mapping.remembered import is_custom
from muster.services.inventory.key_values import key_values
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.own_claims import active_index, own_claims
from muster.services.inventory.redirect import asset_of_id
from muster.services.inventory.surroundings import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.custom_fields import CustomField
    from muster.domain.decisions import Decision
    from muster.domain.tenant import RequestContext, Tenant
    from muster.services.context import Services
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.own_claims import OwnClaims


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
class EditEvidence:
    """Somebody's edit of a field: `pinned` when it holds, `replaced` when a later edit of the field does."""

    standing: Standing
    value: Any
    clears: bool
    decision_id: UUID
    author: UUID | None
    decided_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class FieldWhy:
    """One field of an asset: its value, the rule that chose it, and every word on it, the believed one first.

    `edits` stand above all `evidence`; `sources_say` is the value that there would be without them.
    """

    field: str
    value: Any
    unit: str | None
    rule: str
    sources_say: Any
    edits: tuple[EditEvidence, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record that speaks of an asset: one claim. `replaced`: a newer snapshot of its feed took the record over."""

    claim_id: UUID
    record: str | None
    replaced: bool
    data_import_id: UUID
    filename: str
    table: str
    row_number: int
    line: int | None
    source_system: str | None
    feed: str | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class JoinedBy:
    """What joins some of an asset's records: a key that all of `claim_ids` carry, or somebody's decision.

    `kind` is that of the key, such as `serial` or `host`, or `decision`; `value` the key as its records have it.
    """

    kind: str
    value: str | None
    claim_ids: tuple[UUID, ...]
    decision_id: UUID | None = None
    author: UUID | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """An asset (by today's id), its explained fields, and why its records are one.

    `missing_from` are feeds whose newest snapshot lists the asset no longer. `records` and `joined_by` are left out
    when one field was asked for.
    """

    asset_id: UUID
    fields: tuple[FieldWhy, ...]
    missing_from: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    joined_by: tuple[JoinedBy, ...] = ()


async def why(services: Services, context: RequestContext, asset_id: UUID, field: str | None = None) -> Why:
    """Explain one field of an asset, or all that are filled and why its records are one.

    Raises NotFoundError for an unknown asset, InvalidRequestError for a name that is no field of assets and no custom
    field of the engagement.
    """
    if field is not None and field not in ASSET_FIELDS and not is_custom(field):
        raise InvalidRequestError(f"{field} is no field of an asset; see `muster catalog fields`.", field=field)
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services) as ledger,
    ):
        custom = await _custom_fields(db, context.tenant, field)
        today, asset = await asset_of_id(ledger, asset_id)
        if asset is None:
            raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
        fields = (*ASSET_FIELDS, *custom) if field is None else (field,)
        own = await own_claims(ledger, asset.claim_ids, fields)
        held = [decision for decision in ledger.roster.decisions if decision.undone_at is None]
        edits = await _edits(ledger, own, held)
        told = explain(own.typed, own.replaced, ledger.roster.order, fields, edits)
        joined_by = await _joined_by(ledger, own, held) if field is None else []
        places = {claim: _place(ledger, claim) for claim in own.claims}
        rows = await evidence_repo.source_rows(db, context.tenant, list(places.values()))
        columns = await evidence_repo.fed_columns(
            db, context.tenant, sorted({place.data_import_id for place in places.values()}), fields
        )
    by_place = {row.place: row for row in rows}
    sources = {claim: by_place[place] for claim, place in places.items() if place in by_place}
    units = {name: own_field.unit for name, own_field in custom.items()}
    explained = tuple(_field_why(item, units, sources, columns) for item in told)
    records = _records(ledger, own, sources) if field is None else ()
    return Why(today, explained, tuple(asset.missing_from), records, tuple(joined_by))


async def _custom_fields(db: AsyncSession, tenant: Tenant, field: str | None) -> Mapping[str, CustomField]:
    """The engagement's own fields, as far as they are asked for. Raises InvalidRequestError for one that it has not."""
    if field is not None and not is_custom(field):
        return {}
    custom = await custom_fields_repo.used_custom_fields(db, tenant)
    if field is not None and field not in custom:
        raise InvalidRequestError(
            f"This engagement has no field {field}; `muster fields list` names those of its own.", field=field
        )
    return custom


async def _edits(ledger: Ledger, own: OwnClaims, held: Sequence[Decision]) -> list[Decision]:
    """The decisions among `held` that are edits and hold on the asset, oldest first."""
    rulings = ledger.roster.rulings
    anchors = rulings.partners(own.records)
    if anchors.is_empty():
        return []
    edits = sorted(
        (decision for decision in held if isinstance(decision.body, Edit)),
        key=lambda decision: (decision.created_at, decision.id),
    )
    pinned = rulings.pinned(await active_index(ledger).carried(anchors))
    return [edits[number] for number in pinned.filter(pl.col("claim").is_in(own.claims))["edit"].sort()]


async def _joined_by(ledger: Ledger, own: OwnClaims, held: Sequence[Decision]) -> list[JoinedBy]:
    """What joins the claims of the asset."""
    if len(own.claims) == 1:
        return []
    found = own.records.filter(pl.len().over("hash", "check") > 1)
    if len(own.claims) - len(own.replaced) > 1:
        active = [item.import_id for item in ledger.roster.active()]
        around = await surroundings(ledger, pl.Series("claim", own.claims, dtype=pl.Int64), active, held)
        claims = pl.Series("claim", own.claims, dtype=pl.Int64)
        found = joints(around.keys, ledger.roster.snapshots, ledger.roster.rulings, claims)
    values = key_values(own.typed, ledger.roster, found)
    by_key = found.sort("claim").group_by("kind", "hash", "check").agg("claim").sort("kind", "claim", "hash")
    keys = [
        JoinedBy(KeyKind(kind).name.lower(), values.get((key, check)), _birth_ids(ledger, claims))
        for kind, key, check, claims in by_key.select("kind", "hash", "check", "claim").iter_rows()
    ]
    return [*keys, *_joined_by_people(ledger, own, held)]


def _joined_by_people(ledger: Ledger, own: OwnClaims, held: Sequence[Decision]) -> Iterator[JoinedBy]:
    """The joins that people decided between records of the asset."""
    records: dict[tuple[int, int], list[int]] = {}
    for claim, key, check in own.records.select("claim", "hash", "check").sort("claim").iter_rows():
        records.setdefault((key, check), []).append(claim)
    for decision in held:
        if not isinstance(decision.body, Join):
            continue
        left, right = decision.body.left, decision.body.right
        sides = [records.get((ref.hash, ref.check), []) for ref in (left, right)]
        if all(sides):
            yield JoinedBy(
                kind="decision",
                value=f"{left.label} and {right.label}",
                claim_ids=_birth_ids(ledger, sorted(sides[0] + sides[1])),
                decision_id=decision.id,
                author=decision.author,
                decided_at=decision.created_at,
                reason=decision.reason,
            )


def _birth_ids(ledger: Ledger, claims: Sequence[int]) -> tuple[UUID, ...]:
    return tuple(ledger.roster.index.birth_id(claim) for claim in claims)


def _records(ledger: Ledger, own: OwnClaims, sources: Mapping[int, SourceRow]) -> tuple[Record, ...]:
    return tuple(
        Record(
            claim_id=ledger.roster.index.birth_id(claim),
            record=own.names[claim],
            replaced=claim in own.replaced,
            data_import_id=source.place.data_import_id,
            filename=source.filename,
            table=source.table_name,
            row_number=source.place.row_number,
            line=source.line,
            source_system=source.source_system,
            feed=source.feed,
            observed_at=source.observed_at,
        )
        for claim in own.claims
        if (source := sources.get(claim)) is not None
    )


def _place(ledger: Ledger, claim: int) -> RowPlace:
    _, table_number, row_number = split_ordinal(claim & ORDINAL_MASK)
    return RowPlace(ledger.roster.index.import_of(claim), table_number, row_number)


def _field_why(
    item: Explanation, units: Mapping[str, str | None], sources: Mapping[int, SourceRow], columns: Sequence[FedColumn]
) -> FieldWhy:
    """`units` are those of custom fields."""
    evidence = tuple(
        _evidence(item.field, statement, sources[statement.claim], columns)
        for statement in item.statements
        if statement.claim in sources
    )
    return FieldWhy(
        field=item.field,
        value=item.value,
        unit=FIELDS[item.field].unit if item.field in FIELDS else units[item.field],
        rule=item.rule,
        sources_say=item.otherwise,
        edits=tuple(map(_edit_evidence, item.pins)),
        evidence=evidence,
    )


def _edit_evidence(pin: Pin) -> EditEvidence:
    decision = pin.decision
    return EditEvidence(
        pin.standing, pin.value, pin.clears, decision.id, decision.author, decision.created_at, decision.reason
    )


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
