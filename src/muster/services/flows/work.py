"""What a phase is given to work with, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from muster.domain.flow_state import Fence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.phases import Phase, WaitingFor
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class PhaseWork:
    """One attempt at one phase of one import.

    `db` is the session of the attempt's last transaction: what is written on it counts only together with the move
    to the next phase. Long work is done in transactions of its own, its rows tagged with `attempt`, which nobody sees
    until then. `phase_input` is JSON.
    """

    db: AsyncSession
    context: RequestContext
    services: Services
    flow_id: MasterFlowId
    data_import_id: DataImportId
    phase: Phase
    attempt: int
    phase_input: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fence(self) -> Fence:
        """What the flow must still show when the attempt ends."""
        return Fence(self.phase, self.attempt)


@dataclass(frozen=True, slots=True)
class PhaseOutcome:
    """What an attempt gives: JSON that is kept with the flow, and whether the flow goes on or waits for a person."""

    summary: Mapping[str, Any]
    next: Literal["advance"] | WaitingFor = "advance"
