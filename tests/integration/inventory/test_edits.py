"""Editing, merging and splitting assets, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.kit.ids import uuid7
from muster.services.edit_assets import edit_asset, merge_assets, split_asset
from muster.services.explain_value import why
from muster.services.inventory.decide import list_decisions, undo_decision
from muster.services.list_assets import find_asset, get_asset
from muster.services.pin_values import pin_values
from support.claims import asset_ids, stored_inventory
from support.two_sources import CMDB, HYPERVISOR, take_in

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


async def test_a_pinned_value_survives_an_import_that_says_otherwise(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01")
    await edit_asset(services, context, web, {"memory_gb": "32"})
    await take_in(services, context, CMDB)
    assert (await get_asset(services, context, web)).values["memory_gb"] == 32.0


async def test_a_field_that_no_source_has_can_be_pinned_and_unpinned(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01")
    await pin_values(services, context, web, {"location": "Dublin"})
    assert (await get_asset(services, context, web)).values["location"] == "Dublin"
    await pin_values(services, context, web, {}, unpin=["location"])
    assert "location" not in (await get_asset(services, context, web)).values


async def test_what_is_refused_changes_nothing(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01")
    await pin_values(services, context, web, {"memory_gb": 32})
    for values, unpin in (({"cpu_cores": "many"}, ["memory_gb"]), ({"memory_gb": 1}, ["memory_gb"]), ({}, [])):
        with pytest.raises(InvalidRequestError):
            await pin_values(services, context, web, values, unpin=unpin)
    with pytest.raises(NotFoundError, match="None of these fields is pinned"):
        await pin_values(services, context, web, {"cpu_cores": 2}, unpin=["location"])
    left = (await get_asset(services, context, web)).values
    assert (left["memory_gb"], left["cpu_cores"]) == (32.0, 4)
    assert len(await list_decisions(services, context)) == 1


async def test_taking_a_merge_back_gives_the_inventory_of_before(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    merged = await merge_assets(services, context, ids[:2])
    assert len(await asset_ids(services, context)) == len(ids) - 1
    await undo_decision(services, context, merged.decisions[0].id)
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids


async def test_a_split_parts_what_a_key_had_joined(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    count = len(await asset_ids(services, context))
    (second,) = await take_in(services, context, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    told = await why(services, context, web)
    (from_cmdb,) = (record.claim_id for record in told.records if record.data_import_id == second)
    await split_asset(services, context, web, [from_cmdb], "A namesake")
    assert len(await asset_ids(services, context)) == count + 2
    assert (await get_asset(services, context, from_cmdb)).id == from_cmdb


async def test_an_unknown_asset_and_a_decision_that_is_gone_are_refused(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01")
    with pytest.raises(NotFoundError):
        await edit_asset(services, context, uuid7(), {"memory_gb": 32})
    decided = await edit_asset(services, context, web, {"memory_gb": 32})
    await undo_decision(services, context, decided.decisions[0].id)
    with pytest.raises(NotFoundError, match="no such decision"):
        await undo_decision(services, context, decided.decisions[0].id)
