"""Keeps what one agent finds: counts all places, shows the first of each table and code, and lists every bad row."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import PLACES_PER_CODE, Finding, FindingCode, FindingLog, Severity, render
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate.agent import AcceptedException, Agent, Outcome
from muster.pipeline.validate.runs import INVALID_SCHEMA, AgentRun, TableMetrics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from muster.domain.phases import StepStatus
    from muster.pipeline.validate.tables import MappedTable

AGENT_FAILED = FindingCode(
    code="agent_failed",
    severity=Severity.ERROR,
    title="A check could not be finished",
    template="The check {agent} stopped with {error}; what it had not seen yet is unchecked.",
    advice="Run the import again; if it stays, report it with the error's name. The other checks are not affected.",
)


class AgentFailedError(Exception):
    """An agent raised; keeps the type's name only, because messages quote values."""

    def __init__(self, error_type: str) -> None:
        super().__init__(error_type)
        self.error_type = error_type


class Collector:
    """Takes the outcomes of one agent's checks, one call at a time, and gives its run at the end."""

    def __init__(self, agent: Agent, accepted: frozenset[AcceptedException]) -> None:
        self._agent = agent
        self._accepted = accepted
        self._codes = {code.code: code for code in agent.codes}
        self._log = FindingLog()
        self._invalid: list[pl.DataFrame] = [INVALID_SCHEMA.to_frame()]
        self._blocked: set[int] = set()
        self._metrics: list[TableMetrics] = []
        self.records = 0

    def take(self, table: MappedTable, call: Callable[[], Outcome]) -> Outcome:
        """Call a check and keep what it found. Raises AgentFailedError for whatever goes wrong in it."""
        try:
            outcome = call()
            frames = [frame for frame in outcome.findings if frame.height]
            if frames:
                self._keep(table, pl.concat(frames))
        except (Exception, pl.exceptions.PanicException) as error:  # an agent is a plug-in: see the runner's docstring
            raise AgentFailedError(type(error).__name__) from error
        if outcome.metrics:
            self._metrics.append(TableMetrics(table.info.name, table.info.rows, dict(outcome.metrics)))
        return outcome

    def finish(self, status: StepStatus, error_type: str | None = None) -> AgentRun:
        """Return the run; `error_type` names what stopped the agent."""
        agent_id = self._agent.id
        reason = None
        if error_type is not None:
            reason = render(AGENT_FAILED, agent=agent_id, error=error_type)
            params = {"agent": agent_id, "error": error_type}
            self._log.add(Finding(AGENT_FAILED.code, AGENT_FAILED.severity, agent_id, reason, params=params))
        return AgentRun(
            agent_id=agent_id,
            status=status,
            findings=tuple(self._log.findings),
            counts=tuple(self._log.count_list()),
            invalid=pl.concat(self._invalid),
            blocked_tables=frozenset(self._blocked),
            metrics=tuple(self._metrics),
            reason=reason,
            records=self.records,
        )

    def _keep(self, table: MappedTable, found: pl.DataFrame) -> None:
        found = found.sort(ROW_NUMBER, maintain_order=True)
        for (name, field_name), group in found.group_by("code", "field", maintain_order=True):
            code = self._effective(str(name), field_name if field_name is None else str(field_name))
            if code.severity is Severity.ERROR:
                self._hold_back(table, group)
        for (name,), group in found.group_by("code", maintain_order=True):
            self._show(table, self._codes[str(name)], group)

    def _effective(self, name: str, field_name: str | None) -> FindingCode:
        """The clause, as information only where a user has accepted it. Raises KeyError for an undeclared one."""
        code = self._codes[name]
        if AcceptedException(name) in self._accepted or AcceptedException(name, field_name) in self._accepted:
            return replace(code, severity=Severity.INFO)
        return code

    def _hold_back(self, table: MappedTable, group: pl.DataFrame) -> None:
        rows = group.filter(pl.col(ROW_NUMBER).is_not_null())
        if rows.height < group.height:
            self._blocked.add(table.number)
        if rows.height:
            self._invalid.append(
                rows.select(
                    pl.lit(table.number, dtype=pl.Int32).alias("table_number"),
                    ROW_NUMBER,
                    "code",
                    "field",
                    pl.lit(self._agent.id).alias("agent"),
                )
            )

    def _show(self, table: MappedTable, declared: FindingCode, group: pl.DataFrame) -> None:
        """Make findings of the first places of one code, and count the rest."""
        fields = group.get_column("field").unique().to_list()
        by_severity: dict[Severity, list[str | None]] = {}
        for name in fields:
            by_severity.setdefault(self._effective(declared.code, name).severity, []).append(name)
        for severity, names in by_severity.items():
            part = group.filter(pl.col("field").is_in(names, nulls_equal=True)) if len(by_severity) > 1 else group
            room = PLACES_PER_CODE - self._log.counts[table.info.name, self._agent.id, declared.code, severity]
            example = None
            for row in part.head(max(room, 1)).iter_rows(named=True):
                example = self._finding(table, declared, severity, row)
                if room > 0:
                    self._log.add(example)
            if example is not None:
                self._log.add_uncapped_count(example, part.height - min(part.height, max(room, 0)))

    def _finding(self, table: MappedTable, code: FindingCode, severity: Severity, row: Mapping[str, object]) -> Finding:
        params: dict[str, str | int | float] = json.loads(str(row["params"])) if row["params"] else {}
        name = None if row["field"] is None else str(row["field"])
        excerpt = None if row["excerpt"] is None else str(row["excerpt"])
        return Finding(
            code=code.code,
            severity=severity,
            agent=self._agent.id,
            message=_sentence(code, name, excerpt, params),
            table=table.info.name,
            row_number=_number(row[ROW_NUMBER]),
            line=_number(row[LINE]),
            field=name,
            excerpt=excerpt,
            params=params,
        )


def _sentence(code: FindingCode, name: str | None, excerpt: str | None, params: Mapping[str, str | int | float]) -> str:
    return render(code, **{"field": name or "", "excerpt": excerpt or "", **params})


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
