"""The changes of an inventory in their order, and what was in force at each version."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from muster.db.tables import Engagement, InventoryChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


class ChangeKind(StrEnum):
    """What can change an inventory; the values are stored."""

    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"
    PURGE = "purge"
    DECIDE = "decide"
    UNDECIDE = "undecide"
    RANKS = "ranks"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to record: what it was about, who asked for it, and what it did in counts."""

    kind: ChangeKind
    data_import_id: UUID | None = None
    decision_id: UUID | None = None
    ranks: Mapping[str, Mapping[str, int]] | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    changed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change as it was recorded; `version` is that of the inventory after it."""

    version: int
    kind: ChangeKind
    data_import_id: UUID | None
    decision_id: UUID | None
    summary: Mapping[str, Any]
    changed_by: UUID | None
    changed_at: datetime


async def record_change(db: AsyncSession, tenant: Tenant, change: NewChange) -> int:
    """Raise the version of the inventory and say what made it another one; returns the new version.

    Plans computed before are stale from now on. The caller holds the engagement's lock.
    """
    raised = (
        update(Engagement)
        .where(Engagement.id == tenant.engagement_id)
        .values(inventory_version=Engagement.inventory_version + 1)
        .returning(Engagement.inventory_version)
    )
    version = (await db.execute(raised)).scalar_one()
    await db.execute(
        insert(InventoryChange).values(
            engagement_id=tenant.engagement_id,
            client_account_id=tenant.client_account_id,
            version=version,
            kind=str(change.kind),
            data_import_id=change.data_import_id,
            decision_id=change.decision_id,
            ranks=None if change.ranks is None else {name: dict(groups) for name, groups in change.ranks.items()},
            summary=dict(change.summary),
            changed_by=change.changed_by,
        )
    )
    return version


@dataclass(frozen=True, slots=True)
class Versions:
    """The version of an inventory, and those of the rules that it was folded by."""

    inventory: int
    fold: int
    policy: int


async def fold_versions(db: AsyncSession, tenant: Tenant) -> Versions:
    """The versions of the inventory as it stands."""
    row = await db.execute(
        select(Engagement.inventory_version, Engagement.fold_version, Engagement.policy_version).where(
            Engagement.id == tenant.engagement_id
        )
    )
    return Versions(*row.one())


async def write_fold_versions(db: AsyncSession, tenant: Tenant, fold: int, policy: int) -> None:
    """Say by which rules the inventory is folded now."""
    await db.execute(
        update(Engagement).where(Engagement.id == tenant.engagement_id).values(fold_version=fold, policy_version=policy)
    )


async def inventory_version(db: AsyncSession, tenant: Tenant) -> int:
    """The version of the inventory as it stands."""
    query = select(Engagement.inventory_version).where(Engagement.id == tenant.engagement_id)
    return int((await db.execute(query)).scalar_one())


async def version_at(db: AsyncSession, tenant: Tenant, moment: datetime) -> int:
    """The version that the inventory had at a moment; 0 before its first change."""
    query = select(func.max(InventoryChange.version)).where(
        InventoryChange.engagement_id == tenant.engagement_id, InventoryChange.changed_at <= moment
    )
    return int(await db.scalar(query) or 0)


async def changes_of_imports(
    db: AsyncSession, tenant: Tenant, import_ids: Sequence[UUID], decision_ids: Sequence[UUID]
) -> list[StoredChange]:
    """The changes that were about one of these imports or decisions, or about the rules of all, oldest first."""
    change = InventoryChange
    rows = await db.execute(
        select(change)
        .where(
            change.engagement_id == tenant.engagement_id,
            change.data_import_id.in_(import_ids)
            | change.decision_id.in_(decision_ids)
            | change.kind.in_([str(ChangeKind.RANKS), str(ChangeKind.REBUILD)]),
        )
        .order_by(change.version)
    )
    return [
        StoredChange(
            version=row.version,
            kind=ChangeKind(row.kind),
            data_import_id=row.data_import_id,
            decision_id=row.decision_id,
            summary=row.summary,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in rows.scalars()
    ]


async def active_at(db: AsyncSession, tenant: Tenant, version: int) -> frozenset[UUID]:
    """The imports whose claims took part when the inventory had `version`."""
    change = InventoryChange
    rows = await db.execute(
        select(change.data_import_id, change.kind)
        .where(
            change.engagement_id == tenant.engagement_id,
            change.version <= version,
            change.data_import_id.is_not(None),
        )
        .ext(distinct_on(change.data_import_id))
        .order_by(change.data_import_id, change.version.desc())
    )
    joined = {ChangeKind.IMPORT, ChangeKind.REDO}
    return frozenset(import_id for import_id, kind in rows if import_id is not None and kind in joined)


async def read_ranks(db: AsyncSession, tenant: Tenant) -> dict[tuple[str, str], int]:
    """The ranks that the engagement set itself: (source id, field group) -> rank."""
    query = select(Engagement.source_ranks).where(Engagement.id == tenant.engagement_id)
    return _ranks((await db.execute(query)).scalar_one_or_none())


async def write_ranks(db: AsyncSession, tenant: Tenant, ranks: Mapping[str, Mapping[str, int]]) -> None:
    """Replace the engagement's own ranks."""
    values = {name: dict(groups) for name, groups in ranks.items()}
    await db.execute(update(Engagement).where(Engagement.id == tenant.engagement_id).values(source_ranks=values))


async def ranks_at(db: AsyncSession, tenant: Tenant, version: int) -> dict[tuple[str, str], int]:
    """The engagement's own ranks when the inventory had `version`."""
    change = InventoryChange
    row = (
        await db.execute(
            select(change.ranks)
            .where(
                change.engagement_id == tenant.engagement_id,
                change.version <= version,
                change.kind == str(ChangeKind.RANKS),
            )
            .order_by(change.version.desc())
            .limit(1)
        )
    ).first()
    return _ranks(None if row is None else row.ranks)


def _ranks(stored: Mapping[str, Mapping[str, int]] | None) -> dict[tuple[str, str], int]:
    return {(source, group): rank for source, groups in (stored or {}).items() for group, rank in groups.items()}
