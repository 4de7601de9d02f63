"""A finding is data: a code, a place and parameters. Its sentence is rendered from the code's template.

A finding never holds a cell's value: at most `excerpt`, the masked shape of it (kit.masking).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as member
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACES_PER_CODE = 1_000
"""A file with a million bad cells reports a count and this many places per table and code."""


class Severity(StrEnum):
    """ERROR holds the row back (or the file, without a row); WARNING and INFO let it pass."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One clause of one agent (or of the reader): its stable code, severity, title and sentence.

    `template` is a str.format template over the finding's `params`, `field` and `excerpt`; `advice` says what to do.
    """

    code: str
    severity: Severity
    title: str
    template: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a code applies.

    `row_number` 1 is the first data row of the table, `line` the line of the file (or row of the sheet) as an editor
    shows it; both None for a finding on a column, table or file. `field` is the canonical field or the header.
    """

    code: str
    severity: Severity
    agent: str
    message: str
    table: str | None = None
    row_number: int | None = None
    line: int | None = None
    field: str | None = None
    excerpt: str | None = None
    params: Mapping[str, str | int | float] = member(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often a code applied in one table, places beyond the cap included."""

    table: str | None
    agent: str
    code: str
    severity: Severity
    count: int


@dataclass(slots=True)
class FindingLog:
    """Collects findings with a cap on places per (table, code), and counts all of them."""

    findings: list[Finding] = member(default_factory=list)
    counts: Counter[tuple[str | None, str, str, Severity]] = member(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """Count the finding and keep its place while its code is below the cap."""
        key = (finding.table, finding.agent, finding.code, finding.severity)
        self.counts[key] += 1
        if self.counts[key] <= PLACES_PER_CODE:
            self.findings.append(finding)

    def add_uncapped_count(self, finding: Finding, more: int) -> None:
        """Count `more` places of the same kind as `finding` without keeping them."""
        self.counts[finding.table, finding.agent, finding.code, finding.severity] += more

    def extend(self, findings: list[Finding]) -> None:
        """Add each finding."""
        for finding in findings:
            self.add(finding)

    def totals(self, severity: Severity) -> int:
        """How many findings of `severity` there are, places beyond the cap included."""
        return sum(count for key, count in self.counts.items() if key[3] is severity)

    def count_list(self) -> list[FindingCount]:
        """All counts, sorted by table, agent and code."""
        return [
            FindingCount(table, agent, code, severity, count)
            for (table, agent, code, severity), count in sorted(
                self.counts.items(), key=lambda item: (item[0][0] or "", item[0][1], item[0][2], item[0][3])
            )
        ]


def render(code: FindingCode, **params: str | float) -> str:
    """Return the sentence of `code` for `params`."""
    return code.template.format(**params)
