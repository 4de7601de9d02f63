"""A server of this folder's own, because its tests kill it, and what an undisturbed import leaves there."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg.rows
import pytest
import pytest_asyncio

from muster.blobs.store import Blobs
from muster.db.session import Database
from muster.domain.phases import ENDED, FlowStatus, Phase
from muster.domain.tenant import RequestContext, Role
from muster.queue.app import Queue
from muster.queue.options import WorkerOptions
from muster.services.context import Services
from muster.services.run_jobs import run_worker
from muster.services.start_import import ImportStorageHandler, UploadRequest
from support.killable import TIMES, KillableWorker, Plan, Point
from support.postgres import TestServer
from support.tenants import Tenants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from uuid import UUID

    from muster.runtime.embedded import DatabaseUrls

ROWS = 2_500

_ASSETS = "SELECT * FROM migration.assets WHERE engagement_id = %s ORDER BY asset_name"
_OWN = {"engagement_id", "client_account_id", "id", "claim_ids", "created_at", "updated_at"}
"""Columns in which two equal inventories differ."""
_LEFT = {
    "rows": "SELECT count(*) FROM migration.import_rows WHERE data_import_id = %s",
    "rows in all": "SELECT count(*) FROM migration.raw_import_records WHERE data_import_id = %s",
    "key blocks": "SELECT count(*) FROM migration.claim_key_blocks WHERE data_import_id = %s",
    "asset blocks": "SELECT count(*) FROM migration.claim_asset_blocks WHERE data_import_id = %s",
    "steps": "SELECT array_agg(step_name || ' ' || status ORDER BY step_order) FROM migration.import_processing_steps"
    " WHERE data_import_id = %s",
    "findings": "SELECT count(*) FROM migration.import_findings WHERE data_import_id = %s",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What an import leaves: its status and error, assets without ids and times, and counts of its other rows."""

    status: str
    error: str | None
    assets: Sequence[Mapping[str, Any]]
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an import stands: what its flow says."""

    status: FlowStatus
    phase: Phase
    attempt: int

    def is_past(self, phase: Phase) -> bool:
        phases = list(Phase)
        return self.status in ENDED or phases.index(self.phase) > phases.index(phase)


@dataclass(frozen=True, slots=True)
class Plant:
    """Database and blobs in which imports are made, killed and compared."""

    server: TestServer
    urls: DatabaseUrls
    services: Services
    blobs: str

    async def start(self) -> tuple[RequestContext, UUID]:
        """Upload the file into an engagement of its own; its first job waits."""
        with Tenants(self.urls.owner) as tenants:  # a connection of its own: the server may have been killed since
            tenant = tenants.new()
            user = tenants.new_member(tenant, Role.ADMIN)
        context = RequestContext(tenant, user, frozenset({Role.ADMIN}), "test")
        request = UploadRequest(_content(), "servers.csv", "cmdb_export", {"review": "never"})
        document = await ImportStorageHandler(self.services, context).handle_import(request)
        return context, document.data_import_id

    async def start_another(self, context: RequestContext) -> UUID:
        """Upload a file of another feed that says otherwise of some of the servers; its first job waits."""
        config = {"review": "never", "feed": "another"}
        request = UploadRequest(_other_content(), "others.csv", "cmdb_export", config)
        return (await ImportStorageHandler(self.services, context).handle_import(request)).data_import_id

    def inventory(self, context: RequestContext) -> Sequence[Mapping[str, Any]]:
        """The assets of an engagement without ids and times."""
        rows = self._rows(_ASSETS, context.engagement_id)
        return [{name: value for name, value in row.items() if name not in _OWN} for row in rows]

    async def work_off(self) -> None:
        """Do what waits in this process, once whoever was killed with it counts as dead."""
        await run_worker(self.services, WorkerOptions(times=TIMES), wait=False)

    def plan(self, *holds: tuple[Phase, Point], wait: bool = True, kill_limit: int = 100) -> Plan:
        own = self.server._server
        return Plan(self.urls.application, self.blobs, str(own._home), str(own._state_root), holds, kill_limit, wait)

    def finish(self) -> None:
        """Let one more worker do what is left."""
        with KillableWorker(self.plan(wait=False)) as worker:
            worker.finish()

    def standing(self, data_import_id: UUID) -> Standing:
        row = self._rows(
            "SELECT flow_status, phase, attempt FROM migration.crewai_flow_state_extensions"
            " JOIN migration.data_imports ON master_flow_id = flow_id WHERE id = %s",
            data_import_id,
        )[0]
        return Standing(FlowStatus(row["flow_status"]), Phase(row["phase"]), row["attempt"])

    def doing(self) -> list[Phase]:
        """The phases whose jobs are held by a worker, dead or alive."""
        found = self._rows("SELECT args ->> 'phase' AS phase FROM work.procrastinate_jobs WHERE status = 'doing'")
        return [Phase(row["phase"]) for row in found]

    def left(self, context: RequestContext, data_import_id: UUID) -> Left:
        of_import = self._rows("SELECT status, error_message FROM migration.data_imports WHERE id = %s", data_import_id)
        assets = self._rows(_ASSETS, context.engagement_id)
        return Left(
            of_import[0]["status"],
            of_import[0]["error_message"],
            [{name: value for name, value in row.items() if name not in _OWN} for row in assets],
            {name: next(iter(self._rows(query, data_import_id)[0].values())) for name, query in _LEFT.items()},
        )

    def kill_server(self) -> None:
        """SIGKILL the postmaster, and start it again, as each process that uses an embedded server does."""
        process_id = self.server._server.status().process_id
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
        self.server._server.ensure_running()

    def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        self.server._server.ensure_running()
        with psycopg.connect(self.urls.owner, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
            connection.execute("SELECT set_config('row_security', 'on', false)")
            return connection.execute(query, values).fetchall()


async def _content() -> AsyncIterator[bytes]:
    lines = ["Name,FQDN,IP Address,Serial Number,Operating System,CPU Count,Memory GB,Environment"]
    lines += [
        f"srv{n:05d},srv{n:05d}.example.org,10.0.{n // 256}.{n % 256},SN{n:08d},Ubuntu 22.04,"
        f"{1 + n % 16},{2 ** (n % 7)}," + ("Production" if n % 50 else "=cmd|' /C calc'!A0")
        for n in range(ROWS)
    ]
    yield "\n".join(lines).encode()


async def _other_content() -> AsyncIterator[bytes]:
    lines = ["Name,FQDN,Serial Number,CPU Count,Environment"]
    lines += [f"srv{n:05d},srv{n:05d}.example.org,SN{n:08d},{2 + n % 8},test" for n in range(ROWS // 2, ROWS + 50)]
    yield "\n".join(lines).encode()


@pytest_asyncio.fixture(scope="session")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plant]:
    folder = tmp_path_factory.mktemp("faults")
    with TestServer(folder) as server:
        urls = server.new_database("faults")
        database = Database(urls.application)
        services = Services(database, Blobs(str(folder / "blobs")), Queue(urls.application))
        yield Plant(server, urls, services, str(folder / "blobs"))
        await database.close()


@pytest_asyncio.fixture(scope="session")
async def undisturbed(plant: Plant) -> Left:
    """What the import leaves when nobody kills anything."""
    context, data_import_id = await plant.start()
    plant.finish()
    left = plant.left(context, data_import_id)
    assert (left.status, left.error, len(left.assets)) == ("completed", None, ROWS)
    return left


@pytest.fixture(autouse=True)
def _empty_queue(plant: Plant) -> None:
    """No job of a test that failed half-way is left for the next one."""
    plant.server._server.ensure_running()
    with psycopg.connect(plant.urls.owner, autocommit=True, options="-c search_path=work") as connection:
        connection.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line that is seen without asking for it."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201 - the count is what the test is to show

    return line
