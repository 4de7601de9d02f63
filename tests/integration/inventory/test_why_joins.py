"""Why an asset's records are one, and why a value stands above the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.enrich.explain import Standing
from muster.services.edit_assets import edit_asset, merge_assets
from muster.services.explain_value import why
from muster.services.list_assets import find_asset, get_asset
from support.claims import asset_ids
from support.reference_words import Import, Row
from support.two_sources import CMDB, HYPERVISOR, take_in

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

NEWER = Import("rvtools", "rvtools:dc1", 3, "cc" * 32, (Row("vm-1", values={"asset_name": "web01", "cpu_cores": 8}),))


async def test_the_key_that_joins_two_records_is_told_with_its_value(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    told = await why(services, context, await find_asset(services, context, "web01.corp.example"))
    assert [(record.filename, record.row_number, record.record) for record in told.records] == [
        ("aaaa.csv", 1, "vm-1"),
        ("bbbb.csv", 1, "sys-1"),
    ]
    (joint,) = told.joined_by
    assert (joint.kind, joint.value) == ("fqdn", "web01.corp.example")
    assert joint.claim_ids == tuple(record.claim_id for record in told.records)


async def test_a_lone_record_needs_nothing_to_join_it(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    told = await why(services, context, await find_asset(services, context, "db01"))
    assert (len(told.records), told.joined_by) == (1, ())


async def test_an_older_snapshot_is_joined_by_its_record(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR, NEWER)
    told = await why(services, context, await find_asset(services, context, "web01"))
    assert [(record.filename, record.replaced) for record in told.records] == [("aaaa.csv", True), ("cccc.csv", False)]
    assert [(joint.kind, joint.value) for joint in told.joined_by] == [("record", "rvtools:dc1: vm-1")]


async def test_the_decision_that_joins_two_records_is_told_with_who_and_why(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR)
    ids = await asset_ids(services, context)
    decided = await merge_assets(services, context, ids, "One cluster")
    (joint,) = (await why(services, context, ids[0])).joined_by
    assert (joint.kind, joint.decision_id, joint.reason) == ("decision", decided.decisions[0].id, "One cluster")
    assert (joint.author, set(joint.claim_ids)) == (context.user_id, set(ids))


async def test_an_edit_stands_above_the_sources_and_says_what_they_would_give(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    first = await edit_asset(services, context, web, {"memory_gb": 24})
    second = await edit_asset(services, context, web, {"memory_gb": 32}, "Upgraded in May")
    (memory,) = (await why(services, context, web, "memory_gb")).fields
    assert (memory.value, memory.sources_say) == (32.0, 16.0)
    assert [(edit.standing, edit.value, edit.decision_id) for edit in memory.edits] == [
        (Standing.PINNED, 32.0, second.decisions[0].id),
        (Standing.REPLACED, 24.0, first.decisions[0].id),
    ]
    assert (memory.edits[0].author, memory.edits[0].reason) == (context.user_id, "Upgraded in May")
    assert [(item.standing, item.value) for item in memory.evidence] == [
        (Standing.OVERRULED, 16.0),
        (Standing.LOST, 8.0),
    ]


async def test_why_agrees_with_an_edited_asset_in_every_field(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    await edit_asset(services, context, web, {"asset_name": None, "memory_gb": 32, "business_owner": "Wholesale"})
    values = (await get_asset(services, context, web)).values
    told = {item.field: item.value for item in (await why(services, context, web)).fields}
    assert {name: values.get(name) for name in told} == told
    assert told["asset_name"] == "web01.corp.example"


async def test_an_edit_of_another_asset_is_not_told(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    await edit_asset(services, context, await find_asset(services, context, "db01"), {"memory_gb": 32})
    (memory,) = (await why(services, context, await find_asset(services, context, "web01"), "memory_gb")).fields
    assert (memory.value, memory.edits) == (16.0, ())


async def test_what_the_newest_snapshot_lists_no_longer_is_told(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR, NEWER)
    told = await why(services, context, await find_asset(services, context, "db01"))
    assert told.missing_from == ("rvtools:dc1",)
