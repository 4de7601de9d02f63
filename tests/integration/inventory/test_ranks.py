"""Whom to believe is the engagement's to say: planned, changed in the background, and set back again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from muster.catalog.model import FieldGroup
from muster.catalog.registry import sources
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.queue.jobs import JobRun
from muster.services.change_ranks import (
    RankChangeState,
    RefoldHandler,
    RefoldJob,
    read_rank_change,
    start_rank_change,
)
from muster.services.list_assets import find_asset
from muster.services.rebuild_inventory import verify_inventory
from muster.services.set_ranks import plan_ranks, read_rank_table
from support.claims import asset_ids, enrich, place_import, stored_inventory
from support.flows import rows
from support.imports import work
from support.reference import Import, Row

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HYPERVISOR = Import(
    "rvtools",
    "rvtools:dc1",
    1,
    "aa" * 32,
    (Row("vm-1", values={"asset_name": "web01", "fqdn": "web01.corp.example", "memory_gb": 16.0}),),
)
CMDB = Import(
    "servicenow",
    "servicenow:servers",
    2,
    "bb" * 32,
    (
        Row("sys-1", values={"asset_name": "WEB01", "fqdn": "web01.corp.example", "memory_gb": 8.0}),
        Row("sys-9", values={"asset_name": "mail01", "fqdn": "mail01.corp.example", "memory_gb": 4.0}),
    ),
)
CMDB_FIRST = {"servicenow": {"capacity": 99}}


async def both_in(services: Services, context: RequestContext) -> None:
    for item in (HYPERVISOR, CMDB):
        await enrich(services, context, await place_import(services, context, item))


async def changed(services: Services, context: RequestContext, ranks: dict[str, dict[str, int]]) -> UUID:
    change = await start_rank_change(services, context, ranks)
    assert change.state is RankChangeState.WAITING
    await work(services)
    return change.change_id


async def memory(services: Services, context: RequestContext) -> dict[str, float]:
    return {asset["asset_name"]: asset["memory_gb"] for asset in await stored_inventory(services, context)}


async def test_the_table_is_the_catalogs_with_the_engagements_own_marked(
    services: Services, context: RequestContext
) -> None:
    await changed(services, context, CMDB_FIRST)
    known = await read_rank_table(services, context)
    (own,) = [rank for rank in known.ranks if rank.own]
    assert (own.source, own.group, own.rank, own.usual) == ("servicenow", "capacity", 99, 20)
    assert known.own == CMDB_FIRST
    assert len(known.ranks) == len(sources()) * len(FieldGroup)


async def test_a_plan_says_what_would_change_and_writes_nothing(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    before = await stored_inventory(services, context)
    plan = await plan_ranks(services, context, CMDB_FIRST)
    assert (plan.counts.updated, plan.counts.unchanged) == (1, 1)
    (effect,) = plan.first
    assert (effect.asset_name, effect.field, effect.before, effect.after) == ("WEB01", "memory_gb", 16.0, 8.0)
    assert effect.asset_id == await find_asset(services, context, "WEB01")
    assert await stored_inventory(services, context) == before
    assert (await read_rank_table(services, context)).own == {}


async def test_a_change_does_what_was_planned_and_the_earlier_ranks_take_it_back(
    services: Services, context: RequestContext
) -> None:
    await both_in(services, context)
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    change_id = await changed(services, context, CMDB_FIRST)
    done = await read_rank_change(services, context, change_id)
    assert (done.state, done.assets_updated, done.assets_unchanged) == (RankChangeState.DONE, 1, 1)
    assert await memory(services, context) == {"WEB01": 8.0, "mail01": 4.0}
    assert (await verify_inventory(services, context)).is_right
    await changed(services, context, {})
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids
    changes = await rows(services, context, "SELECT kind, ranks FROM inventory_changes ORDER BY version")
    assert changes[-2:] == [{"kind": "ranks", "ranks": CMDB_FIRST}, {"kind": "ranks", "ranks": {}}]


async def test_a_later_import_is_folded_by_the_ranks_of_the_engagement(
    services: Services, context: RequestContext
) -> None:
    await changed(services, context, CMDB_FIRST)
    await both_in(services, context)
    assert await memory(services, context) == {"WEB01": 8.0, "mail01": 4.0}


async def test_a_job_that_runs_twice_changes_the_inventory_once(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    job = JobRun(RefoldJob(context, uuid4(), CMDB_FIRST).to_args())
    for _ in range(2):
        await RefoldHandler(services).run(job)
    changes = await rows(services, context, "SELECT kind FROM inventory_changes WHERE kind = 'ranks'")
    assert len(changes) == 1


async def test_a_change_that_waits_is_named_by_the_table(services: Services, context: RequestContext) -> None:
    change = await start_rank_change(services, context, CMDB_FIRST)
    assert (await read_rank_table(services, context)).changing == str(change.change_id)
    assert (await read_rank_change(services, context, change.change_id)).state is RankChangeState.WAITING
    await work(services)
    assert (await read_rank_table(services, context)).changing is None


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [
        ({"servicenaw": {"capacity": 1}}, r"no source 'servicenaw'; there are: .*rvtools"),
        ({"servicenow": {"colour": 1}}, r"no group of fields 'colour'; there are: capacity, dependency"),
        ({"servicenow": {"capacity": -1}}, r"a whole number from 0 to 1,000"),
        ({"servicenow": {"capacity": 1_001}}, r"rank of servicenow on capacity"),
    ],
)
async def test_a_rank_that_can_not_be_is_refused_with_what_can(
    services: Services, context: RequestContext, ranks: dict[str, dict[str, int]], sentence: str
) -> None:
    with pytest.raises(InvalidRequestError, match=sentence):
        await start_rank_change(services, context, ranks)


async def test_another_tenant_sees_neither_ranks_nor_change(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    change_id = await changed(services, context, CMDB_FIRST)
    assert (await read_rank_table(services, other_context)).own == {}
    with pytest.raises(NotFoundError):
        await read_rank_change(services, other_context, change_id)
