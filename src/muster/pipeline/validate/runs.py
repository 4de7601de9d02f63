"""What one agent's run says: places, counts, figures, and every row that it holds back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import Finding, FindingCount, Severity
from muster.domain.tables import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.domain.phases import StepStatus

INVALID_SCHEMA = pl.Schema(
    {"table_number": pl.Int32, ROW_NUMBER: pl.Int32, "code": pl.String, "field": pl.String, "agent": pl.String}
)
"""Every error-level place of a row, uncapped: these rows are held back."""


@dataclass(frozen=True, slots=True)
class TableMetrics:
    """Figures of one table, e.g. `quality_score` (0-100) or `completeness.memory_gb` (0-1)."""

    table: str
    rows: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AgentRun:
    """What one agent found. `findings` are capped per table and code, the counts and `invalid` are not.

    `blocked_tables` are numbers of tables that can not be imported at all. `reason` says why a run was skipped or
    failed. `records` counts rows looked at.
    """

    agent_id: str
    status: StepStatus
    findings: tuple[Finding, ...] = ()
    counts: tuple[FindingCount, ...] = ()
    invalid: pl.DataFrame = field(default_factory=INVALID_SCHEMA.to_frame)
    blocked_tables: frozenset[int] = frozenset()
    metrics: tuple[TableMetrics, ...] = ()
    reason: str | None = None
    records: int = 0

    def count(self, severity: Severity) -> int:
        """How many places of `severity` there are, those beyond the cap included."""
        return sum(item.count for item in self.counts if item.severity is severity)

    @property
    def error_count(self) -> int:
        """Places that hold a row or a table back."""
        return self.count(Severity.ERROR)

    @property
    def warning_count(self) -> int:
        """Places worth a look."""
        return self.count(Severity.WARNING)

    @property
    def info_count(self) -> int:
        """Places that are only told."""
        return self.count(Severity.INFO)

    def metric(self, name: str) -> float | None:
        """The mean of a figure over the tables that have it, weighted by rows, to 4 places; None when none has."""
        having = [item for item in self.metrics if name in item.values]
        rows = sum(item.rows for item in having)
        return round(sum(item.values[name] * item.rows for item in having) / rows, 4) if rows else None


def held_back(runs: Sequence[AgentRun], table_number: int) -> pl.DataFrame:
    """Return the rows of one table that any run holds back: `row_number` and `errors`, a list of {code, field, agent}.

    Sorted by row_number; each row once.
    """
    invalid = pl.concat([INVALID_SCHEMA.to_frame(), *(run.invalid for run in runs)])
    return (
        invalid.filter(pl.col("table_number") == table_number)
        .group_by(ROW_NUMBER)
        .agg(pl.struct("code", "field", "agent").unique(maintain_order=True).alias("errors"))
        .sort(ROW_NUMBER)
    )
