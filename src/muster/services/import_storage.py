"""Writes a new import: its row, its tables, its mapping, its flow and its job, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muster.catalog.fields import FIELDS
from muster.catalog.model import Privacy
from muster.db.repos import import_tables, imports
from muster.db.repos.import_values import SUGGESTED, StoredMapping
from muster.domain.phases import Phase
from muster.kit.text import words
from muster.services.background import BackgroundExecutionService
from muster.services.flows.data_import import SAMPLE_ROWS, DataImportChildFlowService, ImportFlow, Sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import NewImport
    from muster.domain.ids import DataImportId
    from muster.domain.mapping import MappingProposal
    from muster.domain.processing_config import ProcessingConfig
    from muster.domain.tables import ReadReport
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.understand_file import Understanding

_SENSITIVE_WORDS = frozenset(
    {
        "password",
        "passwort",
        "pwd",
        "secret",
        "token",
        "credential",
        "credentials",
        "key",
        "email",
        "mail",
        "phone",
        "iban",
    }
    | {"ssn", "birth", "birthday", "salary", "owner", "contact", "person", "user", "username", "login"}
)
"""Words of headers under which a first look at a file shows shapes instead of cells."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What reading (the head of) a file gave, and what it is taken for."""

    report: ReadReport
    understanding: Understanding

    def as_json(self) -> dict[str, Any]:
        """What the import's column `detection` holds."""
        proposal = self.understanding.proposal
        return imports.detection_as_json(
            self.understanding.detection, needs_review=proposal.needs_review, review_reasons=proposal.review_reasons
        )


class ImportStorageManager:
    """Writes import rows in the caller's transaction."""

    def __init__(self, session: AsyncSession, context: RequestContext) -> None:
        self._session = session
        self._context = context

    async def store(self, new: NewImport, look: FirstLook | None) -> None:
        """Insert the import, with tables and mapping proposal as far as the first look gave any."""
        await imports.insert_import(self._session, self._context, new)
        if look is not None:
            await self.store_understanding(new.id, look)

    async def store_understanding(self, data_import_id: DataImportId, look: FirstLook, status: str = SUGGESTED) -> None:
        """Write tables and mapping anew."""
        understood = look.understanding
        by_name = {table.table: table for table in understood.detection.tables}
        await import_tables.replace_tables(
            self._session,
            self._context.tenant,
            data_import_id,
            [(table, by_name[table.name]) for table in look.report.tables],
        )
        await import_tables.replace_mappings(
            self._session,
            self._context.tenant,
            data_import_id,
            [StoredMapping(column, status) for column in understood.proposal.columns],
        )


class FlowTriggerService:
    """Starts the flow of a new import: master, child and job, in the caller's transaction."""

    def __init__(self, session: AsyncSession, context: RequestContext, services: Services) -> None:
        self._session = session
        self._context = context
        self._services = services

    async def trigger(self, new: NewImport, config: ProcessingConfig, sample: Sample, flow_type: str) -> ImportFlow:
        """Create both flows and defer the upload phase; the work begins with the commit."""
        flow = await DataImportChildFlowService(self._session, self._context, self._services).create_import_flow(
            new.id,
            new.import_category,
            config.as_json(),
            sample=sample,
            flow_type=flow_type,
            flow_name=new.import_name,
        )
        await BackgroundExecutionService(self._services).start_background_import_execution(
            self._session, self._context, new.id, flow.master_flow_id, Phase.UPLOAD
        )
        return flow


def sample_of(report: ReadReport, proposal: MappingProposal) -> Sample:
    """The first rows of the first imported table (of the first with rows, when none is), sensitive columns named."""
    mapped = {column.table for column in proposal.columns}
    tables = [table for table in report.tables if table.sample]
    best = next((table for table in tables if table.name in mapped), tables[0] if tables else None)
    if best is None:
        return Sample([])
    rows: list[Mapping[str, str | None]] = [
        dict(zip(best.columns, row, strict=True)) for row in best.sample[:SAMPLE_ROWS]
    ]
    fields = {column.source_field: column.target_field for column in proposal.for_table(best.name)}
    return Sample(rows, frozenset(name for name in best.columns if _is_sensitive(name, fields.get(name))))


def _is_sensitive(header: str, field: str | None) -> bool:
    """Whether cells under the header may name people or hold secrets; words decide where the catalog does not."""
    if field in FIELDS:
        return FIELDS[field].privacy is not Privacy.NONE
    return not _SENSITIVE_WORDS.isdisjoint(words(header))
