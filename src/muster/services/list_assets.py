"""Shows assets: pages of them, and one by its id, whether the id is today's or one from before a merge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.db.repos import inventory as inventory_repo
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.redirect import current_asset_id
from muster.services.paging import FIRST_PAGE, Page, PageRequest, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import RowMapping

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

FILTERS = frozenset(
    name
    for name, catalog_field in FIELDS.items()
    if catalog_field.on_asset and not catalog_field.is_list and catalog_field.type is not FieldType.NUMBER
)
"""The fields that a list of assets can be filtered by (equal to a value)."""

_HOUSEKEEPING = frozenset({"engagement_id", "client_account_id", "claim_ids", *inventory_repo.FINGERPRINTS})
_MOST_NAMESAKES = 20


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset as it stands. `values` holds every filled canonical field; scores are percent, confidence 0 to 1.

    `custom_fields` are those that have a value, by name, as text whatever type they are declared with.
    """

    id: UUID
    values: Mapping[str, Any]
    discovery_source: str
    conflicts: tuple[str, ...] = field(default=())
    custom_fields: Mapping[str, str] = field(default_factory=dict)


async def list_assets(
    services: Services,
    context: RequestContext,
    equal: Mapping[str, str] | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[Asset]:
    """One page of assets, oldest first, that equal `equal` (field name: value).

    Raises InvalidRequestError for a field that is no filter, a value that is none of its type, or a bad cursor.
    """
    wanted = {name: _value(name, text) for name, text in (equal or {}).items()}
    last = decode_cursor(page.cursor, str)
    async with services.database.begin(context.tenant) as db:
        rows = await inventory_repo.list_assets(
            db,
            context.tenant,
            equal=wanted,
            after=UUID(str(last[0])) if last else None,
            limit=page.limit + 1,
        )
    items = tuple(_asset(row) for row in rows[: page.limit])
    return Page(items, encode_cursor(str(items[-1].id)) if len(rows) > page.limit else None)


async def get_asset(services: Services, context: RequestContext, asset_id: UUID) -> Asset:
    """One asset by today's id or an earlier one. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as db:
        row = await inventory_repo.get_asset(db, context.tenant, asset_id)
        if row is None:
            async with read_ledger(db, context.tenant, services) as ledger:
                today = await current_asset_id(ledger, asset_id)
            row = None if today is None else await inventory_repo.get_asset(db, context.tenant, today)
    if row is None:
        raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
    return _asset(row)


async def find_asset(services: Services, context: RequestContext, id_or_name: str) -> UUID:
    """The id of the asset that a person means: an id, or exactly a name, host name, FQDN or serial number.

    Raises NotFoundError, and InvalidRequestError naming the ids when several assets carry the name.
    """
    try:
        return (await get_asset(services, context, UUID(id_or_name))).id
    except ValueError:
        pass  # no id: a name
    async with services.database.begin(context.tenant) as db:
        found = await inventory_repo.find_assets(db, context.tenant, id_or_name, _MOST_NAMESAKES)
    if not found:
        raise NotFoundError("No asset has this name, host name, FQDN or serial number.")
    if len(found) > 1:
        ids = [str(row["id"]) for row in found]
        raise InvalidRequestError(
            f"{len(ids)} assets carry this name; use one of their ids: {', '.join(ids)}", asset_ids=ids
        )
    return UUID(str(found[0]["id"]))


async def count_assets(services: Services, context: RequestContext) -> int:
    """How many assets the engagement has."""
    async with services.database.begin(context.tenant) as db:
        return await inventory_repo.count_assets(db, context.tenant)


def _asset(row: RowMapping) -> Asset:
    values = {name: value for name, value in row.items() if value is not None and name not in _HOUSEKEEPING}
    values.pop("id")
    return Asset(
        id=row["id"],
        values=values,
        discovery_source=values.pop("discovery_source", ""),
        conflicts=tuple(values.pop("conflicts", ())),
        custom_fields=dict(sorted(values.pop("custom_fields", {}).items())),
    )


def _value(name: str, text: str) -> str | int | bool:
    if name not in FILTERS:
        raise InvalidRequestError(f"{name} is no filter; filters are: {', '.join(sorted(FILTERS))}.", field=name)
    kind = FIELDS[name].type
    try:
        if kind is FieldType.INTEGER:
            return int(text)
    except ValueError:
        raise InvalidRequestError(f"{name} takes a whole number.", field=name) from None
    return text.lower() == "true" if kind is FieldType.BOOLEAN else text
