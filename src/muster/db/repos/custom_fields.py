"""Reads and writes the fields that an engagement declared for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from muster.db.tables import ImportFieldMapping
from muster.db.tables.memory import EngagementField
from muster.domain.custom_fields import PREFIX, CustomField, parse_custom_field

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


async def read_custom_fields(session: AsyncSession, tenant: Tenant) -> list[CustomField]:
    """All of them, by name."""
    rows = await session.execute(
        select(EngagementField.declaration)
        .where(EngagementField.engagement_id == tenant.engagement_id)
        .order_by(EngagementField.name)
    )
    return [parse_custom_field(declaration) for declaration in rows.scalars()]


async def put_custom_field(session: AsyncSession, tenant: Tenant, field: CustomField, declared_by: UUID | None) -> None:
    """Declare a field, or declare the one of this name anew."""
    said = {"declaration": field.as_json(), "declared_by": declared_by}
    await session.execute(
        insert(EngagementField)
        .values(
            engagement_id=tenant.engagement_id,
            client_account_id=tenant.client_account_id,
            name=field.name,
            **said,
        )
        .on_conflict_do_update(index_elements=["engagement_id", "name"], set_={**said, "declared_at": func.now()})
    )


async def delete_custom_field(session: AsyncSession, tenant: Tenant, name: str) -> bool:
    """Take a declaration back; False when there is none of this name."""
    found = await session.execute(
        delete(EngagementField)
        .where(EngagementField.engagement_id == tenant.engagement_id, EngagementField.name == name)
        .returning(EngagementField.name)
    )
    return found.scalar_one_or_none() is not None


async def used_custom_fields(session: AsyncSession, tenant: Tenant) -> dict[str, CustomField]:
    """All fields that assets may have a value of, by what a mapping calls them (`custom:tier`), sorted by that.

    They are the declared ones, and those that are declared no more but that columns of imports are mapped to.
    """
    mapping = ImportFieldMapping
    rows = await session.execute(
        select(mapping.custom_field)
        .where(mapping.engagement_id == tenant.engagement_id, mapping.target_field.startswith(PREFIX))
        .distinct()
    )
    mapped = [parse_custom_field(declaration) for declaration in rows.scalars()]
    known = {field.target: field for field in (*mapped, *await read_custom_fields(session, tenant))}
    return {target: known[target] for target in sorted(known)}
