"""A purge leaves nothing of a file but its tombstone: no row, no blob, no quote; the inventory is as after an undo."""

from __future__ import annotations

import shutil
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.blobs.keys import uploads_folder
from muster.domain.decisions import Edit, KeyRef
from muster.domain.errors import ConflictError, IllegalMoveError, NotFoundError
from muster.domain.phases import FlowStatus
from muster.pipeline.enrich.keys import KeyKind
from muster.services.asset_history import asset_history
from muster.services.export_rejects import RejectsFormat, export_rejects
from muster.services.inventory.decide import open_desk
from muster.services.list_assets import find_asset, get_asset
from muster.services.list_findings import count_findings, list_findings
from muster.services.list_imports import read_import
from muster.services.list_records import list_records
from muster.services.purge_import import leftovers, purge_import
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow
from muster.services.undo_import import redo_import, undo_import
from support.claims import asset_ids, stored_inventory
from support.flows import one, rows
from support.imports import upload, work
from support.uploads import HEADER, imported

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


def ours(word: str = "hidden") -> bytes:
    """Two good rows and one that is held back; `word` stands in cells, in a header and in the row held back."""
    return (
        HEADER
        + (
            f",{word}header\n"
            f"web01,10.0.0.1,Ubuntu 22.04,4,16,SN-0001,production,see {word}1,a\n"
            f"{word}2,10.0.0.2,{word}3,4,16,{word}4,production,note,b\n"
            f",999.1.2.3,Ubuntu 22.04,{word}5,16,,test,{word}6,c\n"
        ).encode()
    )


OTHERS = HEADER + b"\nweb01,10.0.0.1,Ubuntu 22.04,8,16,SN-0001,production,other\n"


def places_that_say(owner_url: str, word: str) -> list[str]:
    """Every column of text, JSON or bytes in the catalog that holds `word` somewhere."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        columns = connection.execute(
            "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema IN ('migration', 'work') AND table_type = 'BASE TABLE'"
            " AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea')"
            " OR (data_type = 'ARRAY' AND udt_name IN ('_text', '_varchar', '_jsonb')))"
        ).fetchall()
        assert len(columns) > 60
        assert {"jsonb", "bytea", "text", "ARRAY"} <= {kind for *_, kind in columns}
        found = []
        for schema, table, column, kind in columns:
            text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            query = f"SELECT count(*) FROM {schema}.{table} WHERE position(%s in lower({text})) > 0"
            if connection.execute(query, (word,)).fetchone() != (0,):
                found.append(f"{table}.{column}")
    return found


def blobs_of(services: Services) -> list[Path]:
    return [path for path in Path(services.blobs.url).rglob("*") if path.is_file()]


async def test_nothing_of_the_file_is_left_in_any_table_or_blob(
    services: Services, context: RequestContext, owner_url: str
) -> None:
    secret = f"qz{token_hex(8)}"
    import_id = await imported(services, context, ours(secret), "ours")
    before = places_that_say(owner_url, secret)
    assert {"import_row_blocks.rows", "import_tables.columns", "assets.asset_name"} <= set(before)
    assert blobs_of(services)
    await purge_import(services, context, import_id)
    assert places_that_say(owner_url, secret) == []
    assert blobs_of(services) == []


async def test_the_inventory_is_as_if_the_import_had_been_taken_back(
    services: Services, context: RequestContext
) -> None:
    await imported(services, context, OTHERS, "others")
    before = await stored_inventory(services, context)
    import_id = await imported(services, context, ours(), "ours")
    report = await purge_import(services, context, import_id)
    assert await stored_inventory(services, context) == before
    assert (report.assets_removed, report.rows_removed, report.status) == (1, 3, "undone")
    assert report.files_removed > 2
    changes = await rows(services, context, "SELECT kind, data_import_id FROM inventory_changes ORDER BY version")
    assert changes[-1] == {"kind": "purge", "data_import_id": import_id}


async def test_the_tombstone_keeps_name_counts_hash_and_time(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    before = await read_import(services, context, import_id)
    report = await purge_import(services, context, import_id)
    detail = await read_import(services, context, import_id)
    assert detail.purged_at == report.purged_at
    assert (detail.sha256, detail.summary.filename, detail.tables) == (before.sha256, "ours.csv", ())
    assert detail.summary.total_records == before.summary.total_records == 3
    assert detail.validation_results == before.validation_results


async def test_what_is_asked_of_a_purged_import_is_answered(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    await purge_import(services, context, import_id)
    assert (await read_status(services, context, import_id)).status is FlowStatus.UNDONE
    assert (await list_records(services, context, import_id)).items == ()
    assert (await list_findings(services, context, import_id)).items == ()
    assert await count_findings(services, context, import_id) == ()
    with pytest.raises(ConflictError, match="purged"):
        await export_rejects(services, context, import_id, RejectsFormat.CSV)


async def test_a_purged_import_can_not_be_brought_in_again(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    await purge_import(services, context, import_id)
    with pytest.raises(ConflictError, match="was purged"):
        await redo_import(services, context, import_id)


async def test_an_undone_import_is_purged_without_another_change_of_the_inventory(
    services: Services, context: RequestContext
) -> None:
    import_id = await imported(services, context, ours(), "ours")
    await undo_import(services, context, import_id)
    versions = await rows(services, context, "SELECT max(version) AS latest FROM inventory_changes")
    report = await purge_import(services, context, import_id)
    assert (report.assets_removed, report.rows_removed) == (0, 3)
    assert await rows(services, context, "SELECT max(version) AS latest FROM inventory_changes") == versions


async def test_ids_from_a_purged_import_lead_on_to_the_asset(services: Services, context: RequestContext) -> None:
    first = await imported(services, context, ours(), "ours")
    await imported(services, context, OTHERS, "others")
    web = await find_asset(services, context, "web01")
    await purge_import(services, context, first)
    after = await get_asset(services, context, web)
    assert after.id != web
    assert (after.values["asset_name"], after.values["cpu_cores"]) == ("web01", 8)


async def test_the_same_file_can_be_imported_after_its_purge(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    before, ids = await stored_inventory(services, context), await asset_ids(services, context)
    await purge_import(services, context, import_id)
    await imported(services, context, ours(), "ours")
    assert await stored_inventory(services, context) == before
    assert not set(ids) & set(await asset_ids(services, context))


async def test_a_second_purge_finishes_what_a_killed_one_left(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await imported(services, context, ours(), "ours")

    async def killed(*_: object) -> int:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr("muster.services.purge_import._delete_files", killed)
        with pytest.raises(ConnectionResetError):
            await purge_import(services, context, import_id)
    assert await leftovers(services, context.tenant) == [(import_id, "ours.csv")]
    moment = (await read_import(services, context, import_id)).purged_at
    report = await purge_import(services, context, import_id)
    assert (report.purged_at, report.rows_removed) == (moment, 0)
    assert report.files_removed > 2
    assert await leftovers(services, context.tenant) == []
    assert blobs_of(services) == []


async def test_files_that_are_gone_already_are_no_obstacle(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    shutil.rmtree(Path(services.blobs.url) / uploads_folder(context.engagement_id, import_id))
    await purge_import(services, context, import_id)
    assert blobs_of(services) == []


async def test_the_report_names_the_edits_that_sleep(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, ours(), "ours")
    query = "SELECT id FROM assets WHERE asset_name = 'web01'"
    asset = await one(services, context, query)
    anchor = await record_of(services, context, asset["id"])
    async with open_desk(services, context) as desk:
        await desk.decide([Edit((anchor,), "environment", "test")], "we know better")
    report = await purge_import(services, context, import_id)
    assert [edit.subject for edit in report.edits_asleep] == [f"environment of {anchor.label}"]


async def record_of(services: Services, context: RequestContext, asset_id: UUID) -> KeyRef:
    """The record key of an asset that one claim makes."""
    import polars as pl  # noqa: PLC0415 - one test needs it

    from muster.services.inventory.ledger import read_ledger  # noqa: PLC0415 - as above

    async with services.database.begin(context.tenant) as db, read_ledger(db, context.tenant, services) as ledger:
        claims = pl.Series("claim", [ledger.roster.index.claim_of(asset_id)], dtype=pl.Int64)
        keys = (await ledger.files.keys_of(claims)).filter(pl.col("kind") == KeyKind.RECORD)
    return KeyRef(KeyKind.RECORD, keys["hash"][0], keys["check"][0], "web01 in ours")


async def test_an_import_that_is_still_worked_on_is_not_purged(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, ours())
    with pytest.raises(IllegalMoveError, match="cancel it first"):
        await purge_import(services, context, document.data_import_id)
    await steer_flow(services, context, document.data_import_id, Steering.CANCEL)
    report = await purge_import(services, context, document.data_import_id)
    assert report.status == "cancelled"


async def test_a_failed_import_that_was_purged_is_not_tried_again(
    services: Services, context: RequestContext, owner_url: str
) -> None:
    secret = f"qz{token_hex(8)}"
    document = await upload(
        services,
        context,
        HEADER + f"\n,999.1.2.3,Ubuntu,{secret},16,,test,x\n".encode(),
        processing_config={"review": "never"},
    )
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.FAILED
    await purge_import(services, context, document.data_import_id)
    assert places_that_say(owner_url, secret) == []
    with pytest.raises(ConflictError, match="was purged"):
        await steer_flow(services, context, document.data_import_id, Steering.RETRY)


async def test_another_tenant_can_not_purge_it(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    import_id = await imported(services, context, ours(), "ours")
    with pytest.raises(NotFoundError):
        await purge_import(services, other_context, import_id)
    assert len(await stored_inventory(services, context)) == 2


async def test_history_of_an_asset_goes_on_without_what_was_purged(services: Services, context: RequestContext) -> None:
    first = await imported(services, context, ours(), "ours")
    await imported(services, context, OTHERS, "others")
    named_by_first = await find_asset(services, context, "web01")
    await purge_import(services, context, first)
    today = (await get_asset(services, context, named_by_first)).id
    for asset_id in (today, named_by_first):
        told = await asset_history(services, context, asset_id)
        assert told.asset_id == today
        assert first not in {record.data_import_id for entry in told.entries for record in entry.joined}
