"""Takes a file in: stores its bytes, looks at its head, and writes import, flows and job in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping
    from datetime import datetime

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """One file to import. `content` gives its bytes in pieces and is read once.

    `import_category` is a category, one of its older names (`cmdb`, `asset_inventory`) or `auto`; `processing_config`
    is the JSON object of the request as it came (domain.processing_config reads it); `observed_at` counts when the
    config names none.
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


class ImportStorageHandler:
    """The upload use case."""

    def __init__(self, services: Services, context: RequestContext) -> None:
        self._services = services
        self._context = context

    async def handle_import(self, request: UploadRequest) -> FlowDocument:
        """Store the file and start its flow; the job is deferred in the same transaction.

        Raises InvalidRequestError, EmptyUploadError, TooLargeError, UnreadableFileError, StorageFullError, and
        ConflictError (facts: `data_import_id`) when the same bytes are being imported here for the same category and
        observation time. Nothing stays behind after an error.
        """
        raise NotImplementedError
