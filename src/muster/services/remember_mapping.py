"""Keeps what people say of the columns of an import's tables, so that the next file like it is mapped by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.catalog.registry import sources
from muster.db.repos import custom_fields as custom_fields_repo
from muster.db.repos import mapping_memory as memory_repo
from muster.domain.mapping import MatchMethod
from muster.domain.mapping_memory import Layout, Learned, MemoryScope, Origin, RememberedColumn, Said
from muster.kit.ids import uuid7
from muster.pipeline.mapping.convert import in_force
from muster.pipeline.mapping.propose import SURE
from muster.pipeline.mapping.remembered import known_as, profiled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId
    from muster.domain.mapping import ColumnMapping, TableDetection
    from muster.domain.tenant import RequestContext, Tenant
    from muster.pipeline.mapping.remembered import Recalled
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class SeenTable:
    """One imported table as it was mapped, for remembering."""

    name: str
    columns: tuple[str, ...]
    detected: TableDetection
    mapping: tuple[ColumnMapping, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """On what occasion something was said: the import with its file, and the moment."""

    data_import_id: DataImportId
    filename: str
    moment: datetime


async def read_learned(services: Services, tenant: Tenant) -> Learned:
    """What the tenant has taught: layouts of its own and of its client, and its custom fields."""
    async with services.database.begin(tenant) as session:
        return await learned_in(session, tenant)


async def learned_in(session: AsyncSession, tenant: Tenant) -> Learned:
    """As `read_learned`, in the caller's transaction."""
    custom = await custom_fields_repo.read_custom_fields(session, tenant)
    return Learned(tuple(await memory_repo.read_layouts(session, tenant)), {field.target: field for field in custom})


async def remember_confirmed(
    session: AsyncSession,
    context: RequestContext,
    occasion: Occasion,
    tables: Sequence[SeenTable],
    scope: MemoryScope,
) -> None:
    """Remember the mapping that a person confirmed, every column of it, in the caller's transaction.

    A word that was offered and stands keeps its origin; one that the values contradicted is now said again.
    """
    memory = await _Memory.open(session, context, occasion, scope)
    for table in tables:
        columns = _effective(table.mapping)
        stands = [column for column in columns if _stands(column)]
        corrected = [column for column in columns if column.match_method.is_said and not _stands(column)]
        confirmed = [column for column in columns if not column.match_method.is_said]
        layout = await memory.see(table)
        await memory.keep(layout, corrected, Said.CORRECTED)
        await memory.keep(layout, confirmed, Said.CONFIRMED)
        await memory.keep(layout, stands, Said.CONFIRMED, over=False)


async def remember_stated(
    session: AsyncSession, context: RequestContext, occasion: Occasion, tables: Sequence[SeenTable]
) -> None:
    """Remember what the sender of a file stated of its columns, for the engagement, in the caller's transaction."""
    said = [
        (table, [column for column in table.mapping if column.match_method is MatchMethod.USER]) for table in tables
    ]
    if not any(columns for _, columns in said):
        return
    memory = await _Memory.open(session, context, occasion, MemoryScope.ENGAGEMENT)
    for table, columns in said:
        if columns:
            await memory.keep(await memory.see(table), columns, Said.CORRECTED)


async def note_use(
    session: AsyncSession, tenant: Tenant, occasion: Occasion, recalled: Iterable[Recalled], *, in_use: bool
) -> None:
    """Count that an import was mapped by what was remembered.

    With `in_use` the mapping counts without a person's look: its tables are then the last that were seen of their kind.
    """
    tables = [table for table in recalled if table.layouts]
    if not tables:
        return
    await memory_repo.lock_memory(session, tenant)
    await memory_repo.count_use(session, tenant, {word for table in tables for word in table.used}, occasion.moment)
    if in_use:
        for table in tables:
            headers = tuple(column.source_field for column in table.columns)
            for layout in table.layouts:
                await memory_repo.put_layout(
                    session, tenant, _as_seen(layout, table.columns[0].table, headers, occasion)
                )


@dataclass(slots=True)
class _Memory:
    """What is remembered in one scope, open for one occasion; nobody else of the client changes it meanwhile."""

    session: AsyncSession
    context: RequestContext
    occasion: Occasion
    scope: MemoryScope
    layouts: list[Layout]

    @classmethod
    async def open(
        cls, session: AsyncSession, context: RequestContext, occasion: Occasion, scope: MemoryScope
    ) -> _Memory:
        """Read what is there."""
        await memory_repo.lock_memory(session, context.tenant)
        layouts = await memory_repo.read_layouts(session, context.tenant)
        return cls(session, context, occasion, scope, [layout for layout in layouts if layout.scope is scope])

    async def see(self, table: SeenTable) -> Layout:
        """The layout that the table is of, written as seen now."""
        source_system, source_table = profiled(table.detected, sources())
        found = known_as(self.layouts, source_system, source_table, table.columns)
        known = (
            found[0]
            if found
            else Layout(uuid7(), self.scope, source_system, source_table, "", (), None, self.occasion.moment)
        )
        layout = _as_seen(known, table.name, table.columns, self.occasion)
        self.layouts = [layout, *(other for other in self.layouts if other.id != layout.id)]
        await memory_repo.put_layout(self.session, self.context.tenant, layout)
        return layout

    async def keep(self, layout: Layout, columns: Sequence[ColumnMapping], said: Said, *, over: bool = True) -> None:
        """Write the words on `columns`; without `over` only where there are none yet."""
        origin = Origin(
            said=said,
            said_at=self.occasion.moment,
            said_by=self.context.user_id,
            data_import_id=self.occasion.data_import_id,
            filename=self.occasion.filename,
        )
        words = [
            RememberedColumn(column.source_field, column.target_field, column.transformation, origin)
            for column in columns
        ]
        await memory_repo.put_words(self.session, self.context.tenant, layout, words, over=over)


def _stands(column: ColumnMapping) -> bool:
    """Whether it was offered from memory, and the file does not speak against it."""
    return column.match_method is MatchMethod.REMEMBERED and column.confidence >= SURE


def _as_seen(layout: Layout, table: str, columns: tuple[str, ...], occasion: Occasion) -> Layout:
    return replace(layout, table=table, columns=columns, filename=occasion.filename, seen_at=occasion.moment)


def _effective(columns: Sequence[ColumnMapping]) -> list[ColumnMapping]:
    """The columns as they count: one that yields to a person's word on its field feeds nothing."""
    kept = {column.position for column in in_force(columns)}
    return [
        column if column.position in kept else replace(column, target_field=None, transformation=None)
        for column in columns
    ]
