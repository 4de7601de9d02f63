"""Assets written in bulk: inserted, replaced and removed by COPY text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import text

from muster.db.copy_text import copy_text
from muster.db.repos.inventory import (
    count_assets,
    delete_assets,
    get_asset,
    insert_assets,
    row_columns,
    update_assets,
)
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from muster.db.session import Database
    from muster.domain.tenant import Tenant

_FIELDS = ("asset_name", "ip_address", "memory_gb")
_LISTS = {"claim_ids", "conflicts", "missing_from", "pinned"}
_NUMBERS = {"completeness_score", "quality_score", "confidence_score"}


def _rows(ids: Sequence[UUID], name: str, was: Sequence[UUID] = ()) -> Iterator[bytes]:
    silent = {
        column: pl.lit(None, dtype=pl.List(pl.String) if column in _LISTS else pl.Float64)
        for column in _LISTS | _NUMBERS
    }
    frame = pl.DataFrame({"id": [str(item) for item in ids]}).with_columns(
        **silent,
        discovery_source=pl.lit("somewhere"),
        asset_name=pl.lit(name),
        ip_address=pl.lit(["10.0.0.1", "10.0.0.2"]),
        memory_gb=pl.lit(16.0),
        values_hash=pl.lit(1),
        row_hash=pl.lit(-1),
    )
    former = [pl.Series("was", [str(item) for item in was])] if was else []
    return copy_text(frame.select(*row_columns(_FIELDS), *former))


async def test_what_is_inserted_is_there_and_counted(database: Database, tenant: Tenant) -> None:
    ids = [uuid7() for _ in range(300)]
    async with database.begin(tenant) as db:
        assert await insert_assets(db, tenant, _FIELDS, _rows(ids, "a\tname")) == 300
    async with database.begin(tenant) as db:
        asset = await get_asset(db, tenant, ids[7])
        assert asset is not None
        assert (asset["asset_name"], asset["ip_address"], asset["memory_gb"]) == (
            "a\tname",
            ["10.0.0.1", "10.0.0.2"],
            16.0,
        )
        assert asset["created_at"] is not None


async def test_an_update_replaces_those_named_and_no_others(database: Database, tenant: Tenant) -> None:
    ids = sorted(uuid7() for _ in range(300))
    async with database.begin(tenant) as db:
        await insert_assets(db, tenant, _FIELDS, _rows(ids, "before"))
    scattered = ids[::100]
    async with database.begin(tenant) as db:
        assert await update_assets(db, tenant, _FIELDS, _rows(scattered, "after", was=scattered)) == 3
        names = await db.execute(text("SELECT id FROM assets WHERE asset_name = 'after' ORDER BY id"))
        assert names.scalars().all() == scattered


async def test_an_update_can_give_an_asset_another_id(database: Database, tenant: Tenant) -> None:
    old, new = uuid7(), uuid7()
    async with database.begin(tenant) as db:
        await insert_assets(db, tenant, _FIELDS, _rows([old], "same"))
    async with database.begin(tenant) as db:
        assert await update_assets(db, tenant, _FIELDS, _rows([new], "same", was=[old])) == 1
        assert await get_asset(db, tenant, old) is None
        assert await get_asset(db, tenant, new) is not None


async def test_an_update_of_an_asset_that_is_not_there_is_not_counted(database: Database, tenant: Tenant) -> None:
    missing = uuid7()
    async with database.begin(tenant) as db:
        assert await update_assets(db, tenant, _FIELDS, _rows([missing], "x", was=[missing])) == 0


async def test_the_planner_is_free_again_after_an_update(database: Database, tenant: Tenant) -> None:
    missing = uuid7()
    async with database.begin(tenant) as db:
        await update_assets(db, tenant, _FIELDS, _rows([missing], "x", was=[missing]))
        assert await db.scalar(text("SELECT current_setting('enable_nestloop')")) == "on"


async def test_what_is_deleted_is_gone_and_counted(database: Database, tenant: Tenant) -> None:
    ids = [uuid7() for _ in range(5)]
    async with database.begin(tenant) as db:
        await insert_assets(db, tenant, _FIELDS, _rows(ids, "x"))
        assert await delete_assets(db, tenant, [*ids[:3], uuid7()]) == 3
        assert await count_assets(db, tenant) == 2
