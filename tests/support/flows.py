"""Imports and flows for tests that are not about reading files: an import's row, its flow, a processor of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from muster.db.tables.imports import DataImport
from muster.domain.flow_document import AgentResult, EnrichmentResult, ValidationResults
from muster.domain.ids import DataImportId
from muster.domain.phases import StepStatus
from muster.kit.ids import uuid7
from muster.services.flows.data_import import DataImportChildFlowService, Sample
from muster.services.processors.base import BaseDataImportProcessor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import MasterFlowId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

SAMPLE = Sample([{"Name": "web01", "Owner": "Ann Lee"}, {"Name": "web02", "Owner": "Bo Sze"}, {"Name": "db01"}])


async def insert_import(session: AsyncSession, context: RequestContext) -> DataImportId:
    """The row of an import whose file is of no interest."""
    import_id = DataImportId(uuid7())
    values: dict[str, Any] = {
        "id": import_id,
        "engagement_id": context.engagement_id,
        "client_account_id": context.client_account_id,
        "import_name": "servers.csv",
        "import_type": "cmdb_export",
        "import_category": "cmdb_export",
        "stated_category": "cmdb_export",
        "filename": "servers.csv",
        "file_size": 10,
        "sha256": import_id.hex,
        "blob_key": "uploads/none",
        "status": "pending",
        "observed_at": text("now()"),
        "observed_at_origin": "upload",
    }
    await session.execute(DataImport.__table__.insert().values(**values))
    return import_id


async def new_flow(
    services: Services, context: RequestContext, *, flow_type: str = "data_import", sample: Sample = SAMPLE
) -> tuple[DataImportId, MasterFlowId]:
    """An import with its flow, committed; no job waits for it."""
    async with services.database.begin(context.tenant) as session:
        import_id = await insert_import(session, context)
        made = await DataImportChildFlowService(session, context, services).create_import_flow(
            import_id, "cmdb_export", {"strict": False}, sample=sample, flow_type=flow_type
        )
    return import_id, made.master_flow_id


async def rows(services: Services, context: RequestContext, query: str, **values: object) -> list[dict[str, Any]]:
    """What a query shows to the application within the context's tenant."""
    async with services.database.begin(context.tenant) as session:
        return [dict(row) for row in (await session.execute(text(query), values)).mappings()]


async def one(services: Services, context: RequestContext, query: str, **values: object) -> dict[str, Any]:
    """The only row of a query."""
    found = await rows(services, context, query, **values)
    assert len(found) == 1
    return found[0]


async def statuses(services: Services, context: RequestContext, flow_id: UUID) -> set[str]:
    """The statuses that master, child and import show; one, when all is well."""
    row = await one(
        services,
        context,
        "SELECT m.flow_status, c.status AS child, i.status AS import FROM crewai_flow_state_extensions m"
        " JOIN discovery_flows c USING (engagement_id, flow_id)"
        " JOIN data_imports i ON i.engagement_id = m.engagement_id AND i.id = c.data_import_id"
        " WHERE m.flow_id = :flow_id",
        flow_id=flow_id,
    )
    return set(row.values())


class ScriptedProcessor(BaseDataImportProcessor):
    """A processor whose two halves a test may replace; it remembers what it was asked."""

    calls: ClassVar[list[tuple[str, UUID]]] = []
    on_validate: ClassVar[Callable[[ScriptedProcessor, DataImportId], Awaitable[None]] | None] = None
    on_enrich: ClassVar[Callable[[ScriptedProcessor, DataImportId], Awaitable[None]] | None] = None

    async def validate_data(self, data_import_id: DataImportId) -> ValidationResults:
        self.calls.append(("validate", data_import_id))
        if (script := type(self).on_validate) is not None:
            await script(self, data_import_id)
        return ValidationResults(
            is_valid=True,
            error_count=0,
            warning_count=3,
            agent_results=(AgentResult("schema_validation", StepStatus.COMPLETED, 0, 3),),
        )

    async def enrich_assets(
        self, data_import_id: DataImportId, validation_results: ValidationResults
    ) -> EnrichmentResult:
        assert validation_results.warning_count == 3
        self.calls.append(("enrich", data_import_id))
        if (script := type(self).on_enrich) is not None:
            await script(self, data_import_id)
        return EnrichmentResult(assets_created=7, assets_updated=2, enrichment_details={"unchanged": 1})
