"""Takes corrected rows of an import back: a new import of the same feed, which brings only what it lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from muster.db.repos import imports
from muster.domain.errors import ConflictError
from muster.domain.phases import FlowStatus
from muster.domain.processing_config import MappingChoice, ReviewRule
from muster.services.open_staging import read_open_import
from muster.services.start_import import ImportStorageHandler, UploadRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterable
    from datetime import datetime
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.processing_config import ProcessingConfig
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.open_staging import OpenImport

_STEP = timedelta(microseconds=1)
_MOST_CORRECTIONS = timedelta(seconds=1)
"""Corrections of one observation stand behind it, a microsecond apart, in the order in which they came."""

_SUFFIX = "-rejects"
_AFTER_REVIEW = {ReviewRule.MAPPING: ReviewRule.AUTO, ReviewRule.BOTH: ReviewRule.PLAN}
"""The mapping has been looked at already."""


@dataclass(frozen=True, slots=True)
class Resubmission:
    """A file with corrected rows; `content` gives its bytes in pieces and is read once."""

    content: AsyncIterable[bytes]
    filename: str
    mime_type: str | None = None


async def resubmit_import(
    services: Services, context: RequestContext, data_import_id: UUID, sent: Resubmission
) -> FlowDocument:
    """Start an import of corrected rows: the reject file of an import, or any file with the same columns.

    Category, source system, feed and mapping are those of the import that is corrected; the rows are of the same
    observation, only later than what was said of them so far. Rows that say what was said already change nothing.
    Raises NotFoundError, ConflictError while the import has not ended or is not part of the inventory, and what
    ImportStorageHandler.handle_import raises.
    """
    found = await read_open_import(services, context.tenant, data_import_id)
    _check(found)
    request = UploadRequest(
        content=sent.content,
        filename=_filename(sent.filename, found.stored.filename),
        import_category=found.stored.import_category or found.stored.stated_category,
        processing_config=(await _config(services, context, found)).as_json(),
        description=f"Corrected rows of {found.stored.filename}",
        source_system=found.stored.source_system,
        mime_type=sent.mime_type,
        partial=True,
    )
    return await ImportStorageHandler(services, context).handle_import(request)


def _check(found: OpenImport) -> None:
    stored = found.stored
    if stored.status is FlowStatus.COMPLETED or (stored.status is FlowStatus.FAILED and stored.rows_attempt > 0):
        return
    said = {
        FlowStatus.FAILED: "No row of this import was checked: correct the file and import it instead.",
        FlowStatus.CANCELLED: "This import was cancelled: import the corrected file instead.",
        FlowStatus.UNDONE: "This import was undone: redo it first, or import the corrected file instead.",
    }.get(stored.status, "This import has not ended: wait until it has, then send the corrected rows.")
    raise ConflictError(said, data_import_id=str(stored.id), status=str(stored.status))


async def _config(services: Services, context: RequestContext, found: OpenImport) -> ProcessingConfig:
    config = found.stored.processing_config
    return replace(
        config,
        mapping=_choices(found),
        review=_AFTER_REVIEW.get(config.review, config.review),
        feed=found.stored.feed,
        observed_at=await _observed_at(services, context, found),
    )


async def _observed_at(services: Services, context: RequestContext, found: OpenImport) -> datetime:
    """Right behind the import that is corrected, and behind what has corrected it before."""
    since = found.stored.observed_at
    async with services.database.begin(context.tenant) as session:
        latest = await imports.latest_correction(
            session, context.engagement_id, found.stored.feed or "", since, since + _MOST_CORRECTIONS
        )
    return max(since, latest or since) + _STEP


def _choices(found: OpenImport) -> tuple[MappingChoice, ...]:
    """The mapping as the user's word; a header that a table has twice is left to the proposal."""
    several = sum(table.imported for table in found.tables) > 1
    columns = [mapping.column for mapping in found.mappings]
    names = [(column.table, column.source_field) for column in columns]
    return tuple(
        MappingChoice(
            column.source_field, column.target_field, column.table if several else None, column.transformation
        )
        for column in columns
        if names.count((column.table, column.source_field)) == 1
    )


def _filename(sent: str, corrected: str) -> str:
    """The name of a reject file without its suffix, so that the source is recognised as it was."""
    stem = PurePath(corrected).stem
    return f"{stem}{PurePath(sent).suffix}" if PurePath(sent).stem == f"{stem}{_SUFFIX}" else sent
