"""What all agents together say of an import: which rows go on, which tables can not, and whether anything is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import Severity
from muster.domain.flow_document import AgentResult, ValidationResults
from muster.domain.phases import StepStatus
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate import MappedTable, held_back
from muster.pipeline.validate.runs import INVALID_SCHEMA, AgentRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.catalog.model import Category
    from muster.domain.findings import Finding, FindingCount


_NAMED = 8
"""As many fields are named in a sentence."""


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """Of one table: whether it is kept out as a whole, and the rows held back (pipeline.validate.held_back)."""

    table: MappedTable
    blocked: bool
    held_back: pl.DataFrame
    records: int

    @property
    def invalid(self) -> int:
        """Rows that do not go on."""
        return self.records if self.blocked else self.held_back.height


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of the whole import."""

    tables: tuple[TableVerdict, ...]
    runs: tuple[AgentRun, ...]
    read_counts: tuple[FindingCount, ...] = ()
    missing: tuple[str, ...] = field(default=())
    """Required fields (each a list of alternatives) that no table has a column for."""

    @property
    def records(self) -> int:
        """Rows that are records."""
        return sum(table.records for table in self.tables)

    @property
    def invalid(self) -> int:
        """Records held back."""
        return sum(table.invalid for table in self.tables)

    @property
    def valid(self) -> int:
        """Records that go on."""
        return self.records - self.invalid

    def count(self, severity: Severity) -> int:
        """Findings of reader and agents, places beyond the cap included."""
        read = sum(item.count for item in self.read_counts if item.severity is severity)
        return read + sum(run.count(severity) for run in self.runs)

    @property
    def is_valid(self) -> bool:
        """No finding of level error."""
        return self.count(Severity.ERROR) == 0

    @property
    def usable(self) -> bool:
        """One good row at least, and a column for every required field."""
        return self.valid > 0 and not self.missing

    def why_unusable(self, *, strict: bool) -> str | None:
        """The sentence with which the import fails, None when it goes on."""
        if self.missing:
            return f"No column feeds {', nor '.join(self.missing)}: map a column to it, or send a file that has one."
        if self.records == 0:
            return "The file has no rows to import."
        if self.valid == 0:
            return f"All {self.records:,} rows are held back: see the findings for what to correct, then send it again."
        errors = self.count(Severity.ERROR)
        if strict and errors:
            return (
                f"It has {errors:,} finding(s) of level error and was to be imported strictly: nothing was taken over."
            )
        return None

    def results(self) -> ValidationResults:
        """The verdict as the flow document shows it."""
        return ValidationResults(
            is_valid=self.is_valid,
            error_count=self.count(Severity.ERROR),
            warning_count=self.count(Severity.WARNING),
            agent_results=tuple(
                AgentResult(run.agent_id, run.status, run.error_count, run.warning_count) for run in self.runs
            ),
        )


def missing_fields(tables: Sequence[MappedTable], category: Category) -> tuple[str, ...]:
    """The required alternatives (as words) that no table has a column for."""
    return tuple(
        _one_of(alternatives)
        for alternatives in dict.fromkeys(group for table in tables for group in table.required(category))
        if all(
            set(alternatives).isdisjoint(table.fields) for table in tables if alternatives in table.required(category)
        )
    )


def _one_of(fields: tuple[str, ...]) -> str:
    if len(fields) == 1:
        return fields[0]
    more = f" or {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    return f"any of {', '.join(fields[:_NAMED])}{more}"


def judge(
    tables: Sequence[tuple[MappedTable, int]],
    runs: Sequence[AgentRun],
    category: Category,
    read_findings: Sequence[Finding],
    read_counts: Sequence[FindingCount],
) -> Verdict:
    """Put runs and the reader's own findings together; `tables` are given with their number of records."""
    blocked = frozenset[int]().union(*(run.blocked_tables for run in runs))
    read = AgentRun("reader", StepStatus.COMPLETED, invalid=_read_errors(tables, read_findings))
    verdicts = []
    for table, records in tables:
        lacks = any(set(alternatives).isdisjoint(table.fields) for alternatives in table.required(category))
        rows = held_back([*runs, read], table.number)
        verdicts.append(TableVerdict(table, table.number in blocked or lacks, rows, records))
    mapped = [table for table, _ in tables]
    return Verdict(tuple(verdicts), tuple(runs), tuple(read_counts), missing_fields(mapped, category))


def _read_errors(tables: Sequence[tuple[MappedTable, int]], findings: Sequence[Finding]) -> pl.DataFrame:
    """The reader's errors on rows, in the shape of the agents' own."""
    numbers = {table.info.name: table.number for table, _ in tables}
    rows = [
        (numbers[finding.table], finding.row_number, finding.code, finding.field, finding.agent)
        for finding in findings
        if finding.severity is Severity.ERROR and finding.row_number is not None and finding.table in numbers
    ]
    return pl.DataFrame(rows, schema=INVALID_SCHEMA, orient="row").sort(ROW_NUMBER)
