"""Assets: written in bulk as the fold gives them, read singly and in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, create_engine, delete, func, or_, select, text

from muster.db.bulk import copy_to_temp
from muster.db.tables import ASSET_FIELDS, assets

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

HOUSEKEEPING = (
    "id",
    "claim_ids",
    "discovery_source",
    "conflicts",
    "missing_from",
    "pinned",
    "completeness_score",
    "quality_score",
    "confidence_score",
)
"""The columns that the fold decides besides the values."""

_DIALECT = create_engine("postgresql+psycopg://").dialect
_FIELDS = (*(field.name for field in ASSET_FIELDS), "custom_fields")
# An inventory that has just been written has no statistics: the planner then takes a few rows for all of it, and a
# nested loop over two batches of 50,000 takes minutes. A hash join costs the same whatever it believes.
_NESTED_LOOPS = text("select set_config('enable_nestloop', :state, true)")
_TYPES = {column.name: column.type.compile(_DIALECT) for column in assets.columns} | {"was": "uuid"}
_AS_TEXT = {"id": "id::text", "claim_ids": "claim_ids::text[]", "custom_fields": "custom_fields::text"}


FINGERPRINTS = ("values_hash", "row_hash")
"""The columns that tell whether a fold changes an asset, without its values."""


def row_columns(fields: Sequence[str]) -> tuple[str, ...]:
    """Housekeeping, the columns of values among `fields`, fingerprints; a name that is no column can not get in."""
    return (*HOUSEKEEPING, *(name for name in _FIELDS if name in fields), *FINGERPRINTS)


def standing_by_ids(columns: Sequence[str]) -> str:
    """For db.bulk_read: `columns` of the assets in $1, an array literal of ids; ids as text."""
    return f"{_select(columns)} and id = any($1::text::uuid[])"


def standing_by_range(columns: Sequence[str]) -> str:
    """For db.bulk_read: the same of all assets from the id $1 to the id $2."""
    return f"{_select(columns)} and id between $1::text::uuid and $2::text::uuid"


def _select(columns: Sequence[str]) -> str:
    listed = ", ".join(_AS_TEXT.get(name, name) for name in columns)
    return (
        f"select {listed} from migration.assets "  # noqa: S608 - column names come from the catalog
        "where engagement_id = current_setting('muster.engagement_id')::uuid"
    )


ASSETS_AFTER = f"""
select {", ".join(_AS_TEXT.get(name, name) for name in (*HOUSEKEEPING, *_FIELDS) if name != "claim_ids")},
    created_at, updated_at
from migration.assets
where engagement_id = current_setting('muster.engagement_id')::uuid and id > $1::text::uuid
order by id limit $2::text::bigint
"""  # noqa: S608 - column names come from the catalog
"""For db.bulk_read: the $2 assets after the id $1, ids as text."""


async def insert_assets(db: AsyncSession, tenant: Tenant, fields: Sequence[str], rows: Iterable[bytes]) -> int:
    """Insert assets from COPY text (`row_columns`); returns how many the database took."""
    names = ", ".join(row_columns(fields))
    statement = f"""
    insert into migration.assets (engagement_id, client_account_id, {names})
    select :engagement, :client, {names} from incoming_assets
    """  # noqa: S608 - column names come from the catalog
    return await _write(db, tenant, row_columns(fields), rows, statement)


async def update_assets(db: AsyncSession, tenant: Tenant, fields: Sequence[str], rows: Iterable[bytes]) -> int:
    """Replace the same columns (the id included) of assets; returns how many there were.

    A line of the COPY text ends with one more column, `was`: the id that the asset has had so far.
    """
    values = ", ".join(f"{name} = incoming.{name}" for name in row_columns(fields))
    # the array keeps the update from reading the whole inventory for each batch, be its ids next to each other or not
    statement = f"""
    update migration.assets as asset set updated_at = now(), {values}
    from incoming_assets as incoming
    where asset.engagement_id = :engagement and asset.client_account_id = :client and asset.id = incoming.was
        and asset.id = any (array(select was from incoming_assets))
    """  # noqa: S608 - column names come from the catalog
    await db.execute(_NESTED_LOOPS, {"state": "off"})
    written = await _write(db, tenant, (*row_columns(fields), "was"), rows, statement)
    await db.execute(_NESTED_LOOPS, {"state": "on"})
    return written


async def _write(
    db: AsyncSession, tenant: Tenant, columns: Sequence[str], rows: Iterable[bytes], statement: str
) -> int:
    # names and types come from the catalog, not from a user
    ddl = ", ".join(f"{name} {_TYPES[name]}" for name in columns)
    await copy_to_temp(db, "incoming_assets", ddl, columns, rows)
    result = await db.execute(text(statement), {"engagement": tenant.engagement_id, "client": tenant.client_account_id})
    return _row_count(result)


async def delete_assets(db: AsyncSession, tenant: Tenant, ids: Sequence[uuid.UUID]) -> int:
    """Remove assets that no claim speaks of any more; returns how many there were."""
    result = await db.execute(
        delete(assets).where(assets.c.engagement_id == tenant.engagement_id, assets.c.id == func.any(list(ids)))
    )
    return _row_count(result)


def _row_count(result: Any) -> int:  # noqa: ANN401 - SQLAlchemy types a DML result as Result, without rowcount
    return int(result.rowcount)


@dataclass(frozen=True, slots=True)
class AssetClaims:
    """The birth ids of an asset's claims, and the feeds whose newest snapshot no longer lists it."""

    claim_ids: Sequence[uuid.UUID]
    missing_from: Sequence[str]


async def asset_claims(db: AsyncSession, tenant: Tenant, asset_id: uuid.UUID) -> AssetClaims | None:
    """What an asset is made of, None when there is none with this id."""
    found = await db.execute(
        select(assets.c.claim_ids, assets.c.missing_from).where(
            assets.c.engagement_id == tenant.engagement_id, assets.c.id == asset_id
        )
    )
    row = found.one_or_none()
    return None if row is None else AssetClaims(row.claim_ids or [asset_id], row.missing_from or ())


async def get_asset(db: AsyncSession, tenant: Tenant, asset_id: uuid.UUID) -> RowMapping | None:
    """One asset with all its columns."""
    rows = await db.execute(
        select(assets).where(assets.c.engagement_id == tenant.engagement_id, assets.c.id == asset_id)
    )
    return rows.mappings().one_or_none()


async def find_assets(db: AsyncSession, tenant: Tenant, name: str, limit: int) -> list[RowMapping]:
    """Assets whose name, hostname, FQDN or serial number is exactly `name` (host names in lower case)."""
    lowered = name.lower()
    rows = await db.execute(
        select(assets.c.id, assets.c.asset_name)
        .where(
            assets.c.engagement_id == tenant.engagement_id,
            or_(
                assets.c.asset_name == name,
                assets.c.hostname == lowered,
                assets.c.fqdn == lowered,
                assets.c.serial_number == name,
            ),
        )
        .order_by(assets.c.id)
        .limit(limit)
    )
    return list(rows.mappings())


async def list_assets(
    db: AsyncSession,
    tenant: Tenant,
    *,
    equal: Mapping[str, Any],
    after: uuid.UUID | None,
    limit: int,
) -> list[RowMapping]:
    """Up to `limit` assets after the id `after`, in the order of ids, that equal `equal` (column: value)."""
    conditions: list[ColumnElement[bool]] = [assets.c.engagement_id == tenant.engagement_id]
    if after is not None:
        conditions.append(assets.c.id > after)
    conditions.extend(assets.c[name] == value for name, value in equal.items())
    rows = await db.execute(select(assets).where(and_(*conditions)).order_by(assets.c.id).limit(limit))
    return list(rows.mappings())


async def count_assets(db: AsyncSession, tenant: Tenant) -> int:
    """How many assets the engagement has."""
    statement = select(func.count()).select_from(assets).where(assets.c.engagement_id == tenant.engagement_id)
    return int(await db.scalar(statement) or 0)
