"""The history of an asset, and the asset as of a time: computed from what was in force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from muster.db.repos.changes import ChangeKind
from muster.domain.errors import NotFoundError
from muster.kit.ids import uuid7
from muster.services.asset_at import asset_at
from muster.services.asset_history import asset_history
from muster.services.edit_assets import edit_asset, merge_assets, split_asset, unpin_fields
from muster.services.list_assets import find_asset, get_asset
from support.acts import bring_back, take_back
from support.reference_words import Import, Row
from support.two_sources import CMDB, HYPERVISOR, take_in

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.asset_history import HistoryEntry
    from muster.services.context import Services

NEWER = Import("rvtools", "rvtools:dc1", 3, "cc" * 32, (Row("vm-2", values={"asset_name": "db01", "memory_gb": 64.0}),))


async def entries(services: Services, context: RequestContext, asset_id: UUID) -> list[HistoryEntry]:
    """The history, the oldest change first."""
    return list(reversed((await asset_history(services, context, asset_id)).entries))


def fields(entry: HistoryEntry) -> dict[str, tuple[object, object]]:
    return {item.field: (item.before, item.after) for item in entry.fields}


async def test_each_import_that_altered_the_asset_is_an_entry_with_before_and_after(
    services: Services, context: RequestContext
) -> None:
    first, second = await take_in(services, context, HYPERVISOR, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    came, merged = await entries(services, context, web)
    assert (came.kind, came.data_import_id, came.filename, came.before_id) == (
        ChangeKind.IMPORT,
        first,
        "aaaa.csv",
        None,
    )
    assert fields(came)["memory_gb"] == (None, 16.0)
    assert [(record.data_import_id, record.row_number) for record in came.joined] == [(first, 1)]
    assert (merged.data_import_id, merged.changed_by, merged.asset_id) == (second, context.user_id, web)
    assert fields(merged)["asset_name"] == ("web01", "WEB01")
    assert "memory_gb" not in fields(merged)
    assert [(record.data_import_id, record.row_number) for record in merged.joined] == [(second, 1)]


async def test_an_import_that_says_nothing_of_the_asset_is_no_entry(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    database = await find_asset(services, context, "db01.corp.example")
    assert [entry.filename for entry in await entries(services, context, database)] == ["aaaa.csv"]


async def test_undo_and_redo_of_an_import_show_what_left_and_came_back(
    services: Services, context: RequestContext
) -> None:
    _, second = await take_in(services, context, HYPERVISOR, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    await take_back(services, context, second)
    await bring_back(services, context, second)
    _, merged, undone, redone = await entries(services, context, web)
    assert (undone.kind, redone.kind) == (ChangeKind.UNDO, ChangeKind.REDO)
    assert fields(undone)["business_owner"] == ("Retail", None)
    assert [record.claim_id for record in undone.left] == [record.claim_id for record in merged.joined]
    assert redone.fields == merged.fields
    assert redone.joined == merged.joined


async def test_an_asset_that_is_gone_still_has_its_history(services: Services, context: RequestContext) -> None:
    (only,) = await take_in(services, context, HYPERVISOR)
    database = await find_asset(services, context, "db01.corp.example")
    await take_back(services, context, only)
    came, went = await entries(services, context, database)
    assert (came.asset_id, went.asset_id, went.before_id) == (database, None, database)


async def test_a_newer_snapshot_that_lists_the_asset_no_longer_is_an_entry(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR, NEWER)
    web = await find_asset(services, context, "web01.corp.example")
    _, missing = await entries(services, context, web)
    assert fields(missing) == {"missing_from": (None, ["rvtools:dc1"])}


async def test_edits_and_their_end_are_entries_with_reason(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01.corp.example")
    await edit_asset(services, context, web, {"memory_gb": 32}, "Upgraded in May")
    await unpin_fields(services, context, web, ["memory_gb"])
    _, pinned, unpinned = await entries(services, context, web)
    assert (pinned.kind, pinned.decision_kind, pinned.reason) == (ChangeKind.DECIDE, "edit", "Upgraded in May")
    assert fields(pinned) == {"memory_gb": (16.0, 32.0), "pinned": (None, ["memory_gb"])}
    assert (unpinned.kind, fields(unpinned)["memory_gb"]) == (ChangeKind.UNDECIDE, (32.0, 16.0))


async def test_merge_and_split_show_records_that_joined_and_left(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01.corp.example")
    database = await find_asset(services, context, "db01.corp.example")
    await merge_assets(services, context, [web, database])
    await split_asset(services, context, web, [database])
    _, merged, split = await entries(services, context, web)
    assert [record.claim_id for record in merged.joined] == [database]
    assert [record.claim_id for record in split.left] == [database]
    assert [entry.asset_id for entry in await entries(services, context, database)][-1] == database


async def test_history_refuses_an_id_that_no_record_has(services: Services, context: RequestContext) -> None:
    (first,) = await take_in(services, context, HYPERVISOR)
    beyond = UUID(bytes=first.bytes[:11] + (99).to_bytes(5, "big"))
    for unknown in (uuid7(), beyond):
        with pytest.raises(NotFoundError, match="no such asset"):
            await asset_history(services, context, unknown)


async def test_an_asset_as_of_a_time_has_the_values_and_the_id_of_then(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, CMDB)
    then_id = await find_asset(services, context, "web01.corp.example")
    then = datetime.now(UTC)
    await take_in(services, context, HYPERVISOR)
    await edit_asset(services, context, then_id, {"business_owner": "Wholesale"})
    at = await asset_at(services, context, then_id, then)
    now = await get_asset(services, context, then_id)
    assert (at.id, at.values["memory_gb"], at.values["business_owner"]) == (then_id, 8.0, "Retail")
    assert (now.values["memory_gb"], now.values["business_owner"]) == (16.0, "Wholesale")


async def test_as_of_now_is_the_asset_as_it_stands(services: Services, context: RequestContext) -> None:
    await take_in(services, context, HYPERVISOR, CMDB)
    web = await find_asset(services, context, "web01.corp.example")
    await edit_asset(services, context, web, {"location": "Dublin"})
    at, now = await asset_at(services, context, web, datetime.now(UTC)), await get_asset(services, context, web)
    housekeeping = {"created_at", "updated_at"}
    assert at.values == {name: value for name, value in now.values.items() if name not in housekeeping}
    assert (at.id, at.discovery_source, at.conflicts) == (now.id, now.discovery_source, now.conflicts)


async def test_before_its_first_import_the_asset_was_not_there(services: Services, context: RequestContext) -> None:
    before = datetime.now(UTC)
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01.corp.example")
    with pytest.raises(NotFoundError, match="not in the inventory at"):
        await asset_at(services, context, web, before)


async def test_while_its_import_was_undone_the_asset_was_not_there(services: Services, context: RequestContext) -> None:
    (only,) = await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01.corp.example")
    there = datetime.now(UTC)
    await take_back(services, context, only)
    gone = datetime.now(UTC)
    assert (await asset_at(services, context, web, there)).values["asset_name"] == "web01"
    with pytest.raises(NotFoundError, match="not in the inventory at"):
        await asset_at(services, context, web, gone)


async def test_another_tenant_sees_no_history(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await take_in(services, context, HYPERVISOR)
    web = await find_asset(services, context, "web01.corp.example")
    with pytest.raises(NotFoundError):
        await asset_history(services, other_context, web)
