"""Checks one file in memory: read, detected, mapped, validated; no database, nothing kept."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import polars as pl

from muster.blobs.room import room_needed
from muster.catalog.fields import FIELDS
from muster.catalog.registry import categories, sources
from muster.domain import import_codes
from muster.domain.custom_fields import PREFIX, parse_custom_field
from muster.domain.errors import UnreadableFileError
from muster.domain.findings import FindingLog, Severity
from muster.domain.mapping_memory import Learned
from muster.domain.phases import StepStatus
from muster.pipeline.detect.observed import Observation, Origin, observe, stating_tables
from muster.pipeline.mapping.propose import refined
from muster.pipeline.mapping.remembered import is_custom
from muster.pipeline.upload.inspect import hash_file
from muster.pipeline.validate import AgentRun, Knowledge, all_agents, run_agent
from muster.services.context import Limits
from muster.services.processors.staged_tables import StagedTables, TableToImport
from muster.services.processors.verdict import Verdict, judge
from muster.services.read_limits import read_limits
from muster.services.sandbox import read_file_in_child
from muster.services.understand_file import Stated, category_of, check_choices, check_names, understand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from muster.catalog.model import Category
    from muster.domain.findings import Finding, FindingCount
    from muster.domain.mapping import ColumnMapping
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tables import FileFormat, ReadReport


@dataclass(frozen=True, slots=True)
class CheckDetection:
    """What the file is taken for; `import_category` None: nothing fits."""

    import_category: str | None
    source_system: str | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """One table as read and mapped."""

    name: str
    header_row: int | None
    rows: int
    imported: bool
    mapping: tuple[ColumnMapping, ...]


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Rows of the tables that are imported."""

    total: int
    valid: int
    invalid: int


@dataclass(frozen=True, slots=True)
class CheckedAgent:
    """One agent's run."""

    agent_name: str
    status: StepStatus
    error_count: int
    warning_count: int
    duration_seconds: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The verdict on one file.

    `is_valid`: no error-level finding; `usable`: one good row at least and every required field has a column.
    `observed_at` is when the file says it was observed; None when it does not, and an import's upload would count.
    `findings` are capped per code, `counts` are not.
    """

    file: str
    sha256: str
    is_valid: bool
    usable: bool
    format: FileFormat
    detection: CheckDetection
    observed_at: datetime | None
    observed_at_origin: Origin
    tables: tuple[CheckedTable, ...]
    records: RecordCounts
    agents: tuple[CheckedAgent, ...]
    findings: tuple[Finding, ...]
    counts: tuple[FindingCount, ...]

    def total(self, severity: Severity) -> int:
        """How many findings of `severity` there are, places beyond the cap included."""
        return sum(count.count for count in self.counts if count.severity is severity)

    def as_json(self) -> dict[str, object]:
        """The JSON document of `muster check --json` (contracts.md)."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "is_valid": self.is_valid,
            "usable": self.usable,
            "format": asdict(self.format),
            "detection": asdict(self.detection),
            "observed_at": None if self.observed_at is None else self.observed_at.isoformat(),
            "observed_at_origin": self.observed_at_origin,
            "tables": [
                {
                    "name": table.name,
                    "header_row": table.header_row,
                    "rows": table.rows,
                    "imported": table.imported,
                    "mapping": [
                        {
                            "source_field": column.source_field,
                            "target_field": column.target_field,
                            "confidence": column.confidence,
                            "match_method": column.match_method,
                            "evidence": column.evidence,
                            "transformation": column.transformation,
                        }
                        for column in table.mapping
                    ],
                }
                for table in self.tables
            ],
            "records": asdict(self.records),
            "agents": [asdict(agent) for agent in self.agents],
            "findings": [
                {
                    "table": finding.table,
                    "row_number": finding.row_number,
                    "line": finding.line,
                    "field": finding.field,
                    "code": finding.code,
                    "severity": finding.severity,
                    "agent": finding.agent,
                    "message": finding.message,
                    "excerpt": finding.excerpt,
                }
                for finding in self.findings
            ],
            "counts": [asdict(count) for count in self.counts],
        }


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One file to check. `name` is what the report calls it (default: the path); `category` may be `auto`.

    `as_of` is the day that ages are counted from; `agents` restricts the checks.
    """

    path: Path
    as_of: date
    name: str | None = None
    category: str = "auto"
    mapping: tuple[MappingChoice, ...] = ()
    agents: tuple[str, ...] | None = None


def no_progress(stage: str, share: float) -> None:
    """Tell nobody."""


async def check_file(
    request: CheckRequest, limits: Limits | None = None, on_progress: Callable[[str, float], None] = no_progress
) -> CheckReport:
    """Check one file; `on_progress` is told the stage and its share done (0 to 1), maybe from another thread.

    Standard input: the caller writes it to a temporary file and gives `name` "-".
    Raises EmptyUploadError, UnreadableFileError, TooLargeError, StorageFullError (each exit code 2) and
    InvalidRequestError for a category, agent or field that does not exist.
    """
    name = request.name or str(request.path)
    filename = PurePath(name).name or name
    category = category_of(request.category)
    learned = _as_if_declared(request.mapping)
    check_choices(request.mapping, learned.custom_fields)
    check_names(category, "agents", request.agents)
    with room_needed(), tempfile.TemporaryDirectory(prefix="muster-check-") as scratch:
        folder = Path(scratch)
        on_progress("reading", 0.0)
        report = await read_file_in_child(request.path, filename, folder / "staged", read_limits(limits or Limits()))
        check = _Check(request, name, report, folder, on_progress)
        return await asyncio.to_thread(check.run, filename, Stated(category, None, request.mapping, learned))


def _as_if_declared(choices: Sequence[MappingChoice]) -> Learned:
    """The custom fields that a mapping names, as text: a file that is only checked belongs to no engagement."""
    names = {choice.target_field for choice in choices if choice.target_field and is_custom(choice.target_field)}
    fields = [parse_custom_field({"name": name.removeprefix(PREFIX)}) for name in sorted(names)]
    return Learned(custom_fields={field.target: field for field in fields})


@dataclass(frozen=True, slots=True)
class _Check:
    """One file that has been read, on its way to a verdict. Works in a thread."""

    request: CheckRequest
    name: str
    report: ReadReport
    folder: Path
    on_progress: Callable[[str, float], None]

    def run(self, filename: str, stated: Stated) -> CheckReport:
        """Map and validate."""
        sha256 = self._hash()
        staged = {table.name: self.folder / "staged" / table.staged for table in self.report.tables}
        understood = understand(self.report, filename, stated)
        frames = {name: pl.scan_parquet(path) for name, path in staged.items()}
        proposal = refined(understood.proposal, frames)
        detection = understood.detection
        detected = {table.table: table for table in detection.tables}
        tables = StagedTables(
            [
                TableToImport.of(info, detected[info.name], proposal.for_table(info.name), staged[info.name])
                for info in self.report.tables
                if detected[info.name].imported
            ],
            self.folder,
        )
        verdict, agents = self._validate(tables, categories().get(detection.import_category or ""))
        # a stated category stands in the detection even when nothing fits it
        fits = bool(tables.tables)
        observation = observe(stating_tables(self.report, detection, frames), sources(), self._uploaded_at())
        whole = [*understood.findings, *(_time_findings(observation) if fits else ())]
        log = FindingLog()
        log.extend(whole)
        counts = (*self.report.counts, *log.count_list(), *(count for run in verdict.runs for count in run.counts))
        return CheckReport(
            file=self.name,
            sha256=sha256,
            is_valid=fits and not any(count.severity is Severity.ERROR for count in counts),
            usable=fits and verdict.usable,
            format=self.report.file_format,
            detection=CheckDetection(
                detection.import_category if fits else None,
                detection.source_system,
                detection.confidence,
                detection.reasons,
            ),
            observed_at=None if observation.at is None else observation.at.moment,
            observed_at_origin=Origin.UPLOAD if observation.at is None else Origin.FILE,
            tables=tuple(
                CheckedTable(
                    info.name,
                    info.header_row,
                    info.rows,
                    detected[info.name].imported,
                    proposal.for_table(info.name),
                )
                for info in self.report.tables
            ),
            records=RecordCounts(verdict.records, verdict.valid, verdict.invalid),
            agents=agents,
            findings=(
                *self.report.findings,
                *whole,
                *(finding for run in verdict.runs for finding in run.findings),
            ),
            counts=counts,
        )

    def _uploaded_at(self) -> datetime:
        """The latest moment of the day of the check: what lies after it would lie after an upload too."""
        return datetime.combine(self.request.as_of + timedelta(days=1), time_of_day.min, UTC)

    def _validate(self, tables: StagedTables, category: Category | None) -> tuple[Verdict, tuple[CheckedAgent, ...]]:
        if category is None or not tables.tables:
            return Verdict((), ()), ()
        tables.convert_all(self._counter("converting", tables))
        runs: list[AgentRun] = []
        agents: list[CheckedAgent] = []
        knowledge = Knowledge(as_of=self.request.as_of, category=category, fields=FIELDS)
        for agent_id in category.agents:
            began = time.perf_counter()
            if self.request.agents is not None and agent_id not in self.request.agents:
                run = AgentRun(agent_id, StepStatus.SKIPPED, reason="other agents were asked for")
            else:
                run = run_agent(all_agents()[agent_id], tables, knowledge, self._counter(agent_id, tables))
            runs.append(run)
            seconds = round(time.perf_counter() - began, 3)
            agents.append(CheckedAgent(agent_id, run.status, run.error_count, run.warning_count, seconds, run.reason))
        counted = [(table, table.info.rows - tables.skipped_rows(table)) for table in tables.tables]
        return judge(counted, runs, category, self.report.findings, self.report.counts), tuple(agents)

    def _counter(self, stage: str, tables: StagedTables) -> Callable[[int], None]:
        """Counts rows of one stage and tells the share that is done."""
        done = 0

        def on_rows(rows: int) -> None:
            nonlocal done
            done += rows
            self.on_progress(stage, min(done / max(tables.rows, 1), 1.0))

        return on_rows

    def _hash(self) -> str:
        try:
            return hash_file(self.request.path)
        except OSError as error:
            raise UnreadableFileError(
                f"{self.name} vanished while it was read: put it back and check it again.", filename=self.name
            ) from error


def _time_findings(observation: Observation) -> Iterator[Finding]:
    """What an import would say of the time of observation."""
    yield from observation.findings()
    if observation.at is None:
        yield import_codes.note(import_codes.NO_OBSERVATION_TIME, moment="the moment of its import")
