"""Shows, forgets, exports and imports what was said of the columns of tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.catalog.registry import sources
from muster.db.repos import custom_fields as custom_fields_repo
from muster.db.repos import mapping_memory as memory_repo
from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from muster.domain.mapping_memory import Layout, MemoryScope, Origin, RememberedColumn, Said, header_key
from muster.domain.processing_config import MappingChoice
from muster.domain.tenant import Permission
from muster.kit.ids import uuid7
from muster.pipeline.mapping.remembered import known_as
from muster.services.mapping_preset import Preset, PresetLayout
from muster.services.understand_file import check_choices

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.custom_fields import CustomField
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import of mappings brought: layouts and words written, and the custom fields that were declared."""

    layouts: int
    columns: int
    custom_fields: tuple[str, ...]


def require_scope(context: RequestContext, scope: MemoryScope | None) -> None:
    """Raise ForbiddenError when the caller may not speak for all engagements of the client."""
    if scope is MemoryScope.CLIENT and not context.may(Permission.MANAGE_CLIENT):
        raise ForbiddenError(
            "What holds for all engagements of the client is for its admins to say: take the scope engagement.",
            needed_permission=str(Permission.MANAGE_CLIENT),
        )


async def list_layouts(services: Services, context: RequestContext) -> list[Layout]:
    """The layouts of the engagement and of its whole client with their words, by source and name."""
    async with services.database.begin(context.tenant) as session:
        return await memory_repo.read_layouts(session, context.tenant)


async def read_layout(services: Services, context: RequestContext, layout_id: UUID) -> Layout:
    """One layout with its words. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        return await _layout(session, context, layout_id)


async def forget_layout(
    services: Services, context: RequestContext, layout_id: UUID, columns: Sequence[str] = ()
) -> int:
    """Forget the words on these columns (by header), or the whole layout; gives how many words are gone.

    Imports that were mapped by them stay as they are. Raises NotFoundError, and ForbiddenError for what holds for the
    whole client.
    """
    async with services.database.begin(context.tenant) as session:
        await memory_repo.lock_memory(session, context.tenant)
        layout = await _layout(session, context, layout_id)
        require_scope(context, layout.scope)
        if not columns:
            await memory_repo.delete_layout(session, context.tenant, layout_id)
            return len(layout.words)
        for name in columns:
            if not await memory_repo.delete_word(session, context.tenant, layout_id, header_key(name)):
                raise NotFoundError(f"Nothing is remembered here of a column {name!r}.", source_field=name)
        return len(columns)


async def export_mappings(services: Services, context: RequestContext, layout_ids: Collection[UUID] = ()) -> Preset:
    """What is remembered (of these layouts, or all), with the custom fields that it names. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        layouts = await memory_repo.read_layouts(session, context.tenant)
        custom = await custom_fields_repo.read_custom_fields(session, context.tenant)
    known = {layout.id for layout in layouts}
    for layout_id in layout_ids:
        if layout_id not in known:
            raise _no_such_layout(layout_id)
    wanted = [layout for layout in layouts if not layout_ids or layout.id in layout_ids]
    # of two layouts of one kind the engagement's comes second: its words count when the file is read again
    wanted.sort(
        key=lambda item: (item.source_system, item.source_table or "", item.table, item.scope is MemoryScope.ENGAGEMENT)
    )
    named = {word.target_field for layout in wanted for word in layout.words}
    return Preset(
        layouts=tuple(PresetLayout.of(layout) for layout in wanted),
        custom_fields=tuple(field for field in custom if field.target in named),
    )


async def import_mappings(
    services: Services,
    context: RequestContext,
    preset: Preset,
    scope: MemoryScope = MemoryScope.ENGAGEMENT,
    filename: str | None = None,
) -> Taken:
    """Remember what a preset says, in place of what was remembered of the same columns; declares its custom fields.

    Raises InvalidRequestError for a field, a transformation or a profile's table that does not exist, and for a custom
    field that the engagement has declared otherwise; ForbiddenError for a scope that is not the caller's.
    """
    require_scope(context, scope)
    async with services.database.begin(context.tenant) as session:
        await memory_repo.lock_memory(session, context.tenant)
        declared = await _declare(session, context, preset.custom_fields)
        targets = {field.target for field in await custom_fields_repo.read_custom_fields(session, context.tenant)}
        layouts = await memory_repo.read_layouts(session, context.tenant)
        origin = Origin(Said.IMPORTED, services.clock(), context.user_id, filename=filename)
        for said in preset.layouts:
            _check(said, targets)
            await _take(session, context, said, layouts, scope, origin)
    columns = sum(len(layout.words) for layout in preset.layouts)
    return Taken(len(preset.layouts), columns, declared)


async def _take(  # noqa: PLR0913, PLR0917 - what is said, what is known, and on whose word
    session: AsyncSession,
    context: RequestContext,
    said: PresetLayout,
    layouts: list[Layout],
    scope: MemoryScope,
    origin: Origin,
) -> None:
    mine = [layout for layout in layouts if layout.scope is scope]
    found = known_as(mine, said.source_system, said.source_table, said.columns)
    layout = (
        found[0]
        if found
        else Layout(
            uuid7(), scope, said.source_system, said.source_table, said.table, said.columns, None, origin.said_at
        )
    )
    layout = replace(layout, table=said.table, columns=said.columns, filename=origin.filename, seen_at=origin.said_at)
    layouts[:] = [layout, *(other for other in layouts if other.id != layout.id)]
    await memory_repo.put_layout(session, context.tenant, layout)
    words = [RememberedColumn(word.source_field, word.target_field, word.transformation, origin) for word in said.words]
    await memory_repo.put_words(session, context.tenant, layout, words, over=True)


async def _declare(session: AsyncSession, context: RequestContext, fields: Sequence[CustomField]) -> tuple[str, ...]:
    """Declare the fields that are not there; gives their names. Raises InvalidRequestError for one that differs."""
    known = {field.name: field for field in await custom_fields_repo.read_custom_fields(session, context.tenant)}
    for field in fields:
        if field.name in known and known[field.name] != field:
            raise InvalidRequestError(
                f"The field {field.name!r} is declared otherwise in this engagement: rename one of the two.",
                field=field.target,
            )
    new = [field for field in fields if field.name not in known]
    for field in new:
        await custom_fields_repo.put_custom_field(session, context.tenant, field, context.user_id)
    return tuple(field.name for field in new)


def _check(said: PresetLayout, custom_targets: Collection[str]) -> None:
    if said.source_table is not None:
        source = sources().get(said.source_system)
        tables = () if source is None else tuple(table.name for table in source.tables)
        if said.source_table not in tables:
            there = f"; it has {', '.join(tables)}" if tables else ""
            raise InvalidRequestError(
                f"The source {said.source_system!r} has no table {said.source_table!r}{there}. Leave source_table out "
                "for a table that is known by its headers.",
                field="source_table",
            )
    check_choices(
        [MappingChoice(word.source_field, word.target_field, None, word.transformation) for word in said.words],
        custom_targets,
    )


async def _layout(session: AsyncSession, context: RequestContext, layout_id: UUID) -> Layout:
    found = await memory_repo.read_layouts(session, context.tenant, layout_id)
    if not found:
        raise _no_such_layout(layout_id)
    return found[0]


def _no_such_layout(layout_id: UUID) -> NotFoundError:
    return NotFoundError(
        f"Nothing is remembered under {layout_id} in this engagement: `muster mappings list` shows what is.",
        layout_id=str(layout_id),
    )
