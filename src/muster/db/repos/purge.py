"""Empties an import for good: what quotes the file goes, the import's own row stays as its tombstone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT

from muster.db.tables import (
    ClaimKeyBlock,
    DataImport,
    DiscoveryFlow,
    ImportFieldMapping,
    ImportFinding,
    ImportFindingCount,
    ImportPlan,
    ImportProcessingStep,
    ImportRowBlock,
    ImportTable,
    MasterFlow,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

_QUOTING = (
    ImportFinding,
    ImportFindingCount,
    ImportFieldMapping,
    ImportPlan,
    ClaimKeyBlock,
    ImportTable,
)
"""What holds cells, headers, names of sheets or hashes of identifiers. Where claims led to stays: ids only."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a purge needs to know of an import: whether its claims take part, and whether it was purged before."""

    claims_active: bool
    purged_at: datetime | None


async def read_contents(db: AsyncSession, tenant: Tenant, data_import_id: UUID) -> Contents | None:
    """The import's row, kept for this transaction; None when there is no such import."""
    query = (
        select(DataImport.claims_active, DataImport.purged_at)
        .where(DataImport.engagement_id == tenant.engagement_id, DataImport.id == data_import_id)
        .with_for_update(key_share=True)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else Contents(*row)


async def empty_import(db: AsyncSession, tenant: Tenant, data_import_id: UUID) -> int:
    """Remove rows, findings, mapping, tables, plan and keys, and mark the import as purged; returns the rows removed.

    What is left: names, times, counts, hashes of the file, the status of its steps, and where its claims led to.
    """
    block = ImportRowBlock
    removed = await db.scalars(
        delete(block)
        .where(block.engagement_id == tenant.engagement_id, block.data_import_id == data_import_id)
        .returning(block.valid + block.held_back + block.unchecked)
    )
    rows = sum(removed)
    for table in _QUOTING:
        await db.execute(
            delete(table).where(table.engagement_id == tenant.engagement_id, table.data_import_id == data_import_id)
        )
    await _forget_words(db, tenant, data_import_id)
    return rows


async def _forget_words(db: AsyncSession, tenant: Tenant, data_import_id: UUID) -> None:
    """Take out of the rows that stay what may quote the file: samples, headers in the mapping, reasons, metrics."""
    engagement_id = tenant.engagement_id
    await db.execute(
        update(DataImport)
        .where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
        .values(
            purged_at=func.clock_timestamp(),
            updated_at=func.now(),
            claims_active=False,
            staged_attempt=0,
            rows_attempt=0,
            left_out={},
            processing_config=DataImport.processing_config.delete_path(["mapping"]),
            detection=_without(_without(DataImport.detection, "reasons"), "review_reasons"),
        )
    )
    child = DiscoveryFlow
    of_import = (child.engagement_id == engagement_id, child.data_import_id == data_import_id)
    masters = select(child.flow_id).where(*of_import)
    await db.execute(
        update(MasterFlow)
        .where(MasterFlow.engagement_id == engagement_id, MasterFlow.flow_id.in_(masters))
        .values(flow_configuration=MasterFlow.flow_configuration.delete_path(["processing_config", "mapping"]))
    )
    await db.execute(
        update(child)
        .where(*of_import)
        .values(crewai_state_data=child.crewai_state_data.delete_path(["raw_data_sample"]))
    )
    step = ImportProcessingStep
    await db.execute(
        update(step)
        .where(step.engagement_id == engagement_id, step.data_import_id == data_import_id)
        .values(output_data=step.output_data.delete_path(["metrics"]))
    )


def _without(document: Any, list_name: str) -> Any:  # noqa: ANN401 - SQL expressions of JSON have no narrower type
    """The JSON object with an empty list of this name; null stays null."""
    return func.jsonb_set(document, cast([list_name], ARRAY(TEXT)), cast([], JSONB))


async def purged_at(db: AsyncSession, tenant: Tenant, data_import_id: UUID) -> datetime | None:
    """When the import was purged; None when it was not."""
    query = select(DataImport.purged_at).where(
        DataImport.engagement_id == tenant.engagement_id, DataImport.id == data_import_id
    )
    moment: datetime | None = (await db.execute(query)).scalar_one_or_none()
    return moment


async def purged_imports(db: AsyncSession, tenant: Tenant) -> list[tuple[UUID, str]]:
    """Id and file name of every purged import, newest first."""
    rows = await db.execute(
        select(DataImport.id, DataImport.filename)
        .where(DataImport.engagement_id == tenant.engagement_id, DataImport.purged_at.is_not(None))
        .order_by(DataImport.id.desc())
    )
    return [(import_id, filename) for import_id, filename in rows]
