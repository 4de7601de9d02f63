"""A flow as a value: where it stands, and the fence that a worker holds while it works on a phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.phases import FlowStatus, Phase, WaitingFor


@dataclass(frozen=True, slots=True)
class Fence:
    """What a worker started with. Its results count only while the flow still has this phase and attempt."""

    phase: Phase
    attempt: int


@dataclass(frozen=True, slots=True)
class FlowState:
    """A flow as it stands. `attempt` grows with every move that ends a running attempt or begins one.

    `configuration` is JSON: data_import_id, import_category, processing_config for a flow of an import.
    """

    flow_id: MasterFlowId
    flow_type: str
    flow_name: str
    status: FlowStatus
    phase: Phase
    attempt: int
    waiting_for: WaitingFor | None
    configuration: Mapping[str, Any]
    error_message: str | None
    data_import_id: DataImportId | None

    @property
    def fence(self) -> Fence:
        """The fence of whoever works on the flow as it stands."""
        return Fence(self.phase, self.attempt)


class SupersededError(Exception):
    """Another worker, or the user, has taken the flow over: what this attempt did no longer counts.

    A signal between worker and phase, never an answer to a request: the job ends quietly.
    """
