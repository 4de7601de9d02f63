"""The only state machine: statuses, phases and the moves between them."""

from __future__ import annotations

from enum import StrEnum

from muster.domain.errors import IllegalMoveError


class Phase(StrEnum):
    """The phases of a data import, in order."""

    UPLOAD = "upload"
    VALIDATION = "validation"
    ENRICHMENT = "enrichment"
    COMPLETE = "complete"


class FlowStatus(StrEnum):
    """Life cycle of a flow and of its import. DISCOVERY_INITIATED: store-import before its first phase."""

    PENDING = "pending"
    DISCOVERY_INITIATED = "discovery_initiated"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class StepStatus(StrEnum):
    """Life cycle of one step (an agent's run, or a stage of the import)."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class WaitingFor(StrEnum):
    """What a paused flow waits for."""

    MAPPING_REVIEW = "mapping_review"
    PLAN_REVIEW = "plan_review"
    USER = "user"


class Move(StrEnum):
    """What can be asked of a flow."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    RETRY = "retry"
    UNDO = "undo"
    REDO = "redo"


_S = FlowStatus
_ACTIVE = frozenset({_S.PENDING, _S.DISCOVERY_INITIATED, _S.PROCESSING, _S.PAUSED})
ENDED = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED, _S.UNDONE})
"""A flow in one of these stands in nobody's way."""

MOVES: dict[Move, tuple[frozenset[FlowStatus], FlowStatus]] = {
    Move.START: (frozenset({_S.PENDING, _S.DISCOVERY_INITIATED, _S.PROCESSING}), _S.PROCESSING),
    Move.PAUSE: (frozenset({_S.PENDING, _S.DISCOVERY_INITIATED, _S.PROCESSING}), _S.PAUSED),
    Move.RESUME: (frozenset({_S.PAUSED}), _S.PROCESSING),
    Move.COMPLETE: (frozenset({_S.PROCESSING}), _S.COMPLETED),
    Move.FAIL: (_ACTIVE, _S.FAILED),
    Move.CANCEL: (_ACTIVE, _S.CANCELLED),
    Move.RETRY: (frozenset({_S.FAILED}), _S.PROCESSING),
    Move.UNDO: (frozenset({_S.COMPLETED}), _S.UNDONE),
    Move.REDO: (frozenset({_S.UNDONE}), _S.COMPLETED),
}


def allowed(status: FlowStatus) -> list[Move]:
    """The moves that a flow in `status` can make, in the order of the table."""
    return [move for move, (sources, _) in MOVES.items() if status in sources]


def after(status: FlowStatus, move: Move) -> FlowStatus:
    """The status after `move`. Raises IllegalMoveError, which names what is allowed."""
    sources, target = MOVES[move]
    if status not in sources:
        options = [str(option) for option in allowed(status)]
        hint = f"possible now: {', '.join(options)}" if options else "nothing is left to do"
        raise IllegalMoveError(f"A flow that is {status} can not {move}; {hint}.", status=str(status), allowed=options)
    return target


def next_phase(phase: Phase) -> Phase | None:
    """The phase after `phase`, None after the last."""
    phases = list(Phase)
    position = phases.index(phase) + 1
    return phases[position] if position < len(phases) else None
