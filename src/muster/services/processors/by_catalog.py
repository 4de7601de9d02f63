"""The processor for every category that the catalog describes fully: its agents check, its claims enrich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import findings, import_rows, imports, steps
from muster.domain.errors import FlowError
from muster.domain.flow_document import EnrichmentResult, ValidationResults
from muster.domain.flow_state import Fence, SupersededError
from muster.domain.ids import MasterFlowId
from muster.domain.phases import Phase
from muster.services.enrich_assets import enrich_assets
from muster.services.flows.steps import StepPlan, Steps
from muster.services.flows.work import PhaseWork
from muster.services.import_rows import Attempt, write_checked_rows
from muster.services.open_staging import OpenImport, load_report, read_open_import, tables_to_import
from muster.services.processors.base import BaseDataImportProcessor
from muster.services.processors.checks import CONVERT, Checks
from muster.services.processors.rows_done import RowsDone
from muster.services.processors.staged_tables import StagedTables
from muster.services.processors.verdict import Verdict, judge

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId

_KEEP = "records"
_ASSETS = "assets"


class CatalogProcessor(BaseDataImportProcessor):
    """Validates by the category's agents and enriches by its claims, whatever the category."""

    async def validate_data(self, data_import_id: DataImportId) -> ValidationResults:
        """See BaseDataImportProcessor. Rows are written in batches tagged with the attempt, which count at the end."""
        found = await read_open_import(self.services, self.context.tenant, data_import_id)
        report = await load_report(
            self.services, self.context.engagement_id, data_import_id, found.stored.staged_attempt
        )
        work = self._work(found)
        await self._clear_leftovers(found)
        async with (
            self.services.blobs.scratch() as folder,
            tables_to_import(self.services, self.context.tenant, found, report) as to_import,
        ):
            tables = StagedTables(to_import, folder)
            progress = RowsDone(self.on_progress, tables.rows, len(self.category.agents))
            visible = Steps(work)
            await self._plan(visible, found)
            checks = Checks(self.context, self.category, found.stored, tables, folder)
            runs = await checks.run(visible, progress)
            counted = [(table, table.info.rows - tables.skipped_rows(table)) for table in tables.tables]
            verdict = judge(counted, runs, self.category, report.findings, report.counts)
            async with visible.step(_KEEP) as step:
                attempt = Attempt(
                    self.services, self.context.tenant, data_import_id, work.fence, found.stored.created_at.date()
                )
                await write_checked_rows(attempt, tables, verdict, folder, progress.add)
                step.records = tables.rows
                step.output = {
                    "valid": verdict.valid,
                    "held_back": verdict.invalid,
                    "no_records": tables.rows - verdict.records,
                }
        return await self._conclude(found, work, verdict)

    async def enrich_assets(
        self,
        data_import_id: DataImportId,
        validation_results: ValidationResults,  # noqa: ARG002 - the rows that are valid are marked as such
    ) -> EnrichmentResult:
        """See BaseDataImportProcessor. With other `enrichment_targets` than assets, the inventory stays as it is."""
        found = await read_open_import(self.services, self.context.tenant, data_import_id)
        targets = found.stored.processing_config.enrichment_targets
        if targets is not None and _ASSETS not in targets:
            kept = found.stored.total_records - found.stored.failed_records
            return EnrichmentResult(0, 0, {"rows_not_asked_for": kept})

        async def progress(done: int, total: int) -> None:
            self.on_progress(done, total)

        return await enrich_assets(self.db, self.context, self.services, data_import_id, progress)

    def _work(self, found: OpenImport) -> PhaseWork:
        """What steps are written for: this attempt at the validation."""
        flow_id = found.stored.master_flow_id or MasterFlowId(found.stored.id)
        return PhaseWork(self.db, self.context, self.services, flow_id, found.stored.id, Phase.VALIDATION, self.attempt)

    async def _clear_leftovers(self, found: OpenImport) -> None:
        """Delete the rows of attempts that ended without counting."""
        async with self.services.database.begin(self.context.tenant) as session:
            await import_rows.delete_other_attempts(
                session, self.context.engagement_id, found.stored.id, [found.stored.rows_attempt]
            )

    async def _plan(self, visible: Steps, found: OpenImport) -> None:
        asked = found.stored.processing_config.agents
        await visible.plan(
            [
                StepPlan(CONVERT, "Read cells as values of their fields"),
                *(
                    StepPlan(agent, f"Check: {agent.replace('_', ' ')}", {"asked_for": asked is None or agent in asked})
                    for agent in self.category.agents
                ),
                StepPlan(_KEEP, "Keep every row with its outcome"),
            ]
        )

    async def _conclude(self, found: OpenImport, work: PhaseWork, verdict: Verdict) -> ValidationResults:
        """Let the attempt's rows and findings count: with the flow's move, or by themselves when the import fails."""
        why = verdict.why_unusable(strict=found.stored.processing_config.strict)
        if why is None:
            await self._publish(self.db, found, work.fence, verdict)
            return verdict.results()
        async with self.services.database.begin(self.context.tenant) as session:
            if not await steps.hold_attempt(session, self.context.engagement_id, found.stored.id, work.fence):
                raise SupersededError
            await self._publish(session, found, work.fence, verdict)
        raise FlowError(why, flow_id=str(work.flow_id), phase=str(Phase.VALIDATION))

    async def _publish(self, session: AsyncSession, found: OpenImport, fence: Fence, verdict: Verdict) -> None:
        engagement_id, import_id = self.context.engagement_id, found.stored.id
        await findings.delete_earlier_findings(session, engagement_id, import_id, fence)
        await findings.insert_findings(
            session,
            self.context.tenant,
            import_id,
            fence,
            [finding for run in verdict.runs for finding in run.findings],
            [count for run in verdict.runs for count in run.counts],
        )
        await import_rows.delete_other_attempts(session, engagement_id, import_id, [fence.attempt])
        await imports.update_import(
            session,
            engagement_id,
            import_id,
            {
                "rows_attempt": fence.attempt,
                "total_records": verdict.records,
                "processed_records": verdict.valid,
                "failed_records": verdict.invalid,
                "validation_results": verdict.results().as_json(),
            },
        )
