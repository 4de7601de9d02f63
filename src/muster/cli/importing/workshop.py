"""Works on imports in this process: sends files in, runs their jobs, and follows each until it ends or waits."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from muster.cli.importing.results import ImportResult
from muster.domain.errors import ConflictError, DatabaseUnavailableError, MusterError
from muster.domain.findings import Severity
from muster.domain.phases import ENDED, FlowStatus
from muster.queue.options import WorkerOptions, WorkerTimes
from muster.services.list_findings import count_findings
from muster.services.read_status import read_status
from muster.services.run_jobs import run_worker
from muster.services.start_import import ImportStorageHandler, UploadRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from rich.progress import TaskID

    from muster.cli.desk import Desk
    from muster.cli.importing.board import Board
    from muster.cli.importing.sources import Source
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext

_FILES_AT_ONCE = 4
_LOOK_AGAIN_SECONDS = 0.2
_PATIENCE_SECONDS = 60.0
"""How long the database may stay away (it is brought back by whoever holds it) before the command gives up."""
_GRACE_SECONDS = 3.0
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the files are to be imported: category or `auto`, the JSON object of the processing configuration."""

    category: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A worker of this process, and the engagement that it works for; made by `open_workshop`."""

    desk: Desk
    context: RequestContext
    board: Board
    worker: asyncio.Task[None]
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FILES_AT_ONCE))
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lets files in one by one, in the order they were named: of two without a date the later one is the newer."""

    async def bring_in(self, source: Source, wishes: Wishes) -> ImportResult:
        """Import one file as far as it goes. A file that is refused is a result, too."""
        async with self.places:
            began = time.monotonic()
            bar = self.board.begin(source.filename)
            try:
                if source.problem is not None:
                    return ImportResult(source.name, 0.0, problem=source.problem)
                async with self.door:
                    sent = await self._send(source, wishes)
                return await self._followed(sent.data_import_id, source.name, began, bar)
            except (MusterError, OSError) as problem:
                return ImportResult(source.name, time.monotonic() - began, problem=problem)
            finally:
                self.board.end(bar)

    async def follow(self, data_import_id: UUID, name: str) -> ImportResult:
        """Follow an import that is there already until it ends or waits. Raises NotFoundError."""
        bar = self.board.begin(name)
        try:
            return await self._followed(data_import_id, name, time.monotonic(), bar)
        finally:
            self.board.end(bar)

    async def _send(self, source: Source, wishes: Wishes) -> FlowDocument:
        """Start the import, or find the one that was started with the same file and has not ended."""
        request = UploadRequest(
            content=_pieces(source.path),
            filename=source.filename,
            import_category=wishes.category,
            processing_config=wishes.config,
            stated_size=source.path.stat().st_size,
        )
        try:
            return await ImportStorageHandler(self.desk.services, self.context).handle_import(request)
        except ConflictError as conflict:
            running = conflict.facts.get("data_import_id")
            if running is None:
                raise
            return await read_status(self.desk.services, self.context, UUID(str(running)))

    async def _followed(self, data_import_id: UUID, name: str, began: float, bar: TaskID) -> ImportResult:
        document = await self._end_of(data_import_id, bar)
        counts = await count_findings(self.desk.services, self.context, document.data_import_id)
        return ImportResult(
            name,
            time.monotonic() - began,
            document,
            errors=sum(count.count for count in counts if count.severity is Severity.ERROR),
            warnings=sum(count.count for count in counts if count.severity is Severity.WARNING),
        )

    async def _end_of(self, data_import_id: UUID, bar: TaskID) -> FlowDocument:
        """Poll until the import has ended or waits; what works on it may be this process or another."""
        answered = time.monotonic()
        while True:
            try:
                document = await read_status(self.desk.services, self.context, data_import_id)
            except DatabaseUnavailableError:
                if time.monotonic() - answered > _PATIENCE_SECONDS:
                    raise
            else:
                answered = time.monotonic()
                self.board.tell(bar, document)
                if document.status in ENDED or document.status is FlowStatus.PAUSED:
                    return document
            if self.worker.done():
                self.worker.result()
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


@asynccontextmanager
async def open_workshop(desk: Desk, context: RequestContext, board: Board) -> AsyncIterator[Workshop]:
    """Run a worker as long as the block does. At its end, running jobs get 3 s, then they go back into the queue."""
    stop = asyncio.Event()
    options = WorkerOptions(
        concurrency=desk.settings.worker_concurrency, times=WorkerTimes(grace=_GRACE_SECONDS, polling=0.1)
    )
    worker = asyncio.create_task(run_worker(desk.services, options, stop=stop), name="work on imports")
    try:
        yield Workshop(desk, context, board, worker)
    finally:
        stop.set()
        await worker


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
