"""Accepts the plan that an import waits with, as a whole or without some of its rows, or rejects it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import flows, import_plans, import_tables, imports
from muster.db.repos.changes import inventory_version
from muster.domain.errors import InvalidRequestError
from muster.domain.phases import Move
from muster.domain.plan import PlanStaleError
from muster.pipeline.enrich.plan_files import rows_of_assets
from muster.services.background import BackgroundExecutionService
from muster.services.flows.lifecycle import FlowLifecycleManager, MoveDetails
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.open_staging import no_such_import
from muster.services.plan_import import ACCEPTED, renew_plan, require_waiting
from muster.services.read_status import document_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_plans import StoredPlan
    from muster.db.repos.import_values import StoredImport
    from muster.domain.flow_document import FlowDocument
    from muster.domain.flow_state import FlowState
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.plan_import import RenewedPlan


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """Rows of one table (1 is the first data row)."""

    table: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """What is left out of a plan that is accepted: rows of the file, or all rows that speak of some assets."""

    rows: tuple[RejectedRows, ...] = ()
    asset_ids: tuple[UUID, ...] = ()


NOTHING_REJECTED = Rejection()


async def accept_plan(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    inventory_version_shown: int,
    rejection: Rejection = NOTHING_REJECTED,
) -> FlowDocument:
    """Let the import go on: what the plan says is applied, without what is rejected.

    `inventory_version_shown` is that of the plan that was looked at. Raises NotFoundError, InvalidRequestError for a
    row or an asset that the plan does not have, ConflictError when the import does not wait with a plan, and
    PlanStaleError when the inventory has changed since: the plan is then computed anew, and the error says what differs
    (facts: `inventory_version` to accept with, `counts`, `difference`).
    """
    async with services.database.begin(context.tenant) as session:
        stored = await require_waiting(session, context, data_import_id)
        plan = await _plan(session, context, stored)
        shown = plan.inventory_version == inventory_version_shown
        if shown and await inventory_version(session, context.tenant) == plan.inventory_version:
            await _leave_out(session, services, context, stored, plan, rejection)
            await _go_on(session, services, context, stored, plan, rejection)
            return await document_of(session, context, stored.id)
    raise _stale(await renew_plan(services, context, data_import_id), known=shown)


async def accept_shown_plan(
    services: Services, context: RequestContext, data_import_id: UUID, rejection: Rejection = NOTHING_REJECTED
) -> FlowDocument:
    """Accept the plan as it is kept, for a caller who has been shown that one. Raises as `accept_plan`."""
    async with services.database.begin(context.tenant) as session:
        stored = await require_waiting(session, context, data_import_id)
        plan = await _plan(session, context, stored)
    return await accept_plan(services, context, data_import_id, plan.inventory_version, rejection)


async def reject_plan(services: Services, context: RequestContext, data_import_id: UUID) -> FlowDocument:
    """End the import for good; the inventory stays as it is.

    Raises NotFoundError, ConflictError when the import does not wait with a plan.
    """
    async with services.database.begin(context.tenant) as session:
        stored = await require_waiting(session, context, data_import_id)
        flow = await _flow(session, context, stored)
        await MasterFlowOrchestrator(session, context, services).cancel_flow(flow.flow_id)
        return await document_of(session, context, stored.id)


async def _plan(session: AsyncSession, context: RequestContext, stored: StoredImport) -> StoredPlan:
    plan = await import_plans.read_plan(session, context.tenant, stored.id)
    if plan is None:
        raise no_such_import(stored.id)
    return plan


async def _flow(session: AsyncSession, context: RequestContext, stored: StoredImport) -> FlowState:
    flow = await flows.find_flow(session, context.engagement_id, stored.id)
    if flow is None:
        raise no_such_import(stored.id)
    return flow


async def _go_on(  # noqa: PLR0913, PLR0917 - what an acceptance is
    session: AsyncSession,
    services: Services,
    context: RequestContext,
    stored: StoredImport,
    plan: StoredPlan,
    rejection: Rejection,
) -> None:
    """Note which plan was accepted, for whoever takes the phase up, and put the job into the transaction."""
    flow = await _flow(session, context, stored)
    word = {"key": plan.blob_key, "without": rejection != NOTHING_REJECTED}
    moved = await FlowLifecycleManager(session, context).move(
        flow.flow_id, Move.RESUME, MoveDetails(phase_state={ACCEPTED: word})
    )
    await BackgroundExecutionService(services).start_background_import_execution(
        session, context, stored.id, moved.flow_id, moved.phase
    )


async def _leave_out(  # noqa: PLR0913, PLR0917 - what an acceptance is
    session: AsyncSession,
    services: Services,
    context: RequestContext,
    stored: StoredImport,
    plan: StoredPlan,
    rejection: Rejection,
) -> None:
    """Note the rows that are no claims of this import."""
    if rejection == NOTHING_REJECTED:
        return
    tables = {
        table.name: table
        for table in await import_tables.read_tables(session, context.engagement_id, stored.id)
        if table.imported
    }
    left_out: dict[int, set[int]] = defaultdict(set)
    for part in rejection.rows:
        table = tables.get(part.table)
        if table is None:
            raise InvalidRequestError(
                f"No table {part.table!r} was imported; there are: {', '.join(tables)}.", field="reject_rows"
            )
        beyond = [row for row in part.rows if not 1 <= row <= table.rows]
        if beyond:
            raise InvalidRequestError(
                f"The table {part.table!r} has no row {beyond[0]}; it has {table.rows:,}.", field="reject_rows"
            )
        left_out[table.number].update(part.rows)
    if rejection.asset_ids:
        wanted = [str(asset_id) for asset_id in rejection.asset_ids]
        async with services.blobs.local_path(plan.blob_key) as path:
            found = await asyncio.to_thread(rows_of_assets, path, wanted)
        for asset_id in wanted:
            if not found.get(asset_id):
                raise InvalidRequestError(
                    f"The plan has nothing from this file about the asset {asset_id}.", field="reject_assets"
                )
            for place in found[asset_id]:
                left_out[tables[place.table].number].add(place.row_number)
    values = {str(number): sorted(rows) for number, rows in sorted(left_out.items())}
    await imports.update_import(session, context.engagement_id, stored.id, {"left_out": values})


def _stale(renewed: RenewedPlan, *, known: bool) -> PlanStaleError:
    """The refusal; `known`: the plan that was looked at was still kept, so that it can be said what differs."""
    head, difference = renewed.head, renewed.difference
    return PlanStaleError(
        f"The inventory has changed since this plan was computed; {difference.total:,} of its entries differ now. Look "
        f"at what differs, then accept it as of inventory version {head.inventory_version}."
        if known
        else f"Another plan was computed since: look at it, then accept it as of version {head.inventory_version}.",
        data_import_id=str(head.data_import_id),
        inventory_version=head.inventory_version,
        counts=head.totals,
        difference=difference if known else None,
    )
