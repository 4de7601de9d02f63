"""What a flow type is: its phases, and what may be done with its flows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from muster.domain.errors import IllegalMoveError, InvalidRequestError
from muster.domain.flow_state import FlowState
from muster.domain.phases import FlowStatus, Phase
from muster.services.flows.work import PhaseOutcome, PhaseWork

PhaseRun: TypeAlias = Callable[[PhaseWork], Awaitable[PhaseOutcome]]
PhaseConclusion: TypeAlias = Callable[[PhaseWork, PhaseOutcome], Awaitable[FlowState]]


class Operation(StrEnum):
    """What can be asked of a flow by its user or by a worker."""

    CREATE = "create"
    EXECUTE_PHASE = "execute_phase"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """One phase of a flow type.

    `run` does the work; `conclude` writes its outcome and moves the flow on, in the attempt's last transaction. A
    phase that is not required lets the flow go on when it fails.
    """

    name: Phase
    is_required: bool
    run: PhaseRun
    conclude: PhaseConclusion


@dataclass(frozen=True, slots=True)
class FlowType:
    """A kind of flow; its `id` is its file's name under `flow_types`. A new flow has `initial_status`."""

    id: str
    description: str
    phases: tuple[PhaseSpec, ...]
    supported_operations: frozenset[Operation]
    initial_status: FlowStatus = FlowStatus.PENDING

    def phase(self, name: str) -> PhaseSpec:
        """The phase called `name`. Raises InvalidRequestError naming those there are."""
        for spec in self.phases:
            if spec.name == name:
                return spec
        known = ", ".join(spec.name for spec in self.phases)
        raise InvalidRequestError(f"A {self.id} flow has no phase {name!r}; it has: {known}.", phase=name)

    def require(self, operation: Operation) -> None:
        """Raise IllegalMoveError when flows of this type do not know `operation`."""
        if operation not in self.supported_operations:
            known = sorted(str(item) for item in self.supported_operations)
            raise IllegalMoveError(
                f"A {self.id} flow does not support {operation}; it supports: {', '.join(known)}.",
                flow_type=self.id,
                allowed=known,
            )
