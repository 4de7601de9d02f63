"""Shows, corrects and confirms the mapping of an import while it waits; a mapping once used never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.mapping import MatchMethod
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One column of one table and the field it feeds. `status` is suggested, approved or rejected."""

    table: str
    position: int
    source_field: str
    target_field: str | None
    confidence: float
    match_method: MatchMethod
    evidence: str
    transformation: str | None
    status: str


@dataclass(frozen=True, slots=True)
class FieldMappings:
    """The mapping of an import. `editable` is False once its rows were read with it."""

    data_import_id: UUID
    editable: bool
    needs_review: bool
    review_reasons: tuple[str, ...]
    columns: tuple[FieldMapping, ...]


async def read_mapping(services: Services, context: RequestContext, data_import_id: UUID) -> FieldMappings:
    """The mapping as it stands. Raises NotFoundError."""
    raise NotImplementedError


async def correct_mapping(
    services: Services, context: RequestContext, data_import_id: UUID, choices: Sequence[MappingChoice]
) -> FieldMappings:
    """Write the user's word on columns; the import goes on waiting until it is confirmed.

    Raises NotFoundError, InvalidRequestError for a field or column that does not exist, and ConflictError when the
    mapping was used already.
    """
    raise NotImplementedError


async def confirm_mapping(
    services: Services, context: RequestContext, data_import_id: UUID, choices: Sequence[MappingChoice] = ()
) -> FlowDocument:
    """Correct what `choices` name, approve the whole mapping and let the flow go on. Raises as `correct_mapping`."""
    raise NotImplementedError
