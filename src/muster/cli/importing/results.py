"""What became of each file of `muster import`: as JSON, as lines for a person, as exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from muster.cli.exit_codes import ExitCode
from muster.cli.report_error import error_document, sentence_of
from muster.cli.views.text import counted, printable
from muster.domain.phases import FlowStatus, Phase, WaitingFor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.errors import MusterError
    from muster.domain.flow_document import FlowDocument

_CREATED = "created"
_UPDATED = "updated"
_UNCHANGED = "unchanged"
_CONFLICTS = "conflicts"


class Outcome(StrEnum):
    """What came of a file. UNCHANGED: the inventory knew everything already."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    REFUSED = "refused"


_EXIT_CODES = {
    Outcome.IMPORTED: ExitCode.CLEAN,
    Outcome.UNCHANGED: ExitCode.CLEAN,
    Outcome.WAITING: ExitCode.WAITS,
    Outcome.FAILED: ExitCode.FINDINGS,
    Outcome.CANCELLED: ExitCode.FINDINGS,
    Outcome.UNDONE: ExitCode.FINDINGS,
    Outcome.REFUSED: ExitCode.UNUSABLE,
}
_BY_STATUS = {
    FlowStatus.FAILED: Outcome.FAILED,
    FlowStatus.CANCELLED: Outcome.CANCELLED,
    FlowStatus.UNDONE: Outcome.UNDONE,
}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """One file's way. `document` is the flow at its end; without one the file was refused, and `problem` says why."""

    file: str
    duration_seconds: float
    document: FlowDocument | None = None
    errors: int = 0
    warnings: int = 0
    problem: MusterError | OSError | None = None

    @property
    def outcome(self) -> Outcome:
        """What came of the file."""
        if self.document is None:
            return Outcome.REFUSED
        if self.document.status is FlowStatus.COMPLETED:
            counts = self.assets()
            return Outcome.IMPORTED if counts[_CREATED] or counts[_UPDATED] else Outcome.UNCHANGED
        return _BY_STATUS.get(self.document.status, Outcome.WAITING)

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with when there is no other file."""
        if self.outcome is Outcome.FAILED and self.document is not None and self.document.current_phase is Phase.UPLOAD:
            return ExitCode.UNUSABLE  # it could not be read, or is nothing that can be imported
        return _EXIT_CODES[self.outcome]

    def assets(self) -> dict[str, int]:
        """How many assets were created, updated, left unchanged, and are contradicted."""
        summary = None if self.document is None else self.document.enrichment_summary
        details = {} if summary is None else summary.enrichment_details
        return {
            _CREATED: 0 if summary is None else summary.assets_created,
            _UPDATED: 0 if summary is None else summary.assets_updated,
            _UNCHANGED: details.get("assets_unchanged", 0),
            _CONFLICTS: details.get("assets_with_conflicts", 0),
        }

    def dependencies(self) -> dict[str, int]:
        """How many dependencies were created, updated and left unchanged."""
        summary = None if self.document is None else self.document.enrichment_summary
        details = {} if summary is None else summary.enrichment_details
        return {name: details.get(f"dependencies_{name}", 0) for name in (_CREATED, _UPDATED, _UNCHANGED)}

    def records(self) -> dict[str, int]:
        """How many rows there are, how many were good, how many were held back."""
        flow = self.document
        if flow is None:
            return {"total": 0, "valid": 0, "invalid": 0}
        checked = flow.validation_results is not None
        valid = flow.total_records - flow.failed_records if checked else 0
        return {"total": flow.total_records, "valid": valid, "invalid": flow.failed_records}

    def as_json(self) -> dict[str, Any]:
        """One entry of `imports` in the JSON document of `muster import`."""
        flow = self.document
        return {
            "file": self.file,
            "data_import_id": None if flow is None else flow.data_import_id,
            "master_flow_id": None if flow is None else flow.master_flow_id,
            "status": FlowStatus.FAILED if flow is None else flow.status,
            "outcome": self.outcome,
            "waiting_for": None if flow is None else flow.waiting_for,
            "import_category": None if flow is None else flow.import_category,
            "source_system": None if flow is None else flow.source_system,
            "records": self.records(),
            "assets": self.assets(),
            "dependencies": self.dependencies(),
            "findings": {"errors": self.errors, "warnings": self.warnings},
            "duration_seconds": round(self.duration_seconds, 3),
            "error": self._error(),
        }

    def lines(self) -> Iterator[str]:
        """What a person is told."""
        yield f"{printable(self.file)}: {self.outcome}"
        flow = self.document
        if flow is None:
            if self.problem is not None:
                yield f"  {sentence_of(self.problem)}"
            return
        yield f"  import {flow.data_import_id}, {self.duration_seconds:.1f} s"
        if flow.import_category is not None:
            records = self.records()
            yield (
                f"  {flow.import_category} from {printable(flow.source_system or 'an unnamed source')}: "
                f"{counted(records['total'], 'row')}, {records['invalid']:,} held back; "
                f"{counted(self.errors, 'error')}, {counted(self.warnings, 'warning')}"
            )
        if flow.error:
            yield f"  {printable(flow.error)}"
        yield from self._hints(flow)

    def _hints(self, flow: FlowDocument) -> Iterator[str]:
        import_id = flow.data_import_id
        if self.outcome in {Outcome.IMPORTED, Outcome.UNCHANGED}:
            counts = self.assets()
            yield (
                f"  assets: {counts[_CREATED]:,} created, {counts[_UPDATED]:,} updated, "
                f"{counts[_UNCHANGED]:,} unchanged, {counts[_CONFLICTS]:,} contradicted"
            )
        if flow.waiting_for is WaitingFor.PLAN_REVIEW:
            yield f"  It waits for your look at its plan: `muster plan {import_id}` shows it,"
            yield f"  `muster accept {import_id}` applies it, `muster reject {import_id}` ends the import."
        elif self.outcome is Outcome.WAITING:
            yield f"  It waits for your look at its mapping: `muster status {import_id}` shows it,"
            yield f"  `muster confirm {import_id}` goes on with it, `--mapping FILE` corrects it."
        if flow.failed_records:
            yield f"  `muster export rejects --import {import_id} -o FILE` gives the rows back that were held back."
        elif self.errors or self.outcome is Outcome.FAILED:
            yield f"  `muster export findings --import {import_id}` lists what was found."

    def _error(self) -> dict[str, Any] | None:
        if self.problem is not None:
            return dict(error_document(self.problem))
        if self.document is not None and self.document.error:
            return {"code": "import_failed", "message": self.document.error}
        return None
