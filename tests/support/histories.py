"""What happens to an engagement over time: drawn as moves, and done to a real one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from muster.db.repos import imports
from muster.domain.ids import DataImportId
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.decide import open_desk, undo_decision
from muster.services.inventory.ledger import open_ledger
from muster.services.purge_import import purge_import
from support.claims import enrich, place_import, stored_decision
from support.reference_words import Edit
from support.strategies import draw_decisions, draw_imports

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from support.reference_words import Decision, Import


class Move(StrEnum):
    """What is done with the import or decision of a number."""

    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"
    PURGE = "purge"
    DECIDE = "decide"
    UNDECIDE = "undecide"


OF_IMPORTS = frozenset({Move.IMPORT, Move.UNDO, Move.REDO})
ALL_MOVES = frozenset(Move)
Step = tuple[Move, int]


@dataclass
class State:
    """Which imports and decisions, by their numbers, take part, and which imports are undone."""

    active: set[int] = field(default_factory=set)
    undone: set[int] = field(default_factory=set)
    decided: dict[int, int] = field(default_factory=dict)
    """For each decision that stands the step at which it was taken."""

    def after(self, step: Step, at: int) -> State:
        """The state that a step leads to, being the history's step number `at`."""
        move, number = step
        comes, leaves = move in {Move.IMPORT, Move.REDO}, move is Move.UNDO
        kept = {decision: taken for decision, taken in self.decided.items() if step != (Move.UNDECIDE, decision)}
        return State(
            self.active | {number} if comes else self.active - {number} if leaves else self.active,
            self.undone | {number} if leaves else self.undone - {number} if move in _OF_UNDONE else self.undone,
            {**kept, number: at} if move is Move.DECIDE else kept,
        )

    def possible(self, imports: int, decisions: int) -> list[Step]:
        """The steps that make sense now; a purged import can be imported again."""
        return [
            *((Move.IMPORT, number) for number in range(imports) if number not in self.active | self.undone),
            *((Move.UNDO, number) for number in sorted(self.active)),
            *((move, number) for number in sorted(self.undone) for move in (Move.REDO, Move.PURGE)),
            *((Move.UNDECIDE if number in self.decided else Move.DECIDE, number) for number in range(decisions)),
        ]


_OF_UNDONE = {Move.REDO, Move.PURGE}


@dataclass(frozen=True)
class History:
    """Imports, decisions about them, and what is done with them, step by step."""

    imports: list[Import]
    decisions: list[Decision]
    steps: list[Step]


def draw_history(random: Random, moves: Iterable[Move], most: int = 3) -> History:
    """Up to `most` imports and ten steps; the first step is an import."""
    allowed = frozenset(moves)
    imports = draw_imports(random, most)
    decisions = draw_decisions(random, imports) if Move.DECIDE in allowed else []
    state, steps = State(), []
    for at in range(random.randint(len(imports), 10)):
        possible = [step for step in state.possible(len(imports), len(decisions)) if step[0] in allowed]
        step = random.choice(possible) if at else (Move.IMPORT, 0)
        steps.append(step)
        state = state.after(step, at)
    return History(imports, decisions, steps)


def histories(moves: Iterable[Move]) -> st.SearchStrategy[History]:
    """Histories of these moves."""
    return st.builds(draw_history, st.randoms(use_true_random=False), st.just(frozenset(moves)))


@dataclass
class RealEngagement:
    """An engagement of a real database to which a history is done."""

    services: Services
    context: RequestContext
    imports: dict[int, DataImportId] = field(default_factory=dict)
    decisions: dict[int, UUID] = field(default_factory=dict)

    async def do(self, history: History, step: Step, at: int) -> None:
        """Do one step, the history's step number `at`."""
        move, number = step
        match move:
            case Move.IMPORT:
                self.imports[number] = await place_import(self.services, self.context, history.imports[number])
                await enrich(self.services, self.context, self.imports[number])
            case Move.UNDO:
                await undo(self.services, self.context, self.imports[number])
            case Move.REDO:
                await redo(self.services, self.context, self.imports[number])
            case Move.PURGE:
                await purge(self.services, self.context, self.imports.pop(number))
            case Move.DECIDE:
                decision = taken(history.decisions[number], at)
                self.decisions[number] = await decide(self.services, self.context, decision)
            case Move.UNDECIDE:
                await undecide(self.services, self.context, self.decisions.pop(number))


def taken(decision: Decision, at: int) -> Decision:
    """A decision as it is taken at a step: a later edit is later."""
    return replace(decision, number=at) if isinstance(decision, Edit) else decision


async def undo(services: Services, context: RequestContext, import_id: UUID) -> None:
    """Let an import's claims take part no longer."""
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, leaving=import_id) as ledger,
    ):
        await withdraw_claims(ledger, import_id, _untold)


async def redo(services: Services, context: RequestContext, import_id: UUID) -> None:
    """Let an undone import's claims take part again."""
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, joining=import_id) as ledger,
    ):
        await restore_claims(ledger, import_id, _untold)


async def purge(services: Services, context: RequestContext, import_id: UUID) -> None:
    """Delete an undone import for good, with its claims."""
    async with services.database.begin(context.tenant) as db:
        await imports.update_import(db, context.engagement_id, DataImportId(import_id), {"status": "undone"})
    await purge_import(services, context, import_id)


async def decide(services: Services, context: RequestContext, decision: Decision) -> UUID:
    """Take a decision now; gives its id. Records and keys stand in it as the reference names them."""
    async with open_desk(services, context) as desk:
        decided = await desk.decide([stored_decision(decision, 0).body], None)
    return decided.decisions[0].id


async def undecide(services: Services, context: RequestContext, decision_id: UUID) -> None:
    """Take a decision back."""
    await undo_decision(services, context, decision_id)


async def _untold(_done: int, _total: int) -> None:
    """Nobody watches."""
