"""Decisions of people about an inventory, and when they held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from muster.db.tables import InventoryChange, InventoryDecision
from muster.domain.decisions import Decision, DecisionKind, from_json, to_json

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


async def read_decisions(db: AsyncSession, tenant: Tenant) -> list[Decision]:
    """All decisions of the engagement, taken back or not, in the order in which they were taken."""
    rows = await db.execute(
        select(InventoryDecision)
        .where(InventoryDecision.engagement_id == tenant.engagement_id)
        .order_by(InventoryDecision.created_at, InventoryDecision.id)
    )
    return [_decision(row) for row in rows.scalars()]


async def decisions_at(db: AsyncSession, tenant: Tenant, version: int) -> list[Decision]:
    """The decisions that held when the inventory had `version`, as they stood then (none taken back)."""
    change = InventoryChange
    latest = (
        select(change.decision_id, change.kind)
        .where(
            change.engagement_id == tenant.engagement_id,
            change.version <= version,
            change.decision_id.is_not(None),
        )
        .ext(distinct_on(change.decision_id))
        .order_by(change.decision_id, change.version.desc())
        .subquery()
    )
    rows = await db.execute(
        select(InventoryDecision)
        .join(latest, latest.c.decision_id == InventoryDecision.id)
        .where(InventoryDecision.engagement_id == tenant.engagement_id, latest.c.kind == "decide")
        .order_by(InventoryDecision.created_at, InventoryDecision.id)
    )
    return [_decision(row, held=True) for row in rows.scalars()]


async def insert_decision(db: AsyncSession, tenant: Tenant, decision: Decision) -> None:
    """Keep a decision."""
    await db.execute(
        insert(InventoryDecision).values(
            engagement_id=tenant.engagement_id,
            client_account_id=tenant.client_account_id,
            id=decision.id,
            kind=str(decision.kind),
            body=to_json(decision.body),
            reason=decision.reason,
            author=decision.author,
            created_at=decision.created_at,
        )
    )


async def undo_decision(db: AsyncSession, tenant: Tenant, decision_id: UUID, undone_by: UUID | None) -> bool:
    """Take a decision back; False when it is not there, or was taken back before."""
    decision = InventoryDecision
    result = await db.execute(
        update(decision)
        .where(decision.engagement_id == tenant.engagement_id, decision.id == decision_id, decision.undone_at.is_(None))
        .values(undone_at=func.clock_timestamp(), undone_by=undone_by)
        .returning(decision.id)
    )
    return result.scalar_one_or_none() is not None


def _decision(row: InventoryDecision, *, held: bool = False) -> Decision:
    return Decision(
        id=row.id,
        body=from_json(DecisionKind(row.kind), row.body),
        reason=row.reason,
        author=row.author,
        created_at=row.created_at,
        undone_at=None if held else row.undone_at,
    )
