"""Claim files may vanish from the blob store: what needs them makes them again from the stored rows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from sqlalchemy import text

from muster.services.explain_value import why
from muster.services.inventory.claim_cache import ClaimsLostError
from muster.services.list_assets import find_asset
from muster.services.undo_import import redo_import, undo_import
from support.claims import asset_ids, stored_inventory
from support.uploads import HEADER, imported

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

FIRST = (
    HEADER + b"\n"
    b'web01,"10.0.0.1; 10.0.0.9",Ubuntu 22.04,4,"16,5",SN-0001,production,"said ""no"", \xc3\xa9"\n'
    b"web02,10.0.0.2,Ubuntu 22.04,4,32,SN-0002,<clear>,\n"
    b",999.1.2.3,Ubuntu 22.04,4,16,,test,held back\n"
    b"db01,10.0.0.3,Windows Server 2019,8,64,SN-0003,production,\n"
)
SECOND = HEADER + b"\nweb01,10.0.0.1,Ubuntu 22.04,8,16,SN-0001,production,other\n"
THIRD = HEADER + b"\nweb02,10.0.0.2,Ubuntu 24.04,4,32,SN-0002,test,\napp01,10.0.0.7,Debian,2,8,SN-0009,test,\n"


def lose_claims(services: Services) -> list[Path]:
    """Delete every claim file behind the program's back; the paths that there were."""
    root = Path(services.blobs.url) / "claims"
    found = sorted(root.rglob("*.parquet"))
    shutil.rmtree(root)
    return found


async def test_a_claim_file_made_again_holds_what_validation_wrote(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, FIRST, "first")
    (path,) = (Path(services.blobs.url) / "claims").rglob("*.parquet")
    before = pl.read_parquet(path)
    assert before.height == 3
    lose_claims(services)
    await why(services, context, await find_asset(services, context, "web01"))
    after = pl.read_parquet(path)
    assert after.schema == before.schema
    assert after.equals(before)
    assert import_id


async def test_import_why_undo_and_redo_work_without_the_cache(services: Services, context: RequestContext) -> None:
    first = await imported(services, context, FIRST, "first")
    await imported(services, context, SECOND, "second")
    lost = lose_claims(services)
    assert len(lost) == 2
    await imported(services, context, THIRD, "third")
    lose_claims(services)
    told = await why(services, context, await find_asset(services, context, "web01"), "cpu_cores")
    assert [item.value for item in told.fields[0].evidence] == [8, 4]
    whole, ids = await stored_inventory(services, context), await asset_ids(services, context)
    lose_claims(services)
    await undo_import(services, context, first)
    assert {asset["asset_name"] for asset in await stored_inventory(services, context)} == {"web01", "web02", "app01"}
    lose_claims(services)
    await redo_import(services, context, first)
    assert await stored_inventory(services, context) == whole
    assert await asset_ids(services, context) == ids


async def test_without_rows_either_the_refusal_names_the_file_and_what_to_do(
    services: Services, context: RequestContext
) -> None:
    first = await imported(services, context, FIRST, "first")
    async with services.database.begin(context.tenant) as db:
        await db.execute(text("DELETE FROM migration.import_row_blocks WHERE data_import_id = :id"), {"id": first})
    lose_claims(services)
    with pytest.raises(ClaimsLostError, match=r"first\.csv brought is lost: .* import its file again"):
        await undo_import(services, context, first)


async def test_a_part_of_the_rows_is_not_taken_for_all_of_them(services: Services, context: RequestContext) -> None:
    first = await imported(services, context, FIRST, "first")
    async with services.database.begin(context.tenant) as db:
        query = "UPDATE migration.import_row_blocks SET valid = valid - 1 WHERE data_import_id = :id"
        await db.execute(text(query), {"id": first})
    lose_claims(services)
    with pytest.raises(ClaimsLostError):
        await undo_import(services, context, first)
