"""Takes a file in: stores its bytes, looks at its head, and writes import, flows and job in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from muster.blobs.keys import upload_key, uploads_folder
from muster.db.repos import imports
from muster.db.repos.import_values import NewImport
from muster.domain.errors import EmptyUploadError, InvalidRequestError, UnreadableFileError
from muster.domain.ids import DataImportId
from muster.domain.phases import FlowStatus
from muster.kit.ids import uuid7
from muster.services.disk_space import require_room
from muster.services.feed_name import feed_of
from muster.services.flows.data_import import Sample
from muster.services.import_storage import FirstLook, FlowTriggerService, ImportStorageManager, sample_of
from muster.services.import_validator import ImportValidator, check_texts, refuse_twin
from muster.services.read_limits import read_limits
from muster.services.read_status import document_of
from muster.services.remember_mapping import read_learned
from muster.services.sandbox import read_head_in_child
from muster.services.understand_file import Stated, understand

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.blobs.store import Incoming
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.import_validator import Accepted

FLOW_TYPE = "data_import"
_TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """One file to import. `content` gives its bytes in pieces and is read once.

    `import_category` is a category, one of its older names (`cmdb`, `asset_inventory`) or `auto`; `processing_config`
    is the JSON object of the request as it came (domain.processing_config reads it); `observed_at` counts when the
    config names none. `partial`: the file lists some records of its feed anew and says nothing of the others.
    """

    content: AsyncIterable[bytes]
    filename: str
    import_category: str = "auto"
    processing_config: Mapping[str, object] = field(default_factory=dict)
    import_name: str | None = None
    description: str | None = None
    source_system: str | None = None
    observed_at: datetime | None = None
    mime_type: str | None = None
    idempotency_key: str | None = None
    partial: bool = False
    stated_size: int | None = None
    """How many bytes the sender says there are, so that too many for the disks are refused before they are taken."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A request with what checking it, receiving its bytes and looking at their head gave."""

    id: DataImportId
    request: UploadRequest
    accepted: Accepted
    incoming: Incoming
    look: FirstLook | None
    """None when the head takes longer to read than one waits for at the door."""

    @property
    def source_system(self) -> str | None:
        """As stated, else as detected."""
        detected = None if self.look is None else self.look.understanding.detection.source_system
        return self.request.source_system or detected

    def sample(self) -> Sample:
        """The rows for the flow's audit trail; while the head is unread, what stands for them until it is."""
        if self.look is None:
            return Sample([{"filename": self.request.filename, "sha256": self.incoming.sha256}])
        return sample_of(self.look.report, self.look.understanding.proposal)


class ImportStorageHandler:
    """The upload use case."""

    def __init__(self, services: Services, context: RequestContext) -> None:
        self._services = services
        self._context = context

    async def handle_import(self, request: UploadRequest) -> FlowDocument:
        """Store the file and start its flow; the job is deferred in the same transaction.

        A request with the `idempotency_key` of an earlier one answers with that one's flow.
        Raises InvalidRequestError, EmptyUploadError, TooLargeError, UnreadableFileError, StorageFullError, and
        ConflictError (facts: `data_import_id`) when the same bytes are being imported here for the same category and
        observation time. Nothing stays behind after an error.
        """
        check_texts(
            filename=request.filename,
            import_name=request.import_name,
            description=request.description,
            source_system=request.source_system,
            idempotency_key=request.idempotency_key,
        )
        accepted = await ImportValidator(self._services, self._context).check(
            request.import_category, request.processing_config, request.observed_at
        )
        services = self._services
        if request.stated_size is not None:
            await require_room(services.disks, request.filename, request.stated_size)
        async with services.blobs.receive(request.content, services.limits.upload_bytes) as incoming:
            if incoming.size == 0:
                raise EmptyUploadError(f"{request.filename} is empty: send a file with a header line and rows.")
            look = await self._look(incoming, request, accepted)
            kind = None if look is None else look.report.file_format.kind
            await require_room(services.disks, request.filename, incoming.size, kind, received=True)
            arrival = _Arrival(DataImportId(uuid7()), request, accepted, incoming, look)
            await services.blobs.keep(self._key(arrival), incoming.path)
            try:
                return await self._write(arrival)
            except BaseException:
                await self._delete_bytes(arrival)
                raise

    async def _look(self, incoming: Incoming, request: UploadRequest, accepted: Accepted) -> FirstLook | None:
        """Read and understand the head; None when that takes longer than one waits for at the door."""
        try:
            report = await read_head_in_child(incoming.path, request.filename, read_limits(self._services.limits))
        except UnreadableFileError as error:
            if error.facts.get("kind") == _TOO_SLOW:
                return None
            raise
        learned = await read_learned(self._services, self._context.tenant)
        stated = Stated(accepted.category, request.source_system, accepted.config.mapping, learned)
        return FirstLook(report, understand(report, request.filename, stated))

    async def _write(self, arrival: _Arrival) -> FlowDocument:
        services, context = self._services, self._context
        request, accepted, sha256 = arrival.request, arrival.accepted, arrival.incoming.sha256
        async with services.database.begin(context.tenant) as session:
            doors = [sha256, *([f"key:{request.idempotency_key}"] if request.idempotency_key else [])]
            await imports.lock_doors(session, context.engagement_id, *doors)
            earlier = await same_request(session, context, request.idempotency_key, sha256)
            if earlier is None:
                await refuse_twin(session, context, sha256, accepted.category, accepted.observed_at)
                new = await self._new_import(session, arrival)
                await ImportStorageManager(session, context).store(new, arrival.look)
                trigger = FlowTriggerService(session, context, services)
                await trigger.trigger(new, accepted.config, arrival.sample(), FLOW_TYPE)
            document = await document_of(session, context, earlier or arrival.id)
        if earlier is not None:
            await self._delete_bytes(arrival)
        return document

    async def _new_import(self, session: AsyncSession, arrival: _Arrival) -> NewImport:
        now = self._services.clock()
        request, accepted, look = arrival.request, arrival.accepted, arrival.look
        stated = accepted.config.feed
        same_bytes = await imports.feed_of_same_bytes(session, self._context.engagement_id, arrival.incoming.sha256)
        source = arrival.source_system
        return NewImport(
            id=arrival.id,
            import_name=request.import_name or request.filename,
            import_type=accepted.category,
            import_category=None if look is None else look.understanding.detection.import_category,
            stated_category=accepted.category,
            stated_source=request.source_system,
            processing_config=accepted.config,
            description=request.description,
            filename=request.filename,
            file_size=arrival.incoming.size,
            mime_type=request.mime_type,
            sha256=arrival.incoming.sha256,
            blob_key=self._key(arrival),
            source_system=source,
            # without a source system the feed is named when the file has been read
            feed=feed_of(source, request.filename, stated=stated, same_bytes=same_bytes)
            if stated or same_bytes or source
            else None,
            status=FlowStatus.PENDING,
            detection=None if look is None else look.as_json(),
            file_format=None if look is None else asdict(look.report.file_format),
            total_records=0,
            observed_at=accepted.observed_at or now,
            observed_at_origin=STATED if accepted.observed_at else UPLOAD,
            idempotency_key=request.idempotency_key,
            created_at=now,
            partial=request.partial,
        )

    async def _delete_bytes(self, arrival: _Arrival) -> None:
        await self._services.blobs.delete_prefix(uploads_folder(self._context.engagement_id, arrival.id))

    def _key(self, arrival: _Arrival) -> str:
        return upload_key(self._context.engagement_id, arrival.id, arrival.incoming.sha256)


STATED = "stated"
UPLOAD = "upload"
"""Where an observation time comes from: the sender, or the moment of the upload."""


async def same_request(
    session: AsyncSession, context: RequestContext, key: str | None, sha256: str
) -> DataImportId | None:
    """The import that an earlier request with this idempotency key has started.

    Raises InvalidRequestError when that one sent something else.
    """
    if key is None:
        return None
    earlier = await imports.find_by_idempotency_key(session, context.engagement_id, key)
    if earlier is None:
        return None
    if earlier.sha256 != sha256:
        raise InvalidRequestError(
            "This idempotency key was used for another file: take a new key for each file.",
            field="idempotency_key",
            data_import_id=str(earlier.id),
        )
    return earlier.id
