"""Says what importing a file would do to the inventory, and writes nothing: no import, no bytes, no claims."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.registry import categories, sources
from muster.db.repos import changes as changes_repo
from muster.db.repos import claims as claims_repo
from muster.db.repos import decisions as decisions_repo
from muster.db.repos import imports
from muster.db.repos.claims import ClaimImport
from muster.kit.ids import uuid7
from muster.pipeline.detect.observed import observe, stating_tables
from muster.pipeline.mapping.propose import refined
from muster.pipeline.upload.inspect import hash_file
from muster.pipeline.validate import Knowledge, all_agents, run_agent
from muster.services.compute_plan import compute_steadily, write_plan
from muster.services.feed_name import feed_of
from muster.services.import_rows import write_claims
from muster.services.inventory.ledger import ledger_of
from muster.services.inventory.roster import make_roster
from muster.services.processors.staged_tables import StagedTables, TableToImport
from muster.services.processors.verdict import Verdict, judge
from muster.services.read_limits import read_limits
from muster.services.remember_mapping import read_learned
from muster.services.sandbox import read_file_in_child
from muster.services.understand_file import Stated, category_of, check_choices, understand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.catalog.model import Category
    from muster.domain.plan import PlanTotals
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tables import ReadReport
    from muster.domain.tenant import RequestContext
    from muster.services.compute_plan import ComputedPlan
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class PlanFileRequest:
    """One file to plan; the members are those of an import. `filename` is what it would be called in the inventory."""

    path: Path
    filename: str
    category: str = "auto"
    mapping: tuple[MappingChoice, ...] = ()
    feed: str | None = None
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What the import of a file would do.

    `why_not`: the sentence with which the import would fail; there is no `plan` then. `review_reasons`: what an import
    would want a person to look at in its mapping first.
    """

    import_category: str | None
    source_system: str | None
    feed: str | None
    observed_at: datetime
    total_records: int
    valid_records: int
    review_reasons: tuple[str, ...]
    why_not: str | None = None
    plan: ComputedPlan | None = None


@asynccontextmanager
async def planned_file(
    services: Services, context: RequestContext, request: PlanFileRequest
) -> AsyncIterator[FilePlan]:
    """Read and check a file as an import does, and plan it; the entries are there while the context is open.

    Raises EmptyUploadError, UnreadableFileError, TooLargeError, StorageFullError, InvalidRequestError for a category or
    a field that does not exist, BusyError while the inventory changes again and again.
    """
    category = category_of(request.category)
    learned = await read_learned(services, context.tenant)
    check_choices(request.mapping, learned.custom_fields)
    stated = Stated(category, None, request.mapping, learned)
    async with services.blobs.scratch() as folder:
        report = await read_file_in_child(
            request.path, request.filename, folder / "staged", read_limits(services.limits)
        )
        checked = await asyncio.to_thread(_check, services, request, stated, report, folder)
        if checked.why_not is not None:
            yield checked.as_plan(None, None)
            return
        async with services.database.begin(context.tenant) as db:
            same_bytes = await imports.feed_of_same_bytes(db, context.engagement_id, checked.sha256)
        feed = feed_of(checked.source_system, request.filename, stated=request.feed, same_bytes=same_bytes)
        joining = checked.as_import(feed)

        async def write(db: AsyncSession, path: Path) -> PlanTotals:
            there = await claims_repo.claim_imports(db, context.tenant)
            decisions = await decisions_repo.read_decisions(db, context.tenant)
            ranks = await changes_repo.read_ranks(db, context.tenant)
            everything = sorted([*there, joining], key=lambda item: item.import_id)
            roster = make_roster(everything, decisions, ranks, joining=joining.import_id)
            async with ledger_of(db, context.tenant, services, roster) as ledger:
                for number, claims in checked.claims.items():
                    ledger.files.hold(joining, number, claims)
                return await write_plan(ledger, joining.import_id, checked.tables, path)

        plan = await compute_steadily(services, context.tenant, folder, write)
        yield checked.as_plan(feed, plan)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that was read and checked; `claims` are the files of typed claims by table number, `rows` their rows."""

    sha256: str
    import_category: str | None
    source_system: str | None
    observed_at: datetime
    verdict: Verdict
    review_reasons: tuple[str, ...]
    tables: Mapping[int, str]
    rows: Mapping[int, int]
    claims: Mapping[int, Path]
    why_not: str | None

    def as_import(self, feed: str) -> ClaimImport:
        """The import as it would be once its rows are checked."""
        return ClaimImport(
            import_id=uuid7(),
            source_system=self.source_system,
            import_category=self.import_category or "",
            feed=feed,
            observed_at=self.observed_at,
            sha256=self.sha256,
            claims_attempt=0,
            claims_active=False,
            tables=tuple(self.rows.items()),
        )

    def as_plan(self, feed: str | None, plan: ComputedPlan | None) -> FilePlan:
        """What is told of it."""
        return FilePlan(
            import_category=self.import_category,
            source_system=self.source_system,
            feed=feed,
            observed_at=self.observed_at,
            total_records=self.verdict.records,
            valid_records=self.verdict.valid,
            review_reasons=self.review_reasons,
            why_not=self.why_not,
            plan=plan,
        )


def _check(services: Services, request: PlanFileRequest, stated: Stated, report: ReadReport, folder: Path) -> _Checked:
    """Map and validate as an import does, and write the typed claims into `folder`; in a thread."""
    now = services.clock()
    understood = understand(report, request.filename, stated)
    frames = {table.name: pl.scan_parquet(folder / "staged" / table.staged) for table in report.tables}
    proposal = refined(understood.proposal, frames)
    detection = understood.detection
    detected = {table.table: table for table in detection.tables}
    imported = [info for info in report.tables if detected[info.name].imported]
    tables = StagedTables(
        [
            TableToImport.of(info, detected[info.name], proposal.for_table(info.name), folder / "staged" / info.staged)
            for info in imported
        ],
        folder,
    )
    known = categories().get(detection.import_category or "")
    verdict = _judge(tables, known, report, now) if known is not None and imported else Verdict((), ())
    why_not = verdict.why_unusable(strict=False) if imported else "; ".join(detection.reasons)
    observation = observe(stating_tables(report, detection, frames), sources(), now)
    claims: dict[int, Path] = {}
    if why_not is None:
        for table in verdict.tables:
            if (typed := tables.typed(table.table)) is not None:
                claims[table.table.number] = folder / f"claims-{table.table.number}.parquet"
                write_claims(typed, table, now.date(), claims[table.table.number])
    return _Checked(
        sha256=hash_file(request.path),
        import_category=detection.import_category,
        source_system=detection.source_system,
        observed_at=request.observed_at or (now if observation.at is None else observation.at.moment),
        verdict=verdict,
        review_reasons=proposal.review_reasons,
        tables={info.number: info.name for info in imported},
        rows={info.number: info.rows for info in imported if info.number in claims},
        claims=claims,
        why_not=why_not,
    )


def _judge(tables: StagedTables, category: Category, report: ReadReport, now: datetime) -> Verdict:
    tables.convert_all(_untold)
    knowledge = Knowledge(as_of=now.date(), category=category, fields=FIELDS)
    runs = [run_agent(all_agents()[agent], tables, knowledge, _untold) for agent in category.agents]
    counted = [(table, table.info.rows - tables.skipped_rows(table)) for table in tables.tables]
    return judge(counted, runs, category, report.findings, report.counts)


def _untold(rows: int) -> None:
    """Tell nobody how many `rows` are done."""
