"""Takes rows in that the caller has parsed: all of them, mapping proposal, flows and job in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


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

    Raises EmptyUploadError without rows, InvalidRequestError, TooLargeError, and FlowInTheWayError while an incomplete
    flow exists in the engagement (facts: `existing_flow` {flow_id, current_phase, status, progress_percentage,
    next_steps}, `recommendations`).
    """
    raise NotImplementedError
