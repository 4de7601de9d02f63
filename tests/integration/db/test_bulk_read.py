"""Frames read in bulk see the rows of their tenant, each read in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from adbc_driver_manager import Error
from sqlalchemy import text

from muster.db.bulk_read import FrameReader, read_frame
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from muster.db.session import Database
    from muster.domain.tenant import Tenant
    from support.tenants import Tenants

_NAMES = "select asset_name from migration.assets where asset_name >= $1 order by 1"


async def _add(database: Database, tenant: Tenant, name: str) -> None:
    async with database.begin(tenant) as db:
        await db.execute(
            text(
                "INSERT INTO assets (engagement_id, client_account_id, id, asset_name)"
                " VALUES (:engagement, :client, :id, :name)"
            ),
            {"engagement": tenant.engagement_id, "client": tenant.client_account_id, "id": uuid7(), "name": name},
        )


async def test_a_frame_holds_the_rows_of_its_tenant_only(
    database: Database, tenant: Tenant, tenants: Tenants, app_url: str
) -> None:
    await _add(database, tenant, "mine")
    await _add(database, tenants.new(), "theirs")
    assert read_frame(app_url, tenant, _NAMES, ["a"])["asset_name"].to_list() == ["mine"]


async def test_a_reader_sees_what_was_committed_between_two_reads(
    database: Database, tenant: Tenant, app_url: str
) -> None:
    with FrameReader(app_url, tenant) as reader:
        assert reader.read(_NAMES, ["a"]).is_empty()
        await _add(database, tenant, "late")
        assert reader.read(_NAMES, ["a"])["asset_name"].to_list() == ["late"]


async def test_a_reader_goes_on_after_a_statement_that_fails(database: Database, tenant: Tenant, app_url: str) -> None:
    await _add(database, tenant, "there")
    with FrameReader(app_url, tenant) as reader:
        with pytest.raises(Error):
            reader.read("select 1 / 0 as nothing")
        assert reader.read(_NAMES, ["a"])["asset_name"].to_list() == ["there"]
