"""What people rely on: sources merge, an import can be taken back, and every value can say why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.pipeline.enrich.explain import Standing
from muster.services.explain_value import why
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.ledger import open_ledger
from muster.services.list_assets import find_asset, get_asset, list_assets
from muster.services.paging import PageRequest
from support.claims import asset_ids, enrich, place_import, stored_inventory
from support.reference import Import, Row

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HYPERVISOR = Import(
    source="rvtools",
    feed="rvtools:dc1",
    day=1,
    sha256="aa" * 32,
    rows=(
        Row("vm-1", values={"asset_name": "web01", "fqdn": "web01.corp.example", "memory_gb": 16.0, "cpu_cores": 4}),
        Row("vm-2", values={"asset_name": "db01", "fqdn": "db01.corp.example", "memory_gb": 64.0}),
    ),
)
CMDB = Import(
    source="servicenow",
    feed="servicenow:servers",
    day=2,
    sha256="bb" * 32,
    rows=(
        Row(
            "sys-1",
            values={"asset_name": "WEB01", "fqdn": "web01.corp.example", "memory_gb": 8.0, "business_owner": "Retail"},
        ),
        Row("sys-9", values={"asset_name": "mail01", "fqdn": "mail01.corp.example"}),
    ),
)


async def change(services: Services, context: RequestContext, import_id: UUID, *, leave: bool) -> object:
    """Let an import's claims leave or come back."""

    async def untold(_done: int, _total: int) -> None:
        """Nobody watches."""

    how = withdraw_claims if leave else restore_claims
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, **{"leaving" if leave else "joining": import_id}) as ledger,
    ):
        return await how(ledger, import_id, untold)


async def both_in(services: Services, context: RequestContext) -> tuple[UUID, UUID]:
    """Take both sources in."""
    first, second = await place_import(services, context, HYPERVISOR), await place_import(services, context, CMDB)
    await enrich(services, context, first)
    await enrich(services, context, second)
    return first, second


async def test_two_sources_about_one_server_become_one_asset(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    found = {asset["fqdn"]: asset for asset in await stored_inventory(services, context)}
    assert sorted(found) == ["db01.corp.example", "mail01.corp.example", "web01.corp.example"]
    web = found["web01.corp.example"]
    assert (web["memory_gb"], web["business_owner"], web["asset_name"]) == (16.0, "Retail", "WEB01")


async def test_enrichment_counts_what_the_database_took(services: Services, context: RequestContext) -> None:
    first, second = await place_import(services, context, HYPERVISOR), await place_import(services, context, CMDB)
    one = await enrich(services, context, first)
    two = await enrich(services, context, second)
    assert (one.assets_created, one.assets_updated) == (2, 0)
    assert (two.assets_created, two.assets_updated) == (1, 1)
    assert two.enrichment_details["assets_with_conflicts"] == 1


async def test_an_asset_that_takes_an_older_id_is_updated_and_not_created_again(
    services: Services, context: RequestContext
) -> None:
    older, newer = await place_import(services, context, HYPERVISOR), await place_import(services, context, CMDB)
    await enrich(services, context, newer)
    web = await find_asset(services, context, "web01.corp.example")
    two = await enrich(services, context, older)
    assert (two.assets_created, two.assets_updated, two.enrichment_details["assets_merged_away"]) == (1, 1, 0)
    assert (await get_asset(services, context, web)).id != web


async def test_the_same_snapshot_again_changes_nothing_and_keeps_the_ids(
    services: Services, context: RequestContext
) -> None:
    await enrich(services, context, await place_import(services, context, HYPERVISOR))
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    again = await enrich(services, context, await place_import(services, context, HYPERVISOR))
    assert (again.assets_created, again.assets_updated) == (0, 0)
    assert again.enrichment_details["assets_unchanged"] == 2
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids


async def test_undo_of_the_first_source_leaves_what_the_second_says(
    services: Services, context: RequestContext
) -> None:
    first, _ = await both_in(services, context)
    web = await find_asset(services, context, "web01.corp.example")
    await change(services, context, first, leave=True)
    left = {asset["fqdn"]: asset for asset in await stored_inventory(services, context)}
    assert sorted(left) == ["mail01.corp.example", "web01.corp.example"]
    assert left["web01.corp.example"]["memory_gb"] == 8.0
    assert (await get_asset(services, context, web)).values["fqdn"] == "web01.corp.example"


async def test_redo_restores_inventory_and_ids(services: Services, context: RequestContext) -> None:
    first, _ = await both_in(services, context)
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    await change(services, context, first, leave=True)
    await change(services, context, first, leave=False)
    assert await stored_inventory(services, context) == before
    assert await asset_ids(services, context) == ids


async def test_an_id_that_led_to_nothing_but_an_undone_import_is_gone(
    services: Services, context: RequestContext
) -> None:
    first, _ = await both_in(services, context)
    database = await find_asset(services, context, "db01.corp.example")
    await change(services, context, first, leave=True)
    with pytest.raises(NotFoundError):
        await get_asset(services, context, database)


async def test_why_names_winner_and_loser_with_file_row_column_and_text(
    services: Services, context: RequestContext
) -> None:
    await both_in(services, context)
    told = await why(services, context, await find_asset(services, context, "WEB01"), "memory_gb")
    (memory,) = told.fields
    assert (memory.value, memory.unit) == (16.0, "GB")
    won, lost = memory.evidence
    assert (won.standing, won.filename, won.table, won.row_number, won.line) == (
        Standing.WON,
        "aaaa.csv",
        "servers",
        1,
        2,
    )
    assert (won.columns, won.original) == (("memory_gb",), ("16.0",))
    assert (lost.standing, lost.value, lost.source_system) == (Standing.LOST, 8.0, "servicenow")


async def test_why_shows_the_snapshot_that_was_replaced(services: Services, context: RequestContext) -> None:
    newer = Import(
        "rvtools", "rvtools:dc1", 3, "cc" * 32, (Row("vm-1", values={"asset_name": "web01", "cpu_cores": 8}),)
    )
    await enrich(services, context, await place_import(services, context, HYPERVISOR))
    await enrich(services, context, await place_import(services, context, newer))
    told = await why(services, context, await find_asset(services, context, "web01"), "cpu_cores")
    assert [(item.standing, item.value) for item in told.fields[0].evidence] == [
        (Standing.WON, 8),
        (Standing.REPLACED, 4),
    ]


async def test_why_agrees_with_the_asset_in_every_field(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    for asset_id in await asset_ids(services, context):
        values = (await get_asset(services, context, asset_id)).values
        told = {item.field: item.value for item in (await why(services, context, asset_id)).fields}
        assert {name: values[name] for name in told} == told


async def test_why_refuses_a_name_that_is_no_field(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    with pytest.raises(InvalidRequestError, match="no field of an asset"):
        await why(services, context, (await asset_ids(services, context))[0], "colour")


async def test_assets_come_in_pages_and_by_filter(services: Services, context: RequestContext) -> None:
    await both_in(services, context)
    first = await list_assets(services, context, page=PageRequest(limit=2))
    rest = await list_assets(services, context, page=PageRequest(first.next_cursor, 2))
    assert [len(first.items), len(rest.items), rest.next_cursor] == [2, 1, None]
    by_owner = await list_assets(services, context, {"business_owner": "Retail"})
    assert [asset.values["asset_name"] for asset in by_owner.items] == ["WEB01"]


async def test_another_tenant_sees_nothing_of_it(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await both_in(services, context)
    asset_id = (await asset_ids(services, context))[0]
    assert (await list_assets(services, other_context)).items == ()
    with pytest.raises(NotFoundError):
        await why(services, other_context, asset_id)
