"""People decide: decisions are kept or taken back, and what they touch is folded anew, in one transaction."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from muster.db.repos import decisions as decisions_repo
from muster.db.repos.changes import ChangeKind, NewChange, record_change
from muster.domain.decisions import Decision
from muster.domain.errors import NotFoundError
from muster.kit.ids import uuid7
from muster.pipeline.enrich.rulings import named_keys
from muster.services.inventory.change import Change, apply_rulings
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import lock_or_refuse, untold
from muster.services.inventory.refs import refs_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from muster.domain.decisions import DecisionBody
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions that were taken or taken back, and what that did to the inventory."""

    decisions: tuple[Decision, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Desk:
    """The inventory on the table, locked, for somebody to decide."""

    services: Services
    context: RequestContext
    ledger: Ledger

    async def decide(
        self, bodies: Sequence[DecisionBody], reason: str | None, taking_back: Sequence[Decision] = ()
    ) -> Decided:
        """Keep decisions, take others back, and fold what they touch."""
        ledger, user = self.ledger, self.context.user_id
        moment = self.services.clock()
        taken = [Decision(uuid7(), body, reason, user, moment) for body in bodies]
        for decision in taken:
            await decisions_repo.insert_decision(ledger.db, ledger.tenant, decision)
        for decision in taking_back:
            await decisions_repo.undo_decision(ledger.db, ledger.tenant, decision.id, user)
        holding = await decisions_repo.read_decisions(ledger.db, ledger.tenant)
        ruled = replace(ledger, roster=ledger.roster.ruled_by(holding))
        concerned = [ref for decision in (*taken, *taking_back) for ref in refs_of(decision.body)]
        change = await apply_rulings(ruled, named_keys(concerned), ledger.roster.rulings.partners, untold)
        summary = asdict(change.counts)
        for decision, kind in [
            *((decision, ChangeKind.DECIDE) for decision in taken),
            *((decision, ChangeKind.UNDECIDE) for decision in taking_back),
        ]:
            new = NewChange(kind, decision_id=decision.id, summary=summary, changed_by=user)
            await record_change(ledger.db, ledger.tenant, new)
        return Decided((*taken, *taking_back), change)


@asynccontextmanager
async def open_desk(services: Services, context: RequestContext) -> AsyncIterator[Desk]:
    """Lock the engagement's inventory for a decision. Raises BusyError while something else changes it."""
    await fold_by_todays_rules(services, context)
    async with services.database.begin(context.tenant) as db:
        await lock_or_refuse(db, context.tenant)
        async with open_ledger(db, context.tenant, services) as ledger:
            yield Desk(services, context, ledger)


async def list_decisions(services: Services, context: RequestContext) -> list[Decision]:
    """All decisions of the engagement, those taken back included, oldest first."""
    async with services.database.begin(context.tenant) as db:
        return await decisions_repo.read_decisions(db, context.tenant)


async def undo_decision(services: Services, context: RequestContext, decision_id: UUID) -> Decided:
    """Take one decision back: the inventory is as if it had never been taken.

    Raises NotFoundError when it is not there or was taken back before, BusyError.
    """
    async with open_desk(services, context) as desk:
        for decision in await decisions_repo.read_decisions(desk.ledger.db, context.tenant):
            if decision.id == decision_id and decision.undone_at is None:
                return await desk.decide((), None, [decision])
    raise NotFoundError("There is no such decision to take back.", decision_id=str(decision_id))
