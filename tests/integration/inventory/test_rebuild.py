"""The stored inventory can be held against its claims at any time: what somebody altered behind it is found, healed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from muster.db.repos.changes import fold_versions
from muster.domain.decisions import Edit
from muster.pipeline.enrich.fold import FOLD_VERSION
from muster.services.inventory.decide import open_desk
from muster.services.list_assets import find_asset, get_asset
from muster.services.rebuild_inventory import Difference, rebuild_inventory, verify_inventory
from muster.services.undo_import import undo_import
from support.claims import asset_ids, assets_as_values, enrich, place_import, record_ref, stored_inventory
from support.flows import one, rows
from support.reference import Import, Row, inventory
from support.uploads import HEADER, imported

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HYPERVISOR = Import(
    "rvtools",
    "rvtools:dc1",
    1,
    "aa" * 32,
    (
        Row("vm-1", values={"asset_name": "web01", "fqdn": "web01.corp.example", "memory_gb": 16.0, "cpu_cores": 4}),
        Row("vm-2", values={"asset_name": "db01", "fqdn": "db01.corp.example", "memory_gb": 64.0}),
    ),
)
CMDB = Import(
    "servicenow",
    "servicenow:servers",
    2,
    "bb" * 32,
    (
        Row("sys-1", values={"asset_name": "WEB01", "fqdn": "web01.corp.example", "memory_gb": 8.0}),
        Row("sys-9", values={"asset_name": "mail01", "fqdn": "mail01.corp.example"}),
    ),
)


async def both_in(services: Services, context: RequestContext) -> None:
    for item in (HYPERVISOR, CMDB):
        await enrich(services, context, await place_import(services, context, item))


async def tamper(services: Services, context: RequestContext, statement: str, **values: object) -> None:
    async with services.database.begin(context.tenant) as db:
        await db.execute(text(statement), values)


async def state(services: Services, context: RequestContext) -> list[dict[str, object]]:
    """Assets, where claims lead, keys and the version of the inventory: all that a rebuild may write."""
    parts = [
        await rows(services, context, "SELECT * FROM assets ORDER BY id"),
        await rows(services, context, "SELECT * FROM claim_asset_blocks ORDER BY data_import_id, block_number"),
        await rows(services, context, "SELECT * FROM claim_key_blocks ORDER BY data_import_id, block_number"),
        await rows(services, context, "SELECT inventory_version FROM engagements"),
    ]
    return [row for part in parts for row in part]


async def test_an_inventory_that_nobody_touched_is_right(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    report = await verify_inventory(services, context)
    assert report.is_right
    assert (report.assets, report.first) == (3, ())
    assert await stored_inventory(services, context) == assets_as_values(inventory([HYPERVISOR, CMDB]))


async def test_an_empty_inventory_is_right(services: Services, context: RequestContext) -> None:
    assert (await verify_inventory(services, context)).is_right


async def test_edits_hold_in_a_rebuild_as_in_the_inventory(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    async with open_desk(services, context) as desk:
        await desk.decide([Edit((record_ref(("rvtools:dc1", "vm-1")),), "cpu_cores", 12)], None)
    assert (await verify_inventory(services, context)).is_right


async def test_an_edit_of_a_field_that_no_import_speaks_of_is_part_of_the_fold(
    services: Services, context: RequestContext
) -> None:
    await both_in(services, context)
    web = await find_asset(services, context, "WEB01")
    async with open_desk(services, context) as desk:
        await desk.decide([Edit((record_ref(("rvtools:dc1", "vm-1")),), "location", "Hall 2")], None)
    assert (await get_asset(services, context, web)).values["location"] == "Hall 2"
    assert (await verify_inventory(services, context)).is_right


async def test_a_value_that_was_altered_is_found_and_healed(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    web = await find_asset(services, context, "WEB01")
    await tamper(
        services, context, "UPDATE migration.assets SET memory_gb = 999, location = 'x' WHERE id = :id", id=web
    )
    tampered = await state(services, context)
    found = await verify_inventory(services, context)
    assert (found.is_right, found.differing, found.missing, found.surplus) == (False, 1, 0, 0)
    (entry,) = found.first
    assert (entry.asset_id, entry.asset_name, entry.difference) == (web, "WEB01", Difference.DIFFERS)
    assert set(entry.fields) == {"memory_gb", "location"}
    assert await state(services, context) == tampered
    assert (await rebuild_inventory(services, context)).written
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids
    change = await one(services, context, "SELECT kind, summary FROM inventory_changes ORDER BY version DESC LIMIT 1")
    assert (change["kind"], change["summary"]["differing"]) == ("rebuild", 1)


async def test_an_asset_that_is_gone_is_made_again(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    mail = await find_asset(services, context, "mail01")
    await tamper(services, context, "DELETE FROM migration.assets WHERE id = :id", id=mail)
    found = await verify_inventory(services, context)
    assert [(entry.asset_id, entry.difference) for entry in found.first] == [(mail, Difference.MISSING)]
    await rebuild_inventory(services, context)
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids


@pytest.mark.parametrize("of_an_import", [True, False])
async def test_an_asset_that_no_record_speaks_of_is_removed(
    services: Services, context: RequestContext, *, of_an_import: bool
) -> None:
    await both_in(services, context)
    before = await stored_inventory(services, context)
    web = await find_asset(services, context, "WEB01")
    stranger = UUID(int=web.int + 77) if of_an_import else uuid4()
    columns = "engagement_id, client_account_id, id, asset_name"
    await tamper(
        services,
        context,
        f"INSERT INTO migration.assets ({columns}) SELECT engagement_id, client_account_id, :new, 'ghost'"
        " FROM migration.assets WHERE id = :id",
        id=web,
        new=stranger,
    )
    found = await verify_inventory(services, context)
    assert [(entry.asset_id, entry.asset_name, entry.difference) for entry in found.first] == [
        (stranger, "ghost", Difference.SURPLUS)
    ]
    await rebuild_inventory(services, context)
    assert await stored_inventory(services, context) == before


async def test_an_asset_under_another_of_its_ids_gets_its_own_back(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    ids = await asset_ids(services, context)
    web = await one(services, context, "SELECT id, claim_ids FROM assets WHERE asset_name = 'WEB01'")
    other = next(claim for claim in web["claim_ids"] if claim != web["id"])
    await tamper(services, context, "UPDATE migration.assets SET id = :new WHERE id = :id", id=web["id"], new=other)
    await rebuild_inventory(services, context)
    assert await asset_ids(services, context) == ids
    assert (await verify_inventory(services, context)).is_right


async def test_claims_that_lead_elsewhere_are_led_back(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    web, database = [await find_asset(services, context, name) for name in ("WEB01", "db01")]
    await tamper(
        services,
        context,
        "UPDATE migration.claim_asset_blocks"
        " SET asset_ids = decode(replace(encode(asset_ids, 'hex'), :old, :new), 'hex')",
        old=database.hex,
        new=web.hex,
    )
    found = await verify_inventory(services, context)
    assert (found.claims_elsewhere, found.differing, found.surplus) == (1, 0, 0)
    await rebuild_inventory(services, context)
    assert (await get_asset(services, context, database)).id == database
    assert (await verify_inventory(services, context)).is_right


async def test_keys_that_were_lost_are_made_again(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    await tamper(services, context, "DELETE FROM migration.claim_key_blocks")
    assert len((await verify_inventory(services, context)).keys_differ) == 2
    await rebuild_inventory(services, context)
    assert (await verify_inventory(services, context)).is_right


async def test_batches_and_large_indexes_change_nothing_of_the_answer(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both_in(services, context)
    monkeypatch.setattr("muster.services.inventory.folding._CLAIMS_AT_ONCE", 1)
    await tamper(services, context, "UPDATE migration.assets SET cpu_cores = 77")
    assert (await verify_inventory(services, context)).differing == 3
    await rebuild_inventory(services, context)
    assert await stored_inventory(services, context) == assets_as_values(inventory([HYPERVISOR, CMDB]))


async def test_what_was_folded_by_older_rules_is_folded_anew_before_the_next_import(
    services: Services, context: RequestContext
) -> None:
    await enrich(services, context, await place_import(services, context, HYPERVISOR))
    # what the older rules would have made of it
    await tamper(services, context, "UPDATE migration.assets SET memory_gb = 1, asset_name = 'old'")
    await tamper(services, context, "DELETE FROM migration.assets WHERE fqdn = 'db01.corp.example'")
    await tamper(services, context, "DELETE FROM migration.claim_key_blocks")
    await tamper(services, context, "UPDATE migration.engagements SET fold_version = :old", old=FOLD_VERSION - 1)
    await enrich(services, context, await place_import(services, context, CMDB))
    assert await stored_inventory(services, context) == assets_as_values(inventory([HYPERVISOR, CMDB]))
    assert (await verify_inventory(services, context)).is_right
    kinds = await rows(services, context, "SELECT kind FROM inventory_changes ORDER BY version")
    assert [row["kind"] for row in kinds] == ["import", "rebuild", "import"]
    async with services.database.begin(context.tenant) as db:
        assert (await fold_versions(db, context.tenant)).fold == FOLD_VERSION


async def test_what_was_folded_by_older_rules_is_folded_anew_before_an_undo(
    services: Services, context: RequestContext
) -> None:
    await imported(services, context, HEADER + b"\nweb01,10.0.0.1,Ubuntu,4,16,SN-0001,production,a\n", "one")
    before = await stored_inventory(services, context)
    other = await imported(services, context, HEADER + b"\nweb01,10.0.0.1,Ubuntu,8,16,SN-0001,test,b\n", "two")
    await tamper(services, context, "UPDATE migration.assets SET cpu_cores = 1, environment = 'development'")
    await tamper(services, context, "UPDATE migration.engagements SET policy_version = 0")
    await undo_import(services, context, other)
    assert await stored_inventory(services, context) == before
