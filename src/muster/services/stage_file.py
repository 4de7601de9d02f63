"""The phase upload: reads the whole file, stages it, says what it is and how its columns map."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from muster.blobs.keys import staging_folder, staging_key
from muster.catalog.registry import sources
from muster.db.repos import findings as finding_rows
from muster.db.repos import imports, steps
from muster.db.repos.import_values import APPROVED, SUGGESTED
from muster.domain import import_codes
from muster.domain.errors import FlowError, UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.flow_state import SupersededError
from muster.domain.mapping import MatchMethod
from muster.domain.phases import Phase
from muster.domain.processing_config import MappingChoice, ReviewRule
from muster.pipeline.detect.observed import Observation, Origin, observe, stating_tables
from muster.pipeline.mapping.propose import refined
from muster.pipeline.read.report import REPORT_NAME
from muster.services.feed_name import feed_of
from muster.services.flows.progress import report_progress
from muster.services.flows.steps import Steps
from muster.services.import_storage import FirstLook, ImportStorageManager, sample_of
from muster.services.open_staging import ROWS_KIND, load_report, read_open_import, staged_file
from muster.services.read_limits import read_limits
from muster.services.remember_mapping import Occasion, SeenTable, note_use, read_learned, remember_stated
from muster.services.sandbox import read_file_in_child
from muster.services.understand_file import AUTO, Stated, Understanding, understand

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import StoredImport
    from muster.domain.findings import Finding
    from muster.domain.tables import ReadReport
    from muster.services.flows.work import PhaseWork
    from muster.services.open_staging import OpenImport

_LOOK_SECONDS = 2.0
_READ = "reading"
_MAP = "mapping"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Staged:
    """What the phase gives. `needs_review`: a person is to look at the mapping first."""

    needs_review: bool
    total_records: int


async def stage_import(work: PhaseWork) -> Staged:
    """Read and stage the import's file, and write tables, mapping and the reader's findings with the flow's move.

    Raises UnreadableFileError, TooLargeError or StorageFullError when the file can not be read as a whole, FlowError
    when nothing in it fits a category, or it has no rows; what was found is then readable all the same.
    """
    found = await read_open_import(work.services, work.context.tenant, work.data_import_id)
    await _clear_leftovers(work, found.stored)
    visible = Steps(work)
    async with AsyncExitStack() as stack:
        read = await _read(stack, work, found.stored, visible)
        async with visible.step(_MAP, "Say what the file is, and which column feeds which field") as step:
            understanding, observation = await _understand(work, found, read)
            look = FirstLook(read.report, understanding)
            columns = look.understanding.proposal.columns
            step.records = len(columns)
            step.output = {
                "columns": len(columns),
                "mapped": sum(column.target_field is not None for column in columns),
                "review_reasons": list(look.understanding.proposal.review_reasons),
            }
        if read.folder is not None:
            await _keep(work, read.report, read.folder)
    result = _Result(work, found.stored, look, observation, read.attempt)
    why = result.why_unusable()
    if why is None:
        await result.publish(work.db)
        return Staged(result.needs_review, result.total_records)
    async with work.services.database.begin(work.context.tenant) as session:
        if not await steps.hold_attempt(session, work.context.engagement_id, work.data_import_id, work.fence):
            raise SupersededError
        await result.publish(session)
    raise FlowError(why, flow_id=str(work.flow_id), phase=str(Phase.UPLOAD))


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as read: its report, the attempt under which it is staged, and its tables' local paths by name.

    `folder` is where the child has written them, None when they are in the blob store already.
    """

    report: ReadReport
    attempt: int
    paths: Mapping[str, Path]
    folder: Path | None


async def _read(stack: AsyncExitStack, work: PhaseWork, stored: StoredImport, visible: Steps) -> _Read:
    """Read the uploaded file in a child process; rows that were handed over are staged already."""
    services, engagement_id = work.services, work.context.engagement_id
    if (stored.file_format or {}).get("kind") == ROWS_KIND:
        report = await load_report(services, engagement_id, stored.id, stored.staged_attempt)
        paths = {
            table.name: await stack.enter_async_context(staged_file(services, engagement_id, stored, table.staged))
            for table in report.tables
        }
        return _Read(report, stored.staged_attempt, paths, folder=None)
    folder = await stack.enter_async_context(services.blobs.scratch())
    async with visible.step(_READ, "Read the whole file") as step:
        try:
            path = await stack.enter_async_context(services.blobs.local_path(stored.blob_key))
        except FileNotFoundError as error:
            raise UnreadableFileError(
                f"The bytes of {stored.filename} are not there any more: send it again."
            ) from error
        reading = read_file_in_child(path, stored.filename, folder, read_limits(services.limits))
        report = await _while_it_counts(work, reading)
        step.records = sum(table.rows for table in report.tables)
        step.output = {"tables": len(report.tables), "repairs": sum(count.count for count in report.counts)}
    return _Read(report, work.attempt, {table.name: folder / table.staged for table in report.tables}, folder)


async def _while_it_counts(work: PhaseWork, reading: Coroutine[Any, Any, T]) -> T:
    """Await `reading`, and end it as soon as the attempt no longer counts (paused, cancelled, replaced)."""
    task = asyncio.ensure_future(reading)
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
            await report_progress(
                work.services, work.context.tenant, work.data_import_id, work.attempt, work.phase, 0, 0
            )
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _understand(work: PhaseWork, found: OpenImport, read: _Read) -> tuple[Understanding, Observation]:
    """Detect, map, and look for the time of observation; what a user has said before is never overwritten."""
    stored = found.stored
    said = tuple(
        MappingChoice(column.source_field, column.target_field, column.table, column.transformation)
        for column in (mapping.column for mapping in found.mappings)
        if column.match_method is MatchMethod.USER
    )
    learned = await read_learned(work.services, work.context.tenant)
    choices = (*stored.processing_config.mapping, *said)
    stated = Stated(stored.stated_category, stored.stated_source, choices, learned)
    return await asyncio.to_thread(_detect_and_map, read, stored, stated)


def _detect_and_map(read: _Read, stored: StoredImport, stated: Stated) -> tuple[Understanding, Observation]:
    understood = understand(read.report, stored.filename, stated)
    staged = {name: pl.scan_parquet(path) for name, path in read.paths.items()}
    understood = replace(understood, proposal=refined(understood.proposal, staged))
    if stored.observed_at_origin == Origin.STATED:
        return understood, Observation()
    tables = stating_tables(read.report, understood.detection, staged)
    return understood, observe(tables, sources(), stored.created_at)


async def _keep(work: PhaseWork, report: ReadReport, folder: Path) -> None:
    """Move what was staged into the blob store, the report last."""
    for name in [*(table.staged for table in report.tables), REPORT_NAME]:
        key = staging_key(work.context.engagement_id, work.data_import_id, work.attempt, name)
        await work.services.blobs.keep(key, folder / name)


async def _clear_leftovers(work: PhaseWork, stored: StoredImport) -> None:
    """Delete what attempts have staged that ended without counting."""
    folder = staging_folder(work.context.engagement_id, stored.id)
    for key in await work.services.blobs.list(folder):
        attempt = key.removeprefix(f"{folder}/").split("/")[0]
        if attempt != str(stored.staged_attempt):
            await work.services.blobs.delete_prefix(f"{folder}/{attempt}")


@dataclass(frozen=True, slots=True)
class _Result:
    """What the phase has found out, and how it is written."""

    work: PhaseWork
    stored: StoredImport
    look: FirstLook
    observation: Observation
    attempt: int

    @property
    def total_records(self) -> int:
        """Rows of the tables that are imported."""
        imported = {table.table for table in self.look.understanding.detection.tables if table.imported}
        return sum(table.rows for table in self.look.report.tables if table.name in imported)

    @property
    def needs_review(self) -> bool:
        """Whether a person is to look at the mapping before it is used."""
        rule = self.stored.processing_config.review
        unsure = self.look.understanding.proposal.needs_review
        return rule.shows_mapping or (rule is ReviewRule.AUTO and unsure)

    def why_unusable(self) -> str | None:
        """The sentence with which the import fails, None when it goes on."""
        detection = self.look.understanding.detection
        if not any(table.rows for table in self.look.report.tables):
            return f"{self.stored.filename} has no rows below its header: send a file with rows."
        if any(table.imported for table in detection.tables):
            return None
        reasons = "; ".join(detection.reasons)
        if self.stored.stated_category == AUTO:
            return (
                f"{self.stored.filename} fits no import category ({reasons}). If it is one, import it again with its "
                "category and the mapping of its columns stated."
            )
        return f"Nothing in {self.stored.filename} can be imported ({reasons})."

    async def publish(self, session: AsyncSession) -> None:
        """Let this attempt's staging, tables, mapping and findings count."""
        work, stored, understood = self.work, self.stored, self.look.understanding
        engagement_id = work.context.engagement_id
        log = FindingLog()
        log.extend([*understood.findings, *self._own_findings()])
        report = self.look.report
        await finding_rows.delete_earlier_findings(session, engagement_id, stored.id, work.fence)
        await finding_rows.insert_findings(
            session,
            work.context.tenant,
            stored.id,
            work.fence,
            [*report.findings, *log.findings],
            [*report.counts, *log.count_list()],
        )
        status = SUGGESTED if self.needs_review else APPROVED
        await ImportStorageManager(session, work.context).store_understanding(stored.id, self.look, status)
        await self._remember(session)
        if stored.detection is None:
            sample = sample_of(report, understood.proposal)
            await imports.replace_sample(session, engagement_id, stored.id, sample.kept())
        observed_at, origin = self._observed()
        source = stored.stated_source or understood.detection.source_system
        await imports.update_import(
            session,
            engagement_id,
            stored.id,
            {
                "import_category": understood.detection.import_category,
                "source_system": source,
                "feed": stored.feed or feed_of(source, stored.filename, stated=None, same_bytes=None),
                "observed_at": observed_at,
                "observed_at_origin": origin,
                "detection": self.look.as_json(),
                "file_format": {**(stored.file_format or {}), **asdict(report.file_format)},
                "staged_attempt": self.attempt,
                "total_records": self.total_records,
            },
        )

    async def _remember(self, session: AsyncSession) -> None:
        """Count what was recalled, and keep what the sender stated; corrected rows only repeat their mapping."""
        work, understood = self.work, self.look.understanding
        occasion = Occasion(self.stored.id, self.stored.filename, work.services.clock())
        await note_use(session, work.context.tenant, occasion, understood.recalled, in_use=not self.needs_review)
        if self.needs_review or self.stored.partial:
            return
        detected = {table.table: table for table in understood.detection.tables}
        tables = [
            SeenTable(table.name, table.columns, detected[table.name], understood.proposal.for_table(table.name))
            for table in self.look.report.tables
            if detected[table.name].imported
        ]
        await remember_stated(session, work.context, occasion, tables)

    def _observed(self) -> tuple[datetime, Origin]:
        """When the source saw what the file says: as stated, else as the file says, else the time of the upload."""
        stored = self.stored
        if stored.observed_at_origin == Origin.STATED:
            return stored.observed_at, Origin.STATED
        if self.observation.at is not None:
            return self.observation.at.moment, Origin.FILE
        return stored.created_at, Origin.UPLOAD

    def _own_findings(self) -> list[Finding]:
        found = list(self.observation.findings())
        moment, origin = self._observed()
        if origin is Origin.UPLOAD:
            said = moment.isoformat(timespec="seconds")
            found.append(import_codes.note(import_codes.NO_OBSERVATION_TIME, moment=said))
        return found
