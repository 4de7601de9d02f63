"""Fixtures that every area may use: one PostgreSQL for the run, a migrated database for each worker, fresh tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import settings

from muster.domain.ids import UserId
from muster.domain.tenant import RequestContext, Role
from muster.kit.ids import uuid7
from support.postgres import TestServer
from support.tenants import Tenants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from muster.db.session import Database
    from muster.domain.tenant import Tenant
    from muster.runtime.embedded import DatabaseUrls
    from muster.services.context import Services


settings.register_profile("muster", deadline=None)  # how long an example takes is no behaviour
settings.load_profile("muster")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[TestServer]:
    """The server that all workers of this run share; it starts with the first test that asks for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with TestServer(shared) as server:
        yield server


@pytest.fixture(scope="session")
def database_urls(postgres: TestServer, worker_id: str) -> DatabaseUrls:
    """Addresses of this worker's own migrated database, which all its tests share: each in tenants of its own."""
    return postgres.new_database(f"worker_{worker_id}")


@pytest.fixture(scope="session")
def owner_url(database_urls: DatabaseUrls) -> str:
    return database_urls.owner


@pytest.fixture(scope="session")
def app_url(database_urls: DatabaseUrls) -> str:
    return database_urls.application


@pytest_asyncio.fixture(scope="session")
async def database(app_url: str) -> AsyncIterator[Database]:
    """The database as the application role."""
    from muster.db.session import Database  # noqa: PLC0415 - unit tests load no database

    opened = Database(app_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def tenants(owner_url: str) -> Iterator[Tenants]:
    """Makes clients with an engagement, users and memberships."""
    with Tenants(owner_url) as made:
        yield made


@pytest.fixture
def tenant(tenants: Tenants) -> Tenant:
    """A client with one empty engagement, made for this test."""
    return tenants.new()


@pytest.fixture
def other_tenant(tenants: Tenants) -> Tenant:
    """Another client with one empty engagement."""
    return tenants.new()


@pytest.fixture
def context(tenant: Tenant, tenants: Tenants) -> RequestContext:
    """A call by an admin of `tenant`'s engagement."""
    return RequestContext(tenant, UserId(tenants.new_member(tenant, Role.ADMIN)), frozenset({Role.ADMIN}), "test")


@pytest.fixture
def other_context(other_tenant: Tenant) -> RequestContext:
    """A call by somebody of `other_tenant`."""
    return RequestContext(other_tenant, UserId(uuid7()), frozenset({Role.ADMIN}), "test")


@pytest.fixture
def services(database: Database, app_url: str, tmp_path: Path) -> Services:
    """What use cases need, with a blob store of this test's own."""
    from muster.blobs.store import Blobs  # noqa: PLC0415 - as above
    from muster.queue.app import Queue  # noqa: PLC0415 - as above
    from muster.services.context import Services  # noqa: PLC0415 - as above

    return Services(database=database, blobs=Blobs(str(tmp_path / "blobs")), queue=Queue(app_url))
