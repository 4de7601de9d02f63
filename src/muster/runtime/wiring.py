"""`open_services`: the database (embedded or given), the blob store and the queue, checked and ready for use cases."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from muster.blobs.store import Blobs
from muster.db.schema import upgrade
from muster.db.session import Database
from muster.domain.errors import MusterError
from muster.queue.app import Queue
from muster.runtime.embedded import EmbeddedPostgres
from muster.runtime.embedded.places import places_of
from muster.runtime.embedded.tuning import APPLICATION_ROLE
from muster.runtime.limits import limits_of
from muster.services.context import Services
from muster.services.disk_space import LocalDisks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.runtime.settings import Settings

_LOOK_AGAIN_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def open_services(settings: Settings, *, pool_size: int = 10) -> AsyncIterator[Services]:
    """Give the services for `settings`, and close them at the end of the block.

    Without MUSTER_DATABASE_URL the embedded PostgreSQL of the home is started or joined, migrated, and brought back
    when it dies; the last process to leave stops it. Another database is used as it is: raises UnfitDatabaseError
    when its schema, role or version is not the one needed. Raises EmbeddedPostgresError, StorageFullError,
    DatabaseUnavailableError.
    """
    async with AsyncExitStack() as closing:
        database_folder = None
        if settings.database_url is None:
            address = await _embedded(settings, closing)
            database_folder = places_of(settings.home).data
        else:
            address = settings.database_url.get_secret_value()
        database = Database(address, pool_size=pool_size)
        closing.push_async_callback(database.close)
        await database.verify()
        blobs = await asyncio.to_thread(Blobs, settings.blob_address())
        yield Services(
            database=database,
            blobs=blobs,
            queue=Queue(address),
            limits=limits_of(settings),
            disks=LocalDisks(blobs.folder, database_folder),
        )


async def _embedded(settings: Settings, closing: AsyncExitStack) -> str:
    """Hold the home's server until `closing` ends, and return the application's address."""
    server = EmbeddedPostgres(settings.home)
    urls = await asyncio.to_thread(server.acquire)
    closing.push_async_callback(asyncio.to_thread, server.release)
    await asyncio.to_thread(upgrade, urls.owner, APPLICATION_ROLE)
    watch = asyncio.create_task(_keep_running(server), name="keep the embedded database running")
    closing.push_async_callback(_end, watch)
    return urls.application


async def _keep_running(server: EmbeddedPostgres) -> None:
    """Bring the server back whenever it does not answer, until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        try:
            await asyncio.to_thread(server.ensure_running)
        except MusterError as error:
            _log.warning("database.not_running", code=error.code, reason=error.message)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
