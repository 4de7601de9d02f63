"""The plan of an import: worked out before it is applied where that was asked for, read, and renewed when stale."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.blobs.keys import claims_folder
from muster.db.repos import claims as claims_repo
from muster.db.repos import flows, import_plans, imports
from muster.db.repos.changes import inventory_version
from muster.domain.errors import ConflictError, NotFoundError
from muster.domain.phases import WaitingFor
from muster.domain.plan import PlanDifference
from muster.kit.ids import uuid7
from muster.pipeline.enrich.plan_files import EntryFilter, as_entries, compare_plans, read_entries
from muster.services.compute_plan import compute_import_plan
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.flows.progress import ProgressTicker
from muster.services.open_staging import read_open_import, require_import
from muster.services.paging import FIRST_PAGE, Page, bad_cursor, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_plans import StoredPlan
    from muster.db.repos.import_values import StoredImport
    from muster.domain.plan import PlanEntry, PlanTotals
    from muster.domain.tenant import RequestContext, Tenant
    from muster.services.compute_plan import ComputedPlan
    from muster.services.context import Services
    from muster.services.flows.steps import Steps
    from muster.services.flows.work import PhaseWork
    from muster.services.paging import PageRequest

ACCEPTED = "accepted_plan"
"""Where `phase_state` names the plan that was accepted: its `key`, and whether rows were `without` it."""

MOST_DIFFERENCES = 100
_PLAN = "plan"
_ASSETS = "assets"


@dataclass(frozen=True, slots=True)
class PlanHead:
    """A plan without its entries.

    `inventory_version` is the version of the inventory that it was computed for, `current_version` that of today.
    `waiting`: it is still to be accepted; `stale`: and the inventory has changed since.
    """

    data_import_id: UUID
    filename: str
    inventory_version: int
    current_version: int
    waiting: bool
    stale: bool
    created_at: datetime
    totals: PlanTotals


@dataclass(frozen=True, slots=True)
class RenewedPlan:
    """A plan computed anew, and what it says otherwise than the one before."""

    head: PlanHead
    difference: PlanDifference


def asks_for_plan(stored: StoredImport) -> bool:
    """Whether somebody wants to look at the plan, and there is one: not when nothing but other tables is written."""
    config = stored.processing_config
    return config.review.shows_plan and (config.enrichment_targets is None or _ASSETS in config.enrichment_targets)


async def settle_plan(work: PhaseWork, visible: Steps) -> bool:
    """Work out the plan of an import that is to be looked at; whether it is still to be accepted.

    The plan is written on the session of the attempt's last transaction. Once it is accepted, that transaction keeps
    everybody else from changing the inventory from here on: what is applied then is what was accepted. When something
    has changed since, and other things are planned now, it waits again.
    """
    found = await read_open_import(work.services, work.context.tenant, work.data_import_id)
    if not asks_for_plan(found.stored):
        return False
    tenant = work.context.tenant
    accepted = await _accepted(work)
    same = False
    if accepted is not None:
        await claims_repo.lock_inventory(work.db, tenant)
        same = await inventory_version(work.db, tenant) == accepted.plan.inventory_version
        if same and not accepted.without:
            return False
    ticker = ProgressTicker(work)
    try:
        async with (
            work.services.blobs.scratch() as folder,
            visible.step(_PLAN, "Work out what the inventory would take over") as step,
        ):

            async def progress(done: int, total: int) -> None:
                ticker.tell(done, 2 * total)  # applying it is the other half

            plan = await compute_import_plan(work.services, tenant, work.data_import_id, folder, progress)
            as_shown = accepted is not None and (same or not await _differs(work, accepted.plan, plan.path))
            step.records = plan.totals.entries
            step.output = {"inventory_version": plan.inventory_version, "accepted": as_shown}
            await _keep(work.db, work.services, tenant, work.data_import_id, plan)
    finally:
        ticker.close()
    return not as_shown


@dataclass(frozen=True, slots=True)
class _Accepted:
    """The plan that somebody has accepted, `without` some of its rows or as a whole."""

    plan: StoredPlan
    without: bool


async def _accepted(work: PhaseWork) -> _Accepted | None:
    """The plan as it is kept, if it is the one that was accepted."""
    async with work.services.database.begin(work.context.tenant) as session:
        state = await flows.read_phase_state(session, work.context.engagement_id, work.flow_id)
        plan = await import_plans.read_plan(session, work.context.tenant, work.data_import_id)
    word = state.get(ACCEPTED)
    if plan is None or word is None or word["key"] != plan.blob_key:
        return None
    return _Accepted(plan, word["without"])


async def _differs(work: PhaseWork, shown: StoredPlan, now: Path) -> bool:
    async with work.services.blobs.local_path(shown.blob_key) as before:
        return (await asyncio.to_thread(compare_plans, before, now, 0)).total > 0


async def _keep(db: AsyncSession, services: Services, tenant: Tenant, data_import_id: UUID, plan: ComputedPlan) -> None:
    """Store a plan in the caller's transaction; its entries first, under a name of their own."""
    # beside the claims, so that it goes when they go
    key = f"{claims_folder(tenant.engagement_id, data_import_id)}/plan/{uuid7()}/entries.parquet"
    await services.blobs.keep(key, plan.path)
    await import_plans.put_plan(db, tenant, data_import_id, plan.inventory_version, plan.totals, key)


async def read_plan(services: Services, context: RequestContext, data_import_id: UUID) -> PlanHead:
    """The plan of an import, without its entries. Raises NotFoundError when it has none."""
    async with services.database.begin(context.tenant) as session:
        return (await _stored(session, context, data_import_id))[0]


async def list_plan(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    where: EntryFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> tuple[PlanHead, Page[PlanEntry]]:
    """The plan with a page of its entries, asset by asset.

    Raises NotFoundError, InvalidRequestError for a cursor of a plan that was computed anew since.
    """
    async with open_plan(services, context, data_import_id) as (head, path):
        plan_name = head.created_at.isoformat()
        last = decode_cursor(page.cursor, str, int)
        if last is not None and last[0] != plan_name:
            raise bad_cursor()
        after = 0 if last is None else int(last[1])
        found = await asyncio.to_thread(read_entries, path, where or EntryFilter(), after, page.limit + 1)
    shown = found.head(page.limit)
    more = found.height > page.limit
    cursor = encode_cursor(plan_name, int(shown["number"][-1])) if more else None
    return head, Page(tuple(as_entries(shown)), cursor)


@asynccontextmanager
async def open_plan(
    services: Services, context: RequestContext, data_import_id: UUID
) -> AsyncIterator[tuple[PlanHead, Path]]:
    """The plan, and a local path to its entries while the context is open. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        head, stored = await _stored(session, context, data_import_id)
    if not await services.blobs.exists(stored.blob_key):
        # it was computed anew in between
        async with services.database.begin(context.tenant) as session:
            head, stored = await _stored(session, context, data_import_id)
    async with services.blobs.local_path(stored.blob_key) as path:
        yield head, path


async def renew_plan(services: Services, context: RequestContext, data_import_id: UUID) -> RenewedPlan:
    """Compute the plan of an import that waits anew, and say what differs from the one that was shown.

    A plan that is not stale stays as it is. Raises NotFoundError, ConflictError when the import does not wait with a
    plan, BusyError while the inventory changes again and again.
    """
    async with services.database.begin(context.tenant) as session:
        stored = await require_waiting(session, context, data_import_id)
        head, shown = await _stored(session, context, stored.id)
    if not head.stale:
        return RenewedPlan(head, PlanDifference())
    async with services.blobs.scratch() as folder:
        plan = await compute_import_plan(services, context.tenant, stored.id, folder)
        async with services.blobs.local_path(shown.blob_key) as before:
            difference = await asyncio.to_thread(compare_plans, before, plan.path, MOST_DIFFERENCES)
        async with services.database.begin(context.tenant) as session:
            await require_waiting(session, context, data_import_id)
            _, replaced = await _stored(session, context, stored.id)
            await _keep(session, services, context.tenant, stored.id, plan)
            head, _ = await _stored(session, context, stored.id)
    await services.blobs.delete_prefix(replaced.blob_key.rpartition("/")[0])
    return RenewedPlan(head, difference)


async def require_waiting(session: AsyncSession, context: RequestContext, data_import_id: UUID) -> StoredImport:
    """The import, kept for this transaction, while it waits with a plan. Raises NotFoundError, ConflictError."""
    stored = await require_import(session, context.engagement_id, data_import_id)
    flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    if flow is not None:
        # a cancel at the same time would end what is being decided here
        await FlowLifecycleManager(session, context).lock(flow.flow_id)
        flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    if flow is None or flow.waiting_for is not WaitingFor.PLAN_REVIEW:
        raise ConflictError(
            "This import does not wait for its plan to be accepted; its status says where it is.",
            data_import_id=str(stored.id),
            status=str(stored.status),
        )
    return stored


async def _stored(session: AsyncSession, context: RequestContext, data_import_id: UUID) -> tuple[PlanHead, StoredPlan]:
    stored = await require_import(session, context.engagement_id, data_import_id)
    plan = await import_plans.read_plan(session, context.tenant, stored.id)
    if plan is None:
        raise NotFoundError(
            "This import has no plan: only one that was started with `review` plan or both is planned before it is "
            "taken over, once its rows are checked.",
            data_import_id=str(stored.id),
        )
    flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    current = await inventory_version(session, context.tenant)
    waiting = flow is not None and flow.waiting_for is WaitingFor.PLAN_REVIEW
    head = PlanHead(
        data_import_id=stored.id,
        filename=stored.filename,
        inventory_version=plan.inventory_version,
        current_version=current,
        waiting=waiting,
        stale=waiting and plan.inventory_version != current,
        created_at=plan.created_at,
        totals=plan.totals,
    )
    return head, plan
