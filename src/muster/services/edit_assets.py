"""Edits of the inventory: values pinned and unpinned, assets merged and split; each is a decision that can go again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.fields import FIELDS
from muster.db.repos import decisions as decisions_repo
from muster.db.repos import inventory as inventory_repo
from muster.domain.conversion import CLEAR_WORD
from muster.domain.decisions import Edit, Join, KeyRef, Split
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import LINE, ROW_NUMBER, TableInfo, cell_column
from muster.pipeline.enrich.fold import ASSET_FIELDS
from muster.pipeline.enrich.keys import KeyKind
from muster.pipeline.mapping.convert import convert
from muster.pipeline.mapping.remembered import is_custom
from muster.services.inventory.decide import open_desk
from muster.services.inventory.redirect import current_asset_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from muster.domain.decisions import Decision, DecisionBody
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.decide import Decided
    from muster.services.inventory.ledger import Ledger

_LIST_SEPARATOR = "; "
_FEWEST = 2


async def edit_asset(
    services: Services, context: RequestContext, asset_id: UUID, values: Mapping[str, Any], reason: str | None = None
) -> Decided:
    """Pin values to fields of an asset, whatever the sources say; None empties a field.

    Raises NotFoundError, InvalidRequestError for a field that is none or a value that is not of its type, BusyError.
    """
    typed = {name: canonical(name, value) for name, value in values.items()}
    async with open_desk(services, context) as desk:
        claims = await _claims_of(desk.ledger, asset_id)
        anchors = tuple(await _records(desk.ledger, claims))
        if not anchors:
            raise InvalidRequestError("No source names a record of this asset, so that an edit has nothing to hold to.")
        edits = [Edit(anchors, name, value, clears=value is None) for name, value in typed.items()]
        return await desk.decide(edits, reason)


async def unpin_fields(services: Services, context: RequestContext, asset_id: UUID, fields: Sequence[str]) -> Decided:
    """Let the sources speak again on fields of an asset: the edits that hold on them are taken back.

    Raises NotFoundError when there is no such asset or none of the fields is pinned, BusyError.
    """
    async with open_desk(services, context) as desk:
        claims = await _claims_of(desk.ledger, asset_id)
        records = {(ref.hash, ref.check) for ref in await _records(desk.ledger, claims)}
        held = [
            decision
            for decision in await decisions_repo.read_decisions(desk.ledger.db, context.tenant)
            if decision.undone_at is None
            and isinstance(decision.body, Edit)
            and decision.body.field in fields
            and any((anchor.hash, anchor.check) in records for anchor in decision.body.anchors)
        ]
        if not held:
            raise NotFoundError("None of these fields is pinned here.", asset_id=str(asset_id), fields=list(fields))
        return await desk.decide((), None, held)


async def merge_assets(
    services: Services, context: RequestContext, asset_ids: Sequence[UUID], reason: str | None = None
) -> Decided:
    """Say that several assets are one: their records are joined for good, until the decision is taken back.

    Raises NotFoundError, InvalidRequestError for fewer than two assets, BusyError.
    """
    if len(set(asset_ids)) < _FEWEST:
        raise InvalidRequestError("Name at least two different assets to merge.", field="asset_ids")
    async with open_desk(services, context) as desk:
        firsts = [(await _records(desk.ledger, await _claims_of(desk.ledger, item)))[:1] for item in asset_ids]
        if not all(firsts):
            raise InvalidRequestError("One of the assets has no record that a source names: it can not be joined.")
        joins: list[DecisionBody] = [Join(firsts[0][0], other[0]) for other in firsts[1:] if other != firsts[0]]
        if not joins:
            raise InvalidRequestError("These are one asset already.", field="asset_ids")
        return await desk.decide(joins, reason)


async def split_asset(
    services: Services, context: RequestContext, asset_id: UUID, claim_ids: Sequence[UUID], reason: str | None = None
) -> Decided:
    """Say that some claims of an asset (by their ids) speak of another thing than the rest.

    The keys that tie them to the rest identify their records no longer, joins across the cut are taken back, and the
    claims that go stay together. Raises NotFoundError, InvalidRequestError when the claims are none or all of the
    asset's, or are of one source record with some of the rest; BusyError.
    """
    async with open_desk(services, context) as desk:
        ledger = desk.ledger
        claims = await _claims_of(ledger, asset_id)
        wanted = {ledger.roster.index.claim_of(item) for item in claim_ids}
        going, staying = claims.filter(claims.is_in(list(wanted))), claims.filter(~claims.is_in(list(wanted)))
        if going.is_empty() or staying.is_empty():
            raise InvalidRequestError("Name some, but not all, of the asset's claims.", field="claim_ids")
        going_keys, staying_keys = await ledger.files.keys_of(going), await ledger.files.keys_of(staying)
        records = await _records(ledger, going)
        shared = going_keys.join(staying_keys, on=["hash", "check"], how="semi")
        if (shared["kind"] == KeyKind.RECORD).any():
            raise InvalidRequestError("Some of these claims are one source record with others.", field="claim_ids")
        pairs = tuple(
            (record, KeyRef(kind, key, check, KeyKind(kind).name.lower()))
            for record in records
            for kind, key, check in shared.select("kind", "hash", "check").unique().sort("kind", "hash").iter_rows()
        )
        bodies: list[DecisionBody] = [Split(pairs)] if pairs else []
        bodies += [Join(records[0], other) for other in records[1:]]
        decisions = await decisions_repo.read_decisions(ledger.db, context.tenant)
        across = [item for item in decisions if _crosses(item, records, await _records(ledger, staying))]
        return await desk.decide(bodies, reason, across)


def canonical(name: str, value: Any) -> Any:  # noqa: ANN401 - a value of the JSON kind that the field takes
    """The canonical value of a field as JSON holds it, from what somebody typed; None stays None.

    Raises InvalidRequestError that says what the field takes.
    """
    if is_custom(name):
        raise InvalidRequestError(
            f"{name} is a field of the engagement's own; no value can be pinned to those: import a file that says it.",
            field=name,
        )
    if name not in ASSET_FIELDS:
        raise InvalidRequestError(f"{name} is no field of an asset; see `muster catalog fields`.", field=name)
    text = _LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list | tuple) else value
    if text is None or str(text).strip().lower() in {"", CLEAR_WORD}:
        return None
    table = TableInfo(0, "edit", (name,), None, 1, "")
    column = ColumnMapping("edit", 0, name, name, 1.0, MatchMethod.USER, "edited by hand")
    frame = pl.DataFrame(
        {ROW_NUMBER: [1], LINE: [1], cell_column(0): [str(text)]},
        schema={ROW_NUMBER: pl.Int32, LINE: pl.Int32, cell_column(0): pl.String},
    )
    converted = convert(frame, table, [column])
    if converted.failures.height:
        hint = FIELDS[name].hint or f"a {FIELDS[name].type}"
        raise InvalidRequestError(f"{name} takes {hint}.", field=name)
    typed = converted.typed[name].to_list()[0]
    return typed.isoformat() if hasattr(typed, "isoformat") else typed


async def _claims_of(ledger: Ledger, asset_id: UUID) -> pl.Series:
    """The claims of an asset, by today's id or an earlier one, as claim numbers. Raises NotFoundError."""
    today = await current_asset_id(ledger, asset_id)
    row = None if today is None else await inventory_repo.get_asset(ledger.db, ledger.tenant, today)
    if row is None:
        raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
    numbers = [ledger.roster.index.claim_of(item) for item in row["claim_ids"] or [row["id"]]]
    return pl.Series("claim", numbers, dtype=pl.Int64)


async def _records(ledger: Ledger, claims: pl.Series) -> list[KeyRef]:
    """The source records of claims, each once, in the order of the claims."""
    keys = (await ledger.files.keys_of(claims)).filter(pl.col("kind") == KeyKind.RECORD)
    records = keys.sort("claim").unique(["hash", "check"], keep="first", maintain_order=True)
    names = await ledger.files.record_names(records["claim"])
    return [
        KeyRef(int(KeyKind.RECORD), key, check, names[claim])
        for claim, key, check in records.select("claim", "hash", "check").iter_rows()
    ]


def _crosses(decision: Decision, going: Sequence[KeyRef], staying: Sequence[KeyRef]) -> bool:
    """Whether a join that holds ties what goes to what stays."""
    if decision.undone_at is not None or not isinstance(decision.body, Join):
        return False
    ends = {(ref.hash, ref.check) for ref in (decision.body.left, decision.body.right)}
    return all(ends & {(ref.hash, ref.check) for ref in side} for side in (going, staying))
