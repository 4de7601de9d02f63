"""Opens what the upload phase staged: the report, and the imported tables with their mapping."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.blobs.keys import staging_key
from muster.db.repos import import_tables, imports
from muster.domain.errors import NotFoundError, UnreadableFileError
from muster.pipeline.read.report import REPORT_NAME, report_from_json
from muster.services.processors.staged_tables import TableToImport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import StoredImport, StoredMapping, StoredTable
    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.tables import ReadReport
    from muster.domain.tenant import Tenant
    from muster.services.context import Services

ROWS_KIND = "rows"
"""The format of an import whose rows were handed over, and staged, at the door."""


@dataclass(frozen=True, slots=True)
class OpenImport:
    """An import with its tables and mapping as the database has them."""

    stored: StoredImport
    tables: tuple[StoredTable, ...]
    mappings: tuple[StoredMapping, ...]


async def read_open_import(services: Services, tenant: Tenant, data_import_id: UUID) -> OpenImport:
    """Read an import with its tables and mapping. Raises NotFoundError when the engagement has no such import."""
    async with services.database.begin(tenant) as session:
        stored = await require_import(session, tenant.engagement_id, data_import_id)
        tables = await import_tables.read_tables(session, tenant.engagement_id, stored.id)
        mappings = await import_tables.read_mappings(session, tenant.engagement_id, stored.id)
    return OpenImport(stored, tuple(tables), tuple(mappings))


async def require_import(session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID) -> StoredImport:
    """The import. Raises NotFoundError when the engagement has none of this id."""
    stored = await imports.read_import(session, engagement_id, data_import_id)
    if stored is None:
        raise no_such_import(data_import_id)
    return stored


def no_such_import(data_import_id: UUID) -> NotFoundError:
    """The refusal for an id that names no import here."""
    return NotFoundError(f"There is no import {data_import_id} in this engagement.", data_import_id=str(data_import_id))


async def load_report(
    services: Services, engagement_id: EngagementId, data_import_id: DataImportId, attempt: int
) -> ReadReport:
    """The report of one attempt at reading. Raises UnreadableFileError when its staging is gone."""
    key = staging_key(engagement_id, data_import_id, attempt, REPORT_NAME)
    try:
        async with services.blobs.local_path(key) as path:
            return report_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _gone() from error


@asynccontextmanager
async def staged_file(
    services: Services, engagement_id: EngagementId, stored: StoredImport, name: str
) -> AsyncIterator[Path]:
    """A local path to one staged table. Raises UnreadableFileError when its staging is gone."""
    key = staging_key(engagement_id, stored.id, stored.staged_attempt, name)
    async with AsyncExitStack() as stack:
        try:
            path = await stack.enter_async_context(services.blobs.local_path(key))
        except FileNotFoundError as error:
            raise _gone() from error
        yield path


@asynccontextmanager
async def tables_to_import(
    services: Services, tenant: Tenant, found: OpenImport, report: ReadReport
) -> AsyncIterator[list[TableToImport]]:
    """The tables that are imported, with their staged files at hand while the context is open."""
    async with AsyncExitStack() as stack:
        tables: list[TableToImport] = []
        infos = {info.number: info for info in report.tables}
        for table in found.tables:
            if not table.imported:
                continue
            info = infos[table.number]
            path = await stack.enter_async_context(
                staged_file(services, tenant.engagement_id, found.stored, info.staged)
            )
            columns = [mapping.column for mapping in found.mappings if mapping.column.table == table.name]
            tables.append(TableToImport.of(info, table.detected, columns, path))
        yield tables


def _gone() -> UnreadableFileError:
    return UnreadableFileError("What was read of this file is not there any more: import the file again.")
