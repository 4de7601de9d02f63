"""Declares, lists and takes back the fields that an engagement has of its own, beside those of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import custom_fields as custom_fields_repo
from muster.domain.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from muster.domain.custom_fields import CustomField
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

MOST_FIELDS = 200


async def list_custom_fields(services: Services, context: RequestContext) -> list[CustomField]:
    """The engagement's own fields, by name."""
    async with services.database.begin(context.tenant) as session:
        return await custom_fields_repo.read_custom_fields(session, context.tenant)


async def declare_custom_field(services: Services, context: RequestContext, field: CustomField) -> CustomField:
    """Declare a field, or declare the one of this name anew.

    Files that were imported before keep what they meant: their mapping holds the declaration of its day.
    Raises InvalidRequestError when the engagement has too many.
    """
    async with services.database.begin(context.tenant) as session:
        known = {one.name for one in await custom_fields_repo.read_custom_fields(session, context.tenant)}
        if len(known | {field.name}) > MOST_FIELDS:
            raise InvalidRequestError(f"An engagement has at most {MOST_FIELDS} fields of its own.", field="name")
        await custom_fields_repo.put_custom_field(session, context.tenant, field, context.user_id)
    return field


async def drop_custom_field(services: Services, context: RequestContext, name: str) -> None:
    """Take a declaration back: nothing can be mapped to the field any more. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        if not await custom_fields_repo.delete_custom_field(session, context.tenant, name):
            raise NotFoundError(f"This engagement has no field {name!r} of its own.", name=name)
