"""An import that is to be looked at waits with its plan; what is accepted is what is applied, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from muster.db.repos.inventory import FINGERPRINTS
from muster.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from muster.domain.phases import FlowStatus, Phase, WaitingFor
from muster.domain.plan import PlanAction, PlanEntry, PlanStaleError
from muster.pipeline.enrich.plan_files import EntryFilter
from muster.services.confirm_mapping import confirm_mapping
from muster.services.decide_plan import RejectedRows, Rejection, accept_plan, accept_shown_plan, reject_plan
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.list_records import list_records
from muster.services.paging import PageRequest
from muster.services.plan_import import list_plan, read_plan, renew_plan
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow
from muster.services.undo_import import undo_import
from support.flows import one, rows
from support.imports import SERVERS, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

OTHER = (
    b"Server Name,IP Address,Operating System,CPU Cores,Memory (GB),Serial Number,Environment,Owner\n"
    b"web01,10.0.0.1,Ubuntu 22.04,8,16,SN-0001,production,Ann Lee\n"
    b"web02,10.0.0.2,Ubuntu 22.04,4,16,SN-0002,production,Bo Sze\n"
    b"app01,10.0.0.9,Debian 12,2,8,SN-0009,test,Cy Dun\n"
)
"""Of the three of SERVERS one has changed, one is the same, one is gone; another is new."""


async def planned(services: Services, context: RequestContext, content: bytes = OTHER, **more: object) -> FlowDocument:
    config = {"review": "plan", "feed": "site", **more}
    document = await upload(services, context, content, processing_config=config)
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def taken(services: Services, context: RequestContext, content: bytes = SERVERS, feed: str = "site") -> UUID:
    config = {"review": "never", "feed": feed}
    document = await upload(services, context, content, processing_config=config)
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    return document.data_import_id


async def entries(services: Services, context: RequestContext, import_id: UUID, **where: object) -> list[PlanEntry]:
    _, page = await list_plan(services, context, import_id, EntryFilter(**where), PageRequest(limit=500))
    return list(page.items)


async def inventory(services: Services, context: RequestContext) -> list[dict[str, object]]:
    query = "SELECT id, asset_name, cpu_cores, memory_gb, location, missing_from FROM assets ORDER BY asset_name"
    return await rows(services, context, query)


async def test_the_flow_waits_with_its_plan_and_the_inventory_stays_as_it_is(
    services: Services, context: RequestContext
) -> None:
    await taken(services, context)
    before = await inventory(services, context)
    document = await planned(services, context)
    assert (document.status, document.current_phase) == (FlowStatus.PAUSED, Phase.ENRICHMENT)
    assert document.waiting_for is WaitingFor.PLAN_REVIEW
    assert await inventory(services, context) == before
    head = await read_plan(services, context, document.data_import_id)
    assert (head.waiting, head.stale) == (True, False)
    totals = head.totals
    assert (totals.created, totals.updated, totals.unchanged, totals.missing) == (1, 1, 2, 1)


async def test_the_plan_names_assets_fields_values_and_rows(services: Services, context: RequestContext) -> None:
    await taken(services, context)
    document = await planned(services, context)
    (change,) = await entries(services, context, document.data_import_id, action=PlanAction.UPDATE)
    assert (change.asset_name, change.field, change.before, change.after) == ("web01", "cpu_cores", "4", "8")
    assert [(row.table, row.row_number) for row in change.rows] == [("servers", 1)]
    created = await entries(services, context, document.data_import_id, action=PlanAction.CREATE)
    assert {entry.asset_name for entry in created} == {"app01"}
    (gone,) = await entries(services, context, document.data_import_id, field="missing_from")
    assert (gone.asset_name, gone.after) == ("db01", "site")


async def test_what_is_applied_is_what_was_planned(services: Services, context: RequestContext) -> None:
    await taken(services, context)
    document = await planned(services, context)
    head = await read_plan(services, context, document.data_import_id)
    told = await entries(services, context, document.data_import_id)
    before = {str(asset["id"]): asset for asset in await rows(services, context, "SELECT * FROM assets")}
    await accept_plan(services, context, document.data_import_id, head.inventory_version)
    await work(services)
    done = await read_status(services, context, document.data_import_id)
    assert done.status is FlowStatus.COMPLETED
    summary = done.enrichment_summary
    assert summary is not None
    assert (summary.assets_created, summary.assets_updated) == (head.totals.created, head.totals.updated)
    assert summary.enrichment_details["assets_unchanged"] == head.totals.unchanged
    after = {str(asset["id"]): asset for asset in await rows(services, context, "SELECT * FROM assets")}
    assert {asset_id for asset_id in after if asset_id not in before} == {
        entry.asset_id for entry in told if entry.action is PlanAction.CREATE
    }
    assert as_text(after) == applied(as_text(before), told)
    assert not (await read_plan(services, context, document.data_import_id)).waiting


def as_text(assets: dict[str, dict[str, object]]) -> dict[str, dict[str, str]]:
    """Assets with what is filled of their fields, as a plan writes it."""
    own = {"engagement_id", "client_account_id", "id", "created_at", "updated_at", "claim_ids", "discovery_source"}
    own |= {"completeness_score", "quality_score", "confidence_score", "conflicts", "pinned", *FINGERPRINTS}

    def text(value: object) -> str:
        if isinstance(value, list):
            return "; ".join(value)
        return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")

    return {
        asset_id: {name: text(value) for name, value in asset.items() if value is not None and name not in own}
        for asset_id, asset in assets.items()
    }


def applied(assets: dict[str, dict[str, str]], plan: list[PlanEntry]) -> dict[str, dict[str, str]]:
    """What `assets` are once every entry of the plan has been followed to the letter."""
    made = {asset_id: dict(asset) for asset_id, asset in assets.items()}
    for entry in plan:
        if entry.field is None:
            del made[entry.asset_id]
            continue
        asset = made.setdefault(entry.asset_id, {})
        assert asset.get(entry.field) == entry.before
        if entry.after is None:
            del asset[entry.field]
        else:
            asset[entry.field] = entry.after
    return made


async def test_rejecting_ends_the_flow_and_writes_nothing(services: Services, context: RequestContext) -> None:
    await taken(services, context)
    before = await inventory(services, context)
    document = await planned(services, context)
    after = await reject_plan(services, context, document.data_import_id)
    assert after.status is FlowStatus.CANCELLED
    await work(services)
    assert await inventory(services, context) == before
    with pytest.raises(ConflictError, match="does not wait for its plan"):
        await accept_shown_plan(services, context, document.data_import_id)


async def test_rejected_rows_are_no_part_of_the_inventory(services: Services, context: RequestContext) -> None:
    await taken(services, context)
    document = await planned(services, context)
    rejection = Rejection(rows=(RejectedRows("servers", (3,)),))
    await accept_shown_plan(services, context, document.data_import_id, rejection)
    await work(services)
    names = {asset["asset_name"]: asset["cpu_cores"] for asset in await inventory(services, context)}
    assert names == {"web01": 8, "web02": 4, "db01": 8}
    head = await read_plan(services, context, document.data_import_id)
    assert (head.totals.created, head.totals.updated) == (0, 1)


async def test_an_asset_is_rejected_by_its_id(services: Services, context: RequestContext) -> None:
    await taken(services, context)
    document = await planned(services, context)
    (change,) = await entries(services, context, document.data_import_id, action=PlanAction.UPDATE)
    (web,) = [asset["id"] for asset in await inventory(services, context) if asset["asset_name"] == "web01"]
    assert change.asset_id == str(web)
    await accept_shown_plan(services, context, document.data_import_id, Rejection(asset_ids=(web,)))
    await work(services)
    names = {asset["asset_name"]: asset["cpu_cores"] for asset in await inventory(services, context)}
    assert names == {"web01": 4, "web02": 4, "db01": 8, "app01": 2}


@pytest.mark.parametrize(
    ("rejection", "said"),
    [
        (Rejection(rows=(RejectedRows("desktops", (1,)),)), "No table 'desktops'"),
        (Rejection(rows=(RejectedRows("servers", (4,)),)), "has no row 4; it has 3"),
        (Rejection(asset_ids=(uuid4(),)), "nothing from this file about the asset"),
    ],
)
async def test_a_rejection_of_what_is_not_there_is_refused(
    services: Services, context: RequestContext, rejection: Rejection, said: str
) -> None:
    document = await planned(services, context)
    with pytest.raises(InvalidRequestError, match=said):
        await accept_shown_plan(services, context, document.data_import_id, rejection)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.PAUSED


async def test_a_plan_that_others_have_overtaken_is_refused_with_what_differs(
    services: Services, context: RequestContext
) -> None:
    document = await planned(services, context)
    shown = await read_plan(services, context, document.data_import_id)
    await taken(services, context, feed="another")
    assert (await read_plan(services, context, document.data_import_id)).stale
    with pytest.raises(PlanStaleError) as raised:
        await accept_plan(services, context, document.data_import_id, shown.inventory_version)
    facts = raised.value.facts
    assert facts["inventory_version"] == shown.inventory_version + 1
    assert facts["counts"].created == 1
    assert facts["difference"].total > 0
    assert {entry.field for entry in facts["difference"].entries} >= {"asset_name", "cpu_cores"}
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.PAUSED
    await accept_plan(services, context, document.data_import_id, facts["inventory_version"])
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED


async def test_a_plan_renewed_says_what_is_planned_otherwise(services: Services, context: RequestContext) -> None:
    document = await planned(services, context)
    await taken(services, context, feed="another")
    renewed = await renew_plan(services, context, document.data_import_id)
    assert not renewed.head.stale
    (cores,) = [entry for entry in renewed.difference.entries if entry.field == "cpu_cores" and entry.now is not None]
    assert cores.now is not None
    assert cores.shown is not None
    assert (cores.shown.before, cores.shown.after) == (None, "8")
    assert (cores.now.before, cores.now.says, cores.now.conflict) == ("4", "8", True)
    again = await renew_plan(services, context, document.data_import_id)
    assert again.difference.total == 0


async def test_somebody_who_saw_an_older_plan_is_told_to_look_again(
    services: Services, context: RequestContext
) -> None:
    document = await planned(services, context)
    shown = await read_plan(services, context, document.data_import_id)
    await taken(services, context, feed="another")
    await renew_plan(services, context, document.data_import_id)
    with pytest.raises(PlanStaleError, match="Another plan"):
        await accept_plan(services, context, document.data_import_id, shown.inventory_version)


async def test_a_change_between_the_word_and_the_work_makes_it_wait_again(
    services: Services, context: RequestContext
) -> None:
    first = await taken(services, context, feed="another")
    document = await planned(services, context)
    await accept_shown_plan(services, context, document.data_import_id)
    await undo_import(services, context, first)
    await work(services)
    after = await read_status(services, context, document.data_import_id)
    assert after.waiting_for is WaitingFor.PLAN_REVIEW
    assert await inventory(services, context) == []
    head = await read_plan(services, context, document.data_import_id)
    assert (head.totals.created, head.stale) == (3, False)
    await steer_flow(services, context, document.data_import_id, Steering.RESUME)
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.PAUSED


async def test_a_change_that_leaves_the_plan_as_it_was_stops_nothing(
    services: Services, context: RequestContext
) -> None:
    document = await planned(services, context)
    await accept_shown_plan(services, context, document.data_import_id)
    far = OTHER.replace(b"web0", b"far0").replace(b"app0", b"off0").replace(b"10.0.", b"10.9.").replace(b"SN-", b"S9-")
    config = {"review": "never", "feed": "elsewhere"}
    await upload(services, context, far, "far.csv", processing_config=config)
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED


async def test_going_on_without_a_word_plans_anew(services: Services, context: RequestContext) -> None:
    document = await planned(services, context)
    await steer_flow(services, context, document.data_import_id, Steering.RESUME)
    await work(services)
    after = await read_status(services, context, document.data_import_id)
    assert after.waiting_for is WaitingFor.PLAN_REVIEW
    assert await inventory(services, context) == []


async def test_an_import_that_nobody_looks_at_has_no_plan(services: Services, context: RequestContext) -> None:
    import_id = await taken(services, context)
    with pytest.raises(NotFoundError, match="has no plan"):
        await read_plan(services, context, import_id)


async def test_entries_come_in_pages_until_the_plan_is_computed_anew(
    services: Services, context: RequestContext
) -> None:
    document = await planned(services, context)
    everything = await entries(services, context, document.data_import_id)
    _, first = await list_plan(services, context, document.data_import_id, page=PageRequest(limit=5))
    _, second = await list_plan(services, context, document.data_import_id, page=PageRequest(first.next_cursor, 500))
    assert [*first.items, *second.items] == everything
    assert second.next_cursor is None
    await taken(services, context, feed="another")
    await renew_plan(services, context, document.data_import_id)
    with pytest.raises(InvalidRequestError, match="cursor"):
        await list_plan(services, context, document.data_import_id, page=PageRequest(first.next_cursor, 5))


async def test_an_attempt_that_is_lost_leaves_no_plan_and_the_next_one_makes_it(
    services: Services, context: RequestContext
) -> None:
    document = await upload(services, context, processing_config={"review": "plan"})
    for phase in (Phase.UPLOAD, Phase.VALIDATION):
        async with services.database.begin(context.tenant) as db:
            await MasterFlowOrchestrator(db, context, services).execute_phase(document.flow_id, phase)
    with pytest.raises(ZeroDivisionError):
        await _lost(services, context, document)
    assert await rows(services, context, "SELECT 1 FROM import_plans") == []
    await work(services)
    head = await read_plan(services, context, document.data_import_id)
    assert (head.waiting, head.totals.created) == (True, 3)


async def _lost(services: Services, context: RequestContext, document: FlowDocument) -> None:
    """Plan, and lose the transaction in which it would have counted."""
    async with services.database.begin(context.tenant) as db:
        await MasterFlowOrchestrator(db, context, services).execute_phase(document.flow_id, Phase.ENRICHMENT)
        raise ZeroDivisionError


async def test_a_plan_accepted_is_applied_by_whoever_takes_the_work_up(
    services: Services, context: RequestContext
) -> None:
    document = await planned(services, context)
    await accept_shown_plan(services, context, document.data_import_id)
    with pytest.raises(ZeroDivisionError):
        await _lost(services, context, document)
    assert await inventory(services, context) == []
    await work(services)
    assert len(await inventory(services, context)) == 3


async def test_the_steps_show_that_a_plan_was_made(services: Services, context: RequestContext) -> None:
    document = await planned(services, context)
    step = await one(
        services, context, "SELECT status, records_processed FROM import_processing_steps WHERE step_name = 'plan'"
    )
    head = await read_plan(services, context, document.data_import_id)
    assert step == {"status": "completed", "records_processed": head.totals.entries}


async def test_rows_stay_readable_while_it_waits(services: Services, context: RequestContext) -> None:
    document = await planned(services, context)
    assert len((await list_records(services, context, document.data_import_id)).items) == 3


async def test_another_tenant_finds_no_plan(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    document = await planned(services, context)
    for ask in (read_plan, renew_plan, reject_plan, accept_shown_plan):
        with pytest.raises(NotFoundError):
            await ask(services, other_context, document.data_import_id)


async def test_both_shows_the_mapping_first_and_then_the_plan(services: Services, context: RequestContext) -> None:
    document = await planned(services, context, review="both")
    assert document.waiting_for is WaitingFor.MAPPING_REVIEW
    await confirm_mapping(services, context, document.data_import_id)
    await work(services)
    document = await read_status(services, context, document.data_import_id)
    assert document.waiting_for is WaitingFor.PLAN_REVIEW
    assert await inventory(services, context) == []
