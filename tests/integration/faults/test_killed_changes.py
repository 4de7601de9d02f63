"""Undo, purge and a change of ranks may be killed anywhere: asked for again, they end as if nothing had happened."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from muster.blobs.store import Blobs
from muster.db.session import Database
from muster.domain.errors import DatabaseUnavailableError, IllegalMoveError
from muster.queue.app import Queue
from muster.queue.jobs import JobRun
from muster.runtime.embedded import EmbeddedPostgres
from muster.services import purge_import, refold_inventory, undo_import
from muster.services.change_ranks import RankChangeState, RefoldHandler, RefoldJob, read_rank_change, start_rank_change
from muster.services.context import Services
from muster.services.inventory import change as inventory_change
from muster.services.purge_import import leftovers
from muster.services.rebuild_inventory import verify_inventory
from support.killable import KillableWorker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.connection import Connection
    from uuid import UUID

    from conftest import Plant
    from muster.domain.tenant import RequestContext

pytestmark = pytest.mark.fault

_CONTEXT = multiprocessing.get_context("forkserver")
_RANKS = {"generic": {"identity": 50}}


class Where(StrEnum):
    """Where in a change somebody is killed: while assets are written, before the commit, after it."""

    WRITING = "writing"
    BEFORE_COMMIT = "before the commit"
    AFTER_COMMIT = "after the commit"


class What(StrEnum):
    """What is killed in the middle of."""

    UNDO = "undo"
    PURGE = "purge"
    RANKS = "ranks"


@dataclass(frozen=True, slots=True)
class Act:
    """One change in a process of its own, which waits `where` to be killed."""

    what: What
    where: Where
    database_url: str
    blobs: str
    home: str
    state_root: str
    context: RequestContext
    subject: UUID


class _Killed:
    """A process that carries out an act up to where it waits."""

    def __init__(self, act: Act) -> None:
        self._connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_main, args=(act, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def until_it_waits(self) -> None:
        assert self._connection.poll(60), "it never came there"
        assert self._connection.recv() == "waits"

    def kill(self) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._connection.close()

    def release(self) -> str:
        """Let it go on; what it ends with."""
        self._connection.send(None)
        assert self._connection.poll(60), "it never ended"
        word = str(self._connection.recv())
        self._process.join()
        self._connection.close()
        return word


def _main(act: Act, connection: Connection) -> None:
    asyncio.run(_act(act, connection))


async def _act(act: Act, connection: Connection) -> None:
    async def wait() -> None:
        connection.send("waits")
        await asyncio.to_thread(connection.recv)

    _wait_at(act, wait)
    server = EmbeddedPostgres(Path(act.home), Path(act.state_root))
    await asyncio.to_thread(server.acquire)
    database = Database(act.database_url)
    services = Services(database, Blobs(act.blobs), Queue(act.database_url))
    try:
        await _carry_out(services, act.context, act.what, act.subject)
        if act.where is Where.AFTER_COMMIT and act.what is not What.PURGE:
            await wait()
        connection.send("done")
    except DatabaseUnavailableError:
        connection.send("database gone")
    await database.close()
    await asyncio.to_thread(server.release)


def _wait_at(act: Act, wait: Callable[[], Awaitable[None]]) -> None:
    """Make the functions of this process wait where the act is to be killed."""

    def stop_before(module: Any, name: str) -> None:
        original = getattr(module, name)

        async def stopping(*args: Any, **options: Any) -> Any:
            await wait()
            return await original(*args, **options)

        setattr(module, name, stopping)

    modules = {What.UNDO: undo_import, What.PURGE: purge_import, What.RANKS: refold_inventory}
    if act.where is Where.WRITING:
        stop_before(inventory_change, "move_claims")
    elif act.where is Where.BEFORE_COMMIT:
        stop_before(modules[act.what], "record_change")
    elif act.what is What.PURGE:
        stop_before(purge_import, "_delete_files")


async def _carry_out(services: Services, context: RequestContext, what: What, subject: UUID) -> None:
    match what:
        case What.UNDO:
            await undo_import.undo_import(services, context, subject)
        case What.PURGE:
            await purge_import.purge_import(services, context, subject)
        case What.RANKS:
            await RefoldHandler(services).run(JobRun(RefoldJob(context, subject, _RANKS).to_args()))


async def _made(plant: Plant) -> tuple[RequestContext, UUID, UUID]:
    """Two imports of the same servers in an engagement: both are in."""
    context, first = await plant.start()
    plant.finish()
    second = await plant.start_another(context)
    plant.finish()
    return context, first, second


def _act_of(plant: Plant, what: What, where: Where, context: RequestContext, subject: UUID) -> Act:
    plan = plant.plan()
    return Act(what, where, plan.database_url, plan.blobs, plan.home, plan.state_root, context, subject)


async def _again(plant: Plant, context: RequestContext, what: What, subject: UUID) -> None:
    """Ask for it again, as a user or the queue does; what is done already says so."""
    plant.server._server.ensure_running()
    try:
        await _carry_out(plant.services, context, what, subject)
    except IllegalMoveError:
        assert what is What.UNDO


@pytest.mark.parametrize("where", Where)
@pytest.mark.parametrize("what", What)
async def test_a_change_killed_anywhere_and_asked_for_again_leaves_the_same_inventory(
    plant: Plant, what: What, where: Where
) -> None:
    expected_context, _, expected_subject = await _made(plant)
    await _carry_out(plant.services, expected_context, what, expected_subject)
    expected = plant.inventory(expected_context)
    context, _, subject = await _made(plant)
    before = plant.inventory(context)
    killed = _Killed(_act_of(plant, what, where, context, subject))
    killed.until_it_waits()
    killed.kill()
    assert plant.inventory(context) == (expected if where is Where.AFTER_COMMIT else before)
    await _again(plant, context, what, subject)
    assert plant.inventory(context) == expected
    assert (await verify_inventory(plant.services, context)).is_right
    if what is What.PURGE:
        assert await leftovers(plant.services, context.tenant) == []


@pytest.mark.parametrize("what", What)
async def test_a_change_whose_database_is_killed_leaves_the_same_inventory(plant: Plant, what: What) -> None:
    expected_context, _, expected_subject = await _made(plant)
    await _carry_out(plant.services, expected_context, what, expected_subject)
    expected = plant.inventory(expected_context)
    context, _, subject = await _made(plant)
    before = plant.inventory(context)
    acting = _Killed(_act_of(plant, what, Where.BEFORE_COMMIT, context, subject))
    acting.until_it_waits()
    plant.kill_server()
    assert acting.release() == "database gone"
    assert plant.inventory(context) == before
    await _again(plant, context, what, subject)
    assert plant.inventory(context) == expected
    assert (await verify_inventory(plant.services, context)).is_right


async def test_a_worker_killed_with_a_change_of_ranks_leaves_it_to_the_next_one(plant: Plant) -> None:
    context, _, _ = await _made(plant)
    change = await start_rank_change(plant.services, context, _RANKS)
    with KillableWorker(plant.plan()) as worker:
        worker.kill()
    assert (await read_rank_change(plant.services, context, change.change_id)).state is not RankChangeState.DONE
    await plant.work_off()
    assert (await read_rank_change(plant.services, context, change.change_id)).state is RankChangeState.DONE
    assert (await verify_inventory(plant.services, context)).is_right
