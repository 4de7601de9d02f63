"""A database that is not ours: PostgreSQL 15 of the machine, with roles of other names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from muster.db import schema
from muster.db.failures import UnfitDatabaseError
from muster.db.session import Database
from muster.queue.app import Queue
from support.external import ExternalServer, installed_binaries
from support.tenants import Tenants

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARIES = installed_binaries()
pytestmark = pytest.mark.skipif(BINARIES is None, reason="this machine has no PostgreSQL server of its own")


@dataclass(frozen=True)
class Addresses:
    owner: str
    application: str
    superuser: str


@pytest.fixture(scope="module")
def addresses() -> Iterator[Addresses]:
    assert BINARIES is not None
    with ExternalServer(BINARIES) as server:
        server.execute(
            [
                'CREATE ROLE "Inventory Owner" LOGIN',
                'CREATE ROLE "Inventory App" LOGIN',
                'CREATE DATABASE inventory OWNER "Inventory Owner"',
            ]
        )
        yield Addresses(
            server.url("Inventory%20Owner", "inventory"),
            server.url("Inventory%20App", "inventory"),
            server.url("dba", "inventory"),
        )


@pytest.fixture(scope="module")
def migrated(addresses: Addresses) -> Addresses:
    schema.upgrade(addresses.owner, "Inventory App")
    return addresses


async def test_the_application_keeps_within_its_tenant(migrated: Addresses) -> None:
    database = Database(migrated.application, pool_size=2)
    await database.verify()
    with Tenants(migrated.owner) as tenants:
        mine, theirs = tenants.new(), tenants.new()
    for tenant in (mine, theirs):
        async with database.begin(tenant) as session:
            await session.execute(
                text("INSERT INTO assets (engagement_id, client_account_id, id) VALUES (:e, :c, gen_random_uuid())"),
                {"e": tenant.engagement_id, "c": tenant.client_account_id},
            )
    async with database.begin(mine) as session:
        rows = await session.execute(text("SELECT engagement_id FROM assets"))
        assert rows.scalars().all() == [mine.engagement_id]
    with pytest.raises(DBAPIError):
        async with database.begin_without_tenant() as session:
            await session.execute(text("SELECT * FROM assets"))
    await database.close()


async def test_a_job_is_deferred_within_the_transaction(migrated: Addresses) -> None:
    database = Database(migrated.application, pool_size=1)
    queue = Queue(migrated.application)
    with Tenants(migrated.owner) as tenants:
        tenant = tenants.new()
    async with database.session(tenant) as session:
        assert await queue.defer(session, "anything", {}) is not None
        await session.rollback()
        assert await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
        await queue.defer(session, "anything", {})
        await session.commit()
        assert await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1
    await database.close()


async def test_a_superuser_is_refused(migrated: Addresses) -> None:
    database = Database(migrated.superuser, pool_size=1)
    with pytest.raises(UnfitDatabaseError, match="is a superuser"):
        await database.verify()
    await database.close()
