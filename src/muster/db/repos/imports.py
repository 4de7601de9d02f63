"""Reads and writes the rows of `data_imports`, and where the flow of an import stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, or_, select, update

from muster.db.repos.import_values import FlowRow, ImportQuery, NewImport, StoredImport
from muster.db.tables.flows import DiscoveryFlow, MasterFlow
from muster.db.tables.imports import DataImport, ImportProgress
from muster.db.tables.tenants import Engagement
from muster.domain.flow_document import EnrichmentResult, ValidationResults
from muster.domain.ids import DataImportId, MasterFlowId
from muster.domain.phases import ENDED, FlowStatus, Phase, WaitingFor
from muster.domain.processing_config import ProcessingConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import EngagementId
    from muster.domain.mapping import Detection
    from muster.domain.tenant import RequestContext


def detection_as_json(
    detection: Detection, *, needs_review: bool = False, review_reasons: Sequence[str] = ()
) -> dict[str, Any]:
    """What the import's column `detection` holds."""
    return {
        "import_category": detection.import_category,
        "source_system": detection.source_system,
        "confidence": detection.confidence,
        "reasons": list(detection.reasons),
        "needs_review": needs_review,
        "review_reasons": list(review_reasons),
    }


async def engagement_open(session: AsyncSession, engagement_id: EngagementId) -> bool | None:
    """Whether the engagement takes imports; None when there is no such engagement."""
    query = select(Engagement.archived_at.is_(None)).where(Engagement.id == engagement_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_doors(session: AsyncSession, engagement_id: EngagementId, *names: str) -> None:
    """Let nobody else of the engagement pass the doors `names` until the transaction ends (same hash, same key …)."""
    for name in sorted(names):
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{engagement_id}:{name}", 0))))


async def find_by_idempotency_key(session: AsyncSession, engagement_id: EngagementId, key: str) -> StoredImport | None:
    """The import that was started with this key."""
    query = select(DataImport).where(DataImport.engagement_id == engagement_id, DataImport.idempotency_key == key)
    row = (await session.execute(query)).scalar_one_or_none()
    return None if row is None else _stored(row)


async def find_running_twin(
    session: AsyncSession,
    engagement_id: EngagementId,
    sha256: str,
    stated_category: str,
    observed_at: datetime | None,
) -> StoredImport | None:
    """An import of the same bytes for the same category and stated observation time that has not ended."""
    query = select(DataImport).where(
        DataImport.engagement_id == engagement_id,
        DataImport.sha256 == sha256,
        DataImport.stated_category == stated_category,
        DataImport.status.not_in([str(status) for status in ENDED]),
        DataImport.observed_at_origin != "stated" if observed_at is None else DataImport.observed_at == observed_at,
    )
    row = (await session.execute(query.order_by(DataImport.id).limit(1))).scalar_one_or_none()
    return None if row is None else _stored(row)


async def feed_of_same_bytes(session: AsyncSession, engagement_id: EngagementId, sha256: str) -> str | None:
    """The feed of the latest import of the same bytes whose claims are part of the inventory."""
    query = (
        select(DataImport.feed)
        .where(
            DataImport.engagement_id == engagement_id,
            DataImport.sha256 == sha256,
            DataImport.claims_active,
            DataImport.feed.is_not(None),
        )
        .order_by(DataImport.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def latest_correction(
    session: AsyncSession, engagement_id: EngagementId, feed: str, since: datetime, until: datetime
) -> datetime | None:
    """The latest observation time, from `since` to `until`, of the imports that correct records of a feed."""
    query = select(func.max(DataImport.observed_at)).where(
        DataImport.engagement_id == engagement_id,
        DataImport.feed == feed,
        DataImport.partial,
        DataImport.observed_at.between(since, until),
    )
    return (await session.execute(query)).scalar_one_or_none()


async def insert_import(session: AsyncSession, context: RequestContext, new: NewImport) -> None:
    """Insert the import's row."""
    await session.execute(
        insert(DataImport).values(
            engagement_id=context.engagement_id,
            client_account_id=context.client_account_id,
            id=new.id,
            import_name=new.import_name,
            import_type=new.import_type,
            import_category=new.import_category,
            stated_category=new.stated_category,
            stated_source=new.stated_source,
            processing_config=new.processing_config.as_json(),
            description=new.description,
            filename=new.filename,
            file_size=new.file_size,
            mime_type=new.mime_type,
            sha256=new.sha256,
            blob_key=new.blob_key,
            source_system=new.source_system,
            feed=new.feed,
            status=str(new.status),
            detection=None if new.detection is None else dict(new.detection),
            file_format=None if new.file_format is None else dict(new.file_format),
            total_records=new.total_records,
            observed_at=new.observed_at,
            observed_at_origin=new.observed_at_origin,
            idempotency_key=new.idempotency_key,
            partial=new.partial,
            imported_by=context.user_id,
            created_at=new.created_at,
        )
    )


async def update_import(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, values: Mapping[str, Any]
) -> None:
    """Set columns of the import's row."""
    await session.execute(
        update(DataImport)
        .where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
        .values(**values, updated_at=func.now())
    )


async def read_import(session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID) -> StoredImport | None:
    """One import."""
    query = select(DataImport).where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
    row = (await session.execute(query)).scalar_one_or_none()
    return None if row is None else _stored(row)


async def find_import(session: AsyncSession, engagement_id: EngagementId, any_id: UUID) -> StoredImport | None:
    """The import for its own id, or for the id of its master or child flow."""
    query = select(DataImport).where(
        DataImport.engagement_id == engagement_id,
        or_(
            DataImport.id == any_id,
            DataImport.id
            == select(DiscoveryFlow.data_import_id)
            .where(DiscoveryFlow.engagement_id == engagement_id, DiscoveryFlow.flow_id == any_id)
            .scalar_subquery(),
        ),
    )
    row = (await session.execute(query)).scalar_one_or_none()
    return None if row is None else _stored(row)


async def list_imports(session: AsyncSession, engagement_id: EngagementId, query: ImportQuery) -> list[StoredImport]:
    """Imports, newest first."""
    statement = select(DataImport).where(DataImport.engagement_id == engagement_id)
    for column, value in (
        (DataImport.status, query.status),
        (DataImport.import_category, query.import_category),
        (DataImport.source_system, query.source_system),
        (DataImport.filename, query.filename),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if query.before is not None:
        statement = statement.where(DataImport.id < query.before)
    rows = await session.execute(statement.order_by(DataImport.id.desc()).limit(query.limit))
    return [_stored(row) for row in rows.scalars()]


async def delete_import(session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId) -> None:
    """Delete an import and all that refers to it; its rows, which refer to nothing, are deleted before."""
    await session.execute(
        delete(DataImport).where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
    )


async def read_flow_row(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId
) -> FlowRow | None:
    """Where the import's flow stands."""
    row = (await session.execute(_flow_rows(engagement_id, DiscoveryFlow.data_import_id == data_import_id))).first()
    return None if row is None else _flow_row(row)


async def find_incomplete_flow(session: AsyncSession, engagement_id: EngagementId) -> FlowRow | None:
    """The oldest flow of the engagement that has not ended."""
    open_ones = MasterFlow.flow_status.not_in([str(status) for status in ENDED])
    row = (await session.execute(_flow_rows(engagement_id, open_ones).order_by(MasterFlow.flow_id).limit(1))).first()
    return None if row is None else _flow_row(row)


async def replace_sample(
    session: AsyncSession,
    engagement_id: EngagementId,
    data_import_id: DataImportId,
    sample: Sequence[Mapping[str, str | None]],
) -> None:
    """Write the rows that the child flow keeps as its audit trail, where the head could not be read at the door."""
    await session.execute(
        update(DiscoveryFlow)
        .where(DiscoveryFlow.engagement_id == engagement_id, DiscoveryFlow.data_import_id == data_import_id)
        .values(
            crewai_state_data=DiscoveryFlow.crewai_state_data.concat({"raw_data_sample": [dict(row) for row in sample]})
        )
    )


def _flow_rows(engagement_id: EngagementId, condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            MasterFlow.flow_id,
            MasterFlow.flow_status,
            MasterFlow.phase,
            MasterFlow.waiting_for,
            MasterFlow.error_message,
            ImportProgress.progress_percentage,
            ImportProgress.processed_records,
            ImportProgress.total_records,
        )
        .join(
            DiscoveryFlow,
            (DiscoveryFlow.engagement_id == MasterFlow.engagement_id) & (DiscoveryFlow.flow_id == MasterFlow.flow_id),
        )
        .outerjoin(
            ImportProgress,
            (ImportProgress.engagement_id == DiscoveryFlow.engagement_id)
            & (ImportProgress.data_import_id == DiscoveryFlow.data_import_id),
        )
        .where(MasterFlow.engagement_id == engagement_id, condition)
    )


def _flow_row(row: Row[Any]) -> FlowRow:
    return FlowRow(
        flow_id=MasterFlowId(row.flow_id),
        status=FlowStatus(row.flow_status),
        phase=Phase(row.phase),
        waiting_for=None if row.waiting_for is None else WaitingFor(row.waiting_for),
        error_message=row.error_message,
        progress_percentage=row.progress_percentage or 0.0,
        processed=row.processed_records or 0,
        total=row.total_records or 0,
    )


def _stored(row: DataImport) -> StoredImport:
    return StoredImport(
        id=DataImportId(row.id),
        import_name=row.import_name,
        import_category=row.import_category,
        stated_category=row.stated_category,
        stated_source=row.stated_source,
        processing_config=ProcessingConfig.parse(row.processing_config),
        description=row.description,
        filename=row.filename,
        file_size=row.file_size,
        mime_type=row.mime_type,
        sha256=row.sha256,
        blob_key=row.blob_key,
        source_system=row.source_system,
        feed=row.feed,
        status=FlowStatus(row.status),
        detection=row.detection,
        file_format=row.file_format,
        progress_percentage=row.progress_percentage,
        total_records=row.total_records,
        processed_records=row.processed_records,
        failed_records=row.failed_records,
        imported_by=row.imported_by,
        observed_at=row.observed_at,
        observed_at_origin=row.observed_at_origin,
        staged_attempt=row.staged_attempt,
        rows_attempt=row.rows_attempt,
        claims_attempt=row.claims_attempt,
        claims_active=row.claims_active,
        partial=row.partial,
        purged_at=row.purged_at,
        validation_results=ValidationResults.from_json(row.validation_results) if row.validation_results else None,
        enrichment_summary=EnrichmentResult.from_json(row.enrichment_summary) if row.enrichment_summary else None,
        error_message=row.error_message,
        started_at=row.started_at,
        completed_at=row.completed_at,
        created_at=row.created_at,
        master_flow_id=None if row.master_flow_id is None else MasterFlowId(row.master_flow_id),
    )
