"""Takes rows in that the caller has parsed: all of them, mapping proposal, flows and job in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from muster.blobs.keys import staging_folder, staging_key, upload_key, uploads_folder
from muster.db.repos import imports
from muster.db.repos.import_rows import insert_rows
from muster.db.repos.import_values import FlowRow, NewImport
from muster.domain.errors import EmptyUploadError, FlowInTheWayError
from muster.domain.ids import DataImportId
from muster.domain.phases import FlowStatus, WaitingFor
from muster.kit.ids import uuid7
from muster.pipeline.read.report import REPORT_NAME
from muster.services.disk_space import require_room
from muster.services.feed_name import feed_of
from muster.services.handed_rows import HandedTable, as_lines, stage_rows
from muster.services.import_rows import raw_rows
from muster.services.import_storage import FirstLook, FlowTriggerService, ImportStorageManager, sample_of
from muster.services.import_validator import ImportValidator, check_texts
from muster.services.open_staging import ROWS_KIND
from muster.services.read_limits import read_limits
from muster.services.read_status import document_of
from muster.services.recover_jobs import recover_lost_flows
from muster.services.remember_mapping import read_learned
from muster.services.start_import import STATED, UPLOAD, same_request
from muster.services.understand_file import Stated, understand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.blobs.store import Incoming
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.import_validator import Accepted

FLOW_TYPE = "discovery"
_FIRST_ATTEMPT = 0
_DOOR = "store-import"


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """Rows as JSON objects, and what the caller says of the file they came from.

    `upload_context` is kept with the import as it came and read by nobody.
    """

    file_data: Sequence[Mapping[str, object]]
    filename: str
    file_size: int | None = None
    mime_type: str | None = None
    upload_context: Mapping[str, object] = field(default_factory=dict)
    import_category: str = "auto"
    processing_config: Mapping[str, object] = field(default_factory=dict)
    import_name: str | None = None
    description: str | None = None
    source_system: str | None = None
    idempotency_key: str | None = None


async def store_rows(services: Services, context: RequestContext, request: StoreRequest) -> FlowDocument:
    """Store every row and start the flow (status discovery_initiated).

    A request with the `idempotency_key` of an earlier one answers with that one's flow.
    Raises EmptyUploadError without rows, InvalidRequestError, TooLargeError, StorageFullError, and FlowInTheWayError
    while an incomplete flow exists in the engagement (facts: `existing_flow` {flow_id, current_phase, status,
    progress_percentage, next_steps}, `recommendations`). Nothing stays behind after an error.
    """
    check_texts(
        filename=request.filename,
        import_name=request.import_name,
        description=request.description,
        source_system=request.source_system,
        idempotency_key=request.idempotency_key,
    )
    if not request.file_data:
        raise EmptyUploadError("file_data holds no row: send at least one.", field="file_data")
    accepted = await ImportValidator(services, context).check(request.import_category, request.processing_config)
    async with services.database.begin(context.tenant) as session:
        await recover_lost_flows(session, context, services)  # whoever stands in the way has to be getting on
    data_import_id = DataImportId(uuid7())
    async with services.blobs.receive(_lines(request), services.limits.upload_bytes) as incoming:
        await require_room(services.disks, request.filename, incoming.size, ROWS_KIND, received=True)
        folder = incoming.path.parent
        limits = read_limits(services.limits)
        table = await asyncio.to_thread(stage_rows, request.file_data, request.filename, folder, limits)
        learned = await read_learned(services, context.tenant)
        stated = Stated(accepted.category, request.source_system, accepted.config.mapping, learned)
        understood = await asyncio.to_thread(understand, table.report, request.filename, stated)
        storing = _Storing(services, context, request, accepted, incoming, table, FirstLook(table.report, understood))
        try:
            return await storing.store(data_import_id)
        except BaseException:
            await storing.delete_bytes(data_import_id)
            raise


async def _lines(request: StoreRequest) -> AsyncIterator[bytes]:
    lines = as_lines(request.file_data)
    while (piece := await asyncio.to_thread(next, lines, None)) is not None:
        yield piece


@dataclass(frozen=True, slots=True)
class _Storing:
    """A request with what checking and staging its rows gave."""

    services: Services
    context: RequestContext
    request: StoreRequest
    accepted: Accepted
    incoming: Incoming
    table: HandedTable
    look: FirstLook

    async def store(self, data_import_id: DataImportId) -> FlowDocument:
        """Write everything in one transaction; files first, so that what it names is there."""
        services, context, sha256 = self.services, self.context, self.incoming.sha256
        async with services.database.begin(context.tenant) as session:
            doors = [_DOOR, sha256, *([f"key:{key}"] if (key := self.request.idempotency_key) else [])]
            await imports.lock_doors(session, context.engagement_id, *doors)
            earlier = await same_request(session, context, self.request.idempotency_key, sha256)
            if earlier is not None:
                return await document_of(session, context, earlier)
            await _refuse_beside_another(session, context)
            await self._keep_files(data_import_id)
            new = await self._new_import(session, data_import_id)
            await ImportStorageManager(session, context).store(new, self.look)
            frames = self.table.frames()
            while (frame := await asyncio.to_thread(next, frames, None)) is not None:
                for rows in raw_rows(self.table.info.number, frame, len(self.table.info.columns)):
                    await insert_rows(session, context.tenant, data_import_id, _FIRST_ATTEMPT, rows)
            sample = sample_of(self.look.report, self.look.understanding.proposal)
            await FlowTriggerService(session, context, services).trigger(new, self.accepted.config, sample, FLOW_TYPE)
            return await document_of(session, context, data_import_id)

    async def delete_bytes(self, data_import_id: DataImportId) -> None:
        """Delete the files of an import that did not come to be."""
        engagement_id = self.context.engagement_id
        await self.services.blobs.delete_prefix(uploads_folder(engagement_id, data_import_id))
        await self.services.blobs.delete_prefix(staging_folder(engagement_id, data_import_id))

    async def _keep_files(self, data_import_id: DataImportId) -> None:
        blobs, engagement_id, folder = self.services.blobs, self.context.engagement_id, self.incoming.path.parent
        for name in (self.table.info.staged, REPORT_NAME):
            await blobs.put_file(staging_key(engagement_id, data_import_id, _FIRST_ATTEMPT, name), folder / name)
        await blobs.keep(upload_key(engagement_id, data_import_id, self.incoming.sha256), self.incoming.path)

    async def _new_import(self, session: AsyncSession, data_import_id: DataImportId) -> NewImport:
        now = self.services.clock()
        request, accepted = self.request, self.accepted
        detection = self.look.understanding.detection
        source = request.source_system or detection.source_system
        same_bytes = await imports.feed_of_same_bytes(session, self.context.engagement_id, self.incoming.sha256)
        return NewImport(
            id=data_import_id,
            import_name=request.import_name or request.filename,
            import_type=accepted.category,
            import_category=detection.import_category,
            stated_category=accepted.category,
            stated_source=request.source_system,
            processing_config=accepted.config,
            description=request.description,
            filename=request.filename,
            file_size=self.incoming.size if request.file_size is None else request.file_size,
            mime_type=request.mime_type,
            sha256=self.incoming.sha256,
            blob_key=upload_key(self.context.engagement_id, data_import_id, self.incoming.sha256),
            source_system=source,
            feed=feed_of(source, request.filename, stated=accepted.config.feed, same_bytes=same_bytes),
            status=FlowStatus.DISCOVERY_INITIATED,
            detection=self.look.as_json(),
            file_format={**asdict(self.look.report.file_format), "upload_context": dict(request.upload_context)},
            total_records=self.table.info.rows,
            observed_at=accepted.observed_at or now,
            observed_at_origin=STATED if accepted.observed_at else UPLOAD,
            idempotency_key=request.idempotency_key,
            created_at=now,
        )


async def _refuse_beside_another(session: AsyncSession, context: RequestContext) -> None:
    """Raise FlowInTheWayError while a flow of the engagement has not ended."""
    flow = await imports.find_incomplete_flow(session, context.engagement_id)
    if flow is None:
        return
    raise FlowInTheWayError(
        f"Another flow of this engagement has not ended ({flow.phase}, {flow.status}): continue it, or delete it.",
        existing_flow={
            "flow_id": str(flow.flow_id),
            "current_phase": str(flow.phase),
            "status": str(flow.status),
            "progress_percentage": flow.progress_percentage,
            "next_steps": _next_steps(flow),
        },
        recommendations=[
            {"action": "continue", "message": "Continue the flow that is there, then send these rows again."},
            {"action": "delete", "message": "Delete the flow that is there and send these rows again."},
        ],
    )


def _next_steps(flow: FlowRow) -> list[str]:
    if flow.waiting_for is WaitingFor.MAPPING_REVIEW:
        return ["look at its field mappings", "confirm them"]
    if flow.waiting_for is WaitingFor.PLAN_REVIEW:
        return ["look at its plan", "accept or reject it"]
    if flow.status is FlowStatus.PAUSED:
        return ["resume it"]
    return ["wait until it has ended"]
