"""The one writer of a flow's state: a move checks the state machine and changes master, child and import together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muster.db.repos import flows, steps
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.domain.flow_state import SupersededError
from muster.domain.phases import ENDED, FlowStatus, Move, StepStatus, after, allowed
from muster.services.flows.progress import BANDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import Fence, FlowState
    from muster.domain.ids import DataImportId
    from muster.domain.phases import Phase, WaitingFor
    from muster.domain.tenant import RequestContext

_ENDS_THE_ATTEMPT = frozenset({Move.PAUSE, Move.RESUME, Move.FAIL, Move.CANCEL, Move.RETRY})
"""Moves after which whoever still works on the flow has lost: the attempt grows, so the fence no longer holds."""

_WORDS = {"running": FlowStatus.PROCESSING}
"""Statuses by the names that other systems use for them."""

_WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class MoveDetails:
    """What comes with a move: the phase it leads to (None: stays), JSON for `phase_state`, columns of two tables."""

    phase: Phase | None = None
    new_attempt: bool = False
    waiting_for: WaitingFor | None = None
    error_message: str | None = None
    error_code: str | None = None
    phase_state: Mapping[str, Any] = field(default_factory=dict)
    child: Mapping[str, Any] = field(default_factory=dict)
    data_import: Mapping[str, Any] = field(default_factory=dict)


class FlowLifecycleManager:
    """Moves flows of one tenant, in the caller's transaction."""

    def __init__(self, db: AsyncSession, context: RequestContext) -> None:
        self._db = db
        self._context = context

    async def read(self, flow_id: UUID) -> FlowState:
        """The flow as it stands. Raises NotFoundError."""
        return _there(await flows.read_flow(self._db, self._context.engagement_id, flow_id), flow_id)

    async def lock(self, flow_id: UUID) -> FlowState:
        """The flow as it stands, kept for this transaction. Raises NotFoundError."""
        return _there(await flows.lock_flow(self._db, self._context.engagement_id, flow_id), flow_id)

    async def move(
        self, flow_id: UUID, move: Move, details: MoveDetails | None = None, *, fence: Fence | None = None
    ) -> FlowState:
        """Make one move and return the flow after it.

        With `fence` (a worker's), raises SupersededError when the flow has another phase, attempt or status by now.
        Raises NotFoundError, and IllegalMoveError when the state machine refuses.
        """
        told = details or MoveDetails()
        flow = await self.lock(flow_id)
        if fence is not None and (flow.fence != fence or flow.status is not FlowStatus.PROCESSING):
            raise SupersededError
        status = after(flow.status, move)
        phase = told.phase or flow.phase
        change = flows.Change(
            status=status,
            phase=phase,
            attempt=flow.attempt + (1 if told.new_attempt or move in _ENDS_THE_ATTEMPT else 0),
            waiting_for=told.waiting_for,
            progress=_WHOLE if status is FlowStatus.COMPLETED else BANDS[phase][0],
            ended=status in ENDED,
            error_message=told.error_message,
            error_code=told.error_code,
            phase_state=told.phase_state,
            child=told.child,
            data_import=told.data_import,
        )
        if not await flows.write_change(self._db, self._context.engagement_id, flow, flow.fence, change):
            raise SupersededError
        if flow.data_import_id is not None:
            await self._tend_steps(flow.data_import_id, flow, move, told)
        return await self.read(flow_id)

    async def update_flow_status(
        self, flow_id: UUID, status: str, phase_data: Mapping[str, Any] | None = None
    ) -> FlowState:
        """Bring the flow to `status` (running, paused, completed, failed, cancelled) by the move that leads there.

        `phase_data` joins the child's `phase_state`; its `error_message` becomes the flow's own. Raises
        InvalidRequestError for an unknown status, IllegalMoveError when no move leads there, NotFoundError.
        """
        data = dict(phase_data or {})
        try:
            wanted = _WORDS.get(status) or FlowStatus(status)
        except ValueError:
            known = ", ".join([*_WORDS, *(str(item) for item in FlowStatus)])
            raise InvalidRequestError(
                f"There is no flow status {status!r}; known are: {known}.", flow_status=status
            ) from None
        flow = await self.lock(flow_id)
        move = next((move for move in allowed(flow.status) if after(flow.status, move) is wanted), _LEADS_TO[wanted])
        error = data.pop("error_message", None)
        return await self.move(flow_id, move, MoveDetails(error_message=error, phase_state=data))

    async def _tend_steps(self, data_import_id: DataImportId, flow: FlowState, move: Move, told: MoveDetails) -> None:
        """Leave no step of a lost attempt behind that says it is running."""
        of_import = (self._context.engagement_id, data_import_id)
        if move is Move.START and told.new_attempt:
            await steps.delete_earlier_attempts(self._db, *of_import, flow.phase, flow.attempt + 1)
        elif move is Move.FAIL:
            await steps.end_open_steps(self._db, *of_import, StepStatus.FAILED, told.error_message or "")
        elif move in {Move.PAUSE, Move.CANCEL}:
            await steps.end_open_steps(self._db, *of_import, StepStatus.SKIPPED, f"stopped: {move}")


_LEADS_TO: dict[FlowStatus, Move] = {
    FlowStatus.PENDING: Move.START,
    FlowStatus.DISCOVERY_INITIATED: Move.START,
    FlowStatus.PROCESSING: Move.START,
    FlowStatus.PAUSED: Move.PAUSE,
    FlowStatus.COMPLETED: Move.COMPLETE,
    FlowStatus.FAILED: Move.FAIL,
    FlowStatus.CANCELLED: Move.CANCEL,
    FlowStatus.UNDONE: Move.UNDO,
}
"""The move to refuse, with its reasons, when no move leads from a flow's status to the wanted one."""


def _there(flow: FlowState | None, flow_id: UUID) -> FlowState:
    if flow is None:
        raise NotFoundError(f"There is no flow {flow_id} in this engagement.", flow_id=str(flow_id))
    return flow
