"""Looks for what is wrong: in the set-up, in the queue, with stored files, or with one flow; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.db.repos import imports, jobs
from muster.db.repos.import_values import ImportQuery
from muster.domain.errors import MusterError
from muster.domain.phases import FlowStatus
from muster.kit.ids import uuid7
from muster.queue.options import WorkerTimes
from muster.services.paging import MAX_LIMIT
from muster.services.purge_import import leftovers
from muster.services.tenants import my_tenants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from muster.db.repos.import_values import StoredImport
    from muster.db.repos.jobs import OpenJob
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.tokens import Caller

AT_WORK = frozenset({FlowStatus.PENDING, FlowStatus.DISCOVERY_INITIATED, FlowStatus.PROCESSING})
"""A flow in one of these has a job, or nothing will ever happen to it."""

SILENCE = WorkerTimes().stalled_after
"""Seconds without a sign of life after which a worker counts as dead."""

_SHOWN = 5
_PROBE = "doctor"


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at; `advice` says what to do, empty when nothing is to be done."""

    name: str
    health: Health
    message: str
    advice: str = ""


async def examine(services: Services, caller: Caller) -> tuple[Examined, ...]:
    """Look at database, blob store, queue, flows and stored files of every engagement that the caller may enter."""
    tenants = [entry.tenant for entry in await my_tenants(services, caller)]
    database = await _database(services)
    if database.health is Health.FAILED:
        return (database,)
    async with services.database.begin_without_tenant() as session:
        found = await jobs.open_jobs(session, SILENCE)
        workers = await jobs.live_workers(session, SILENCE)
    every = [stored for tenant in tenants async for stored in _imports(services, tenant)]
    return (
        database,
        await _blob_store(services),
        _queue(found, workers),
        _flows(every, found),
        await _stored_files(services, every),
        _leftovers([left for tenant in tenants for left in await leftovers(services, tenant)]),
    )


async def _database(services: Services) -> Examined:
    try:
        await services.database.verify()
    except MusterError as error:
        return Examined("database", Health.FAILED, error.message)
    return Examined(
        "database",
        Health.OK,
        "It answers, has the tables of this program, and its role can not look past the walls between tenants.",
    )


async def _blob_store(services: Services) -> Examined:
    """Write a file, look for it, delete it."""
    folder = f"{_PROBE}/{uuid7()}"
    try:
        try:
            await services.blobs.put_stream(f"{folder}/probe", _one_piece(), 1)
            there = await services.blobs.exists(f"{folder}/probe")
        finally:
            await services.blobs.delete_prefix(folder)
    except (MusterError, OSError) as error:
        reason = error.message if isinstance(error, MusterError) else error.strerror or type(error).__name__
        return Examined("blob store", Health.FAILED, f"It can not be written to: {reason}", "Look at MUSTER_BLOB_URL.")
    if not there:
        return Examined("blob store", Health.FAILED, "What is written to it is not there afterwards.")
    return Examined("blob store", Health.OK, "It can be written to and read.")


async def _one_piece() -> AsyncIterator[bytes]:
    yield b"?"


def _queue(found: Sequence[OpenJob], workers: int) -> Examined:
    stalled = sum(job.is_stalled for job in found)
    if stalled:
        return Examined(
            "queue",
            Health.WARNING,
            f"{stalled} of {len(found)} jobs belong to a worker that gives no sign of life.",
            "A running worker takes them over within a minute: start `muster up` or `muster worker`.",
        )
    if found and not workers:
        return Examined(
            "queue",
            Health.WARNING,
            f"{len(found)} jobs wait and nobody works.",
            "Start `muster up` or `muster worker`.",
        )
    return Examined("queue", Health.OK, f"{len(found)} jobs are open, {workers} workers are there.")


def _flows(every: Sequence[StoredImport], found: Sequence[OpenJob]) -> Examined:
    with_job = {job.flow_id for job in found}
    lost = [stored for stored in every if stored.status in AT_WORK and stored.master_flow_id not in with_job]
    if not lost:
        return Examined("flows", Health.OK, "Every import that is at work has a job.")
    return Examined(
        "flows",
        Health.FAILED,
        f"{len(lost)} imports are at work without a job: {_named(lost)}.",
        "Nothing will happen to them: cancel them (POST /api/v1/flows/{id}/cancel) and import their files again.",
    )


async def _stored_files(services: Services, every: Sequence[StoredImport]) -> Examined:
    kept = [stored for stored in every if stored.purged_at is None]
    missing = [stored for stored in kept if not await services.blobs.exists(stored.blob_key)]
    if not missing:
        return Examined("stored files", Health.OK, f"The bytes of all {len(kept)} imports are there.")
    return Examined(
        "stored files",
        Health.FAILED,
        f"The bytes of {len(missing)} imports are gone: {_named(missing)}.",
        "Bring the blob store back from a backup; the inventory itself is in the database.",
    )


def _leftovers(left: Sequence[tuple[UUID, str]]) -> Examined:
    if not left:
        return Examined("purged imports", Health.OK, "Nothing is left of them.")
    names = ", ".join(f"{filename} ({import_id})" for import_id, filename in left[:_SHOWN])
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    return Examined(
        "purged imports",
        Health.FAILED,
        f"Files of {len(left)} purged imports are left, as their purge was interrupted: {names}{more}.",
        "Purge them again (`muster purge ID`): that deletes the files.",
    )


async def _imports(services: Services, tenant: Tenant) -> AsyncIterator[StoredImport]:
    """Every import of the engagement, page by page."""
    before = None
    while True:
        query = ImportQuery(before=before, limit=MAX_LIMIT)
        async with services.database.begin(tenant) as session:
            page = await imports.list_imports(session, tenant.engagement_id, query)
        for stored in page:
            yield stored
        if len(page) < MAX_LIMIT:
            return
        before = page[-1].id


def _named(some: Sequence[StoredImport]) -> str:
    names = ", ".join(f"{stored.filename} ({stored.id})" for stored in some[:_SHOWN])
    more = len(some) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
