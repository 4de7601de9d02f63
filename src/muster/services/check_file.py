"""Checks one file in memory: read, detected, mapped, validated; no database, nothing kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.services.context import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from muster.domain.findings import Finding, FindingCount, Severity
    from muster.domain.mapping import ColumnMapping
    from muster.domain.phases import StepStatus
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tables import FileFormat


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
    `findings` are capped per code, `counts` are not.
    """

    file: str
    sha256: str
    is_valid: bool
    usable: bool
    format: FileFormat
    detection: CheckDetection
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
        raise NotImplementedError


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


async def check_file(
    request: CheckRequest, limits: Limits | None = None, on_progress: Callable[[str, float], None] | None = None
) -> CheckReport:
    """Check one file; `on_progress` is told the stage and its share done (0 to 1).

    Standard input: the caller writes it to a temporary file and gives `name` "-".
    Raises EmptyUploadError, UnreadableFileError, TooLargeError, StorageFullError (each exit code 2) and
    InvalidRequestError for a category, agent or field that does not exist.
    """
    raise NotImplementedError
