"""Reads and writes what was said of the columns of tables: layouts, and the words on their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from muster.db.tables.memory import MappingLayout, MappingMemory
from muster.domain.mapping_memory import Layout, MemoryScope, Origin, RememberedColumn, Said

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

_NAMES_OF = text("SELECT user_id, display_name FROM migration.names_of(:users)")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def lock_memory(session: AsyncSession, tenant: Tenant) -> None:
    """Keep others from changing what is remembered for the client until the transaction ends."""
    await session.execute(_LOCK, {"key": f"mapping_memory:{tenant.client_account_id}"})


async def read_layouts(session: AsyncSession, tenant: Tenant, layout_id: UUID | None = None) -> list[Layout]:
    """The layouts of the engagement and of its whole client (or the one of this id), by source and name."""
    query = select(MappingLayout).where(*_mine(tenant, MappingLayout))
    words = select(MappingMemory).where(*_mine(tenant, MappingMemory))
    if layout_id is not None:
        query = query.where(MappingLayout.id == layout_id)
        words = words.where(MappingMemory.layout_id == layout_id)
    order = (MappingLayout.source_system, MappingLayout.source_table, MappingLayout.table_name, MappingLayout.id)
    layouts = (await session.execute(query.order_by(*order))).scalars().all()
    rows = (await session.execute(words)).scalars().all() if layouts else []
    names = await _names_of(session, {row.said_by for row in rows if row.said_by is not None})
    by_layout: dict[UUID, list[RememberedColumn]] = {}
    for row in rows:
        by_layout.setdefault(row.layout_id, []).append(_word(row, names))
    return [
        Layout(
            id=row.id,
            scope=MemoryScope.CLIENT if row.engagement_id is None else MemoryScope.ENGAGEMENT,
            source_system=row.source_system,
            source_table=row.source_table,
            table=row.table_name,
            columns=tuple(row.columns),
            filename=row.filename,
            seen_at=row.seen_at,
            words=tuple(by_layout.get(row.id, ())),
        )
        for row in layouts
    ]


async def put_layout(session: AsyncSession, tenant: Tenant, layout: Layout) -> None:
    """Write a layout without its words; one of this id is seen anew."""
    seen = {
        "fingerprint": layout.fingerprint,
        "table_name": layout.table,
        "columns": list(layout.columns),
        "filename": layout.filename,
        "seen_at": layout.seen_at,
    }
    await session.execute(
        insert(MappingLayout)
        .values(
            client_account_id=tenant.client_account_id,
            engagement_id=_engagement(tenant, layout.scope),
            id=layout.id,
            source_system=layout.source_system,
            source_table=layout.source_table,
            **seen,
        )
        .on_conflict_do_update(index_elements=["client_account_id", "id"], set_=seen)
    )


async def put_words(
    session: AsyncSession, tenant: Tenant, layout: Layout, words: Sequence[RememberedColumn], *, over: bool
) -> None:
    """Write words on columns of a layout; with `over` in place of those that are there, else beside them."""
    if not words:
        return
    statement = insert(MappingMemory)
    key = ["client_account_id", "layout_id", "header"]
    if over:
        said = ("source_field", "target_field", "transformation", "said", "said_by", "said_at", "data_import_id")
        anew = {name: statement.excluded[name] for name in (*said, "filename")}
        statement = statement.on_conflict_do_update(index_elements=key, set_=anew)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    await session.execute(
        statement,
        [
            {
                "client_account_id": tenant.client_account_id,
                "engagement_id": _engagement(tenant, layout.scope),
                "layout_id": layout.id,
                "header": word.key,
                "source_field": word.source_field,
                "target_field": word.target_field,
                "transformation": word.transformation,
                "said": str(word.origin.said),
                "said_by": word.origin.said_by,
                "said_at": word.origin.said_at,
                "data_import_id": word.origin.data_import_id,
                "filename": word.origin.filename,
            }
            for word in {word.key: word for word in words}.values()
        ],
    )


async def count_use(
    session: AsyncSession, tenant: Tenant, words: Collection[tuple[UUID, str]], moment: datetime
) -> None:
    """Note that an import was mapped by these words (layout, header key)."""
    if not words:
        return
    word = MappingMemory
    await session.execute(
        update(word)
        .where(*_mine(tenant, word), tuple_(word.layout_id, word.header).in_(sorted(words)))
        .values(times_used=word.times_used + 1, last_used_at=func.greatest(word.last_used_at, moment))
    )


async def delete_layout(session: AsyncSession, tenant: Tenant, layout_id: UUID) -> bool:
    """Forget a layout with all its words; False when there is none of this id."""
    found = await session.execute(
        delete(MappingLayout)
        .where(*_mine(tenant, MappingLayout), MappingLayout.id == layout_id)
        .returning(MappingLayout.id)
    )
    return found.scalar_one_or_none() is not None


async def delete_word(session: AsyncSession, tenant: Tenant, layout_id: UUID, header: str) -> bool:
    """Forget the word on one column (by its key); False when there is none."""
    found = await session.execute(
        delete(MappingMemory)
        .where(*_mine(tenant, MappingMemory), MappingMemory.layout_id == layout_id, MappingMemory.header == header)
        .returning(MappingMemory.header)
    )
    return found.scalar_one_or_none() is not None


def _mine(tenant: Tenant, table: type[MappingLayout | MappingMemory]) -> tuple[ColumnElement[bool], ...]:
    """The rows of the engagement and of its whole client."""
    return (
        table.client_account_id == tenant.client_account_id,
        or_(table.engagement_id.is_(None), table.engagement_id == tenant.engagement_id),
    )


def _engagement(tenant: Tenant, scope: MemoryScope) -> UUID | None:
    return None if scope is MemoryScope.CLIENT else tenant.engagement_id


def _word(row: MappingMemory, names: dict[UUID, str]) -> RememberedColumn:
    origin = Origin(
        said=Said(row.said),
        said_at=row.said_at,
        said_by=row.said_by,
        name=None if row.said_by is None else names.get(row.said_by),
        data_import_id=row.data_import_id,
        filename=row.filename,
    )
    return RememberedColumn(
        row.source_field, row.target_field, row.transformation, origin, row.times_used, row.last_used_at
    )


async def _names_of(session: AsyncSession, users: Collection[UUID]) -> dict[UUID, str]:
    if not users:
        return {}
    return {row.user_id: row.display_name for row in await session.execute(_NAMES_OF, {"users": list(users)})}
