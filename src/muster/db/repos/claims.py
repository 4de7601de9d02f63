"""Where claims live: the imports that count, their key blocks and the blocks that lead from claims to assets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg.types.numeric import Int2, Int4, Int8
from sqlalchemy import delete, func, select, update

from muster.db.bulk import read_binary, write_binary
from muster.db.tables import ClaimAssetBlock, ClaimKeyBlock, DataImport, ImportTable

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class ClaimImport:
    """One import that brought claims, or is about to. `tables` are the numbers and row counts of imported tables.

    `claims_attempt` is the attempt whose claim files count: the one that validated the rows. `left_out` (table number
    -> row numbers) are rows that somebody rejected: they are no claims.
    """

    import_id: uuid.UUID
    source_system: str | None
    import_category: str
    feed: str
    observed_at: datetime
    sha256: str
    claims_attempt: int
    claims_active: bool
    tables: tuple[tuple[int, int], ...]
    partial: bool = False
    left_out: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackedKeys:
    """A key block as stored, with the import it is of; columns as in ClaimKeyBlock."""

    import_id: uuid.UUID
    first_hash: int
    last_hash: int
    hashes: bytes
    checks: bytes
    ordinals: bytes
    kinds: bytes


@dataclass(frozen=True, slots=True)
class PackedAssets:
    """The assets of 1,024 consecutive rows of one table in one role, 16 bytes each."""

    import_id: uuid.UUID
    role: int
    table_number: int
    block_number: int
    asset_ids: bytes


async def lock_inventory(db: AsyncSession, tenant: Tenant) -> None:
    """Wait until no other transaction changes this engagement's inventory; held until the transaction ends."""
    await db.execute(select(func.pg_advisory_xact_lock(_lock_number(tenant))))


async def try_lock_inventory(db: AsyncSession, tenant: Tenant) -> bool:
    """Like lock_inventory, but says False at once instead of waiting."""
    return bool(await db.scalar(select(func.pg_try_advisory_xact_lock(_lock_number(tenant)))))


def _lock_number(tenant: Tenant) -> Any:  # noqa: ANN401 - an SQL function's result has no narrower type
    return func.hashtextextended(f"inventory:{tenant.engagement_id}", 0)


async def claim_imports(db: AsyncSession, tenant: Tenant, also: uuid.UUID | None = None) -> list[ClaimImport]:
    """The imports that brought claims, undone ones included, plus `also`; sorted by id.

    A purged one has no tables, and takes part in nothing: it is there so that the ids it gave lead on.
    """
    table = DataImport
    counts = table.claims_attempt > 0
    rows = await db.execute(
        select(
            *(table.id, table.source_system, table.import_category, table.stated_category, table.feed),
            *(table.observed_at, table.sha256, table.claims_attempt, table.rows_attempt, table.claims_active),
            *(table.partial, table.left_out),
        )
        .where(table.engagement_id == tenant.engagement_id, counts | (table.id == also) if also else counts)
        .order_by(table.id)
    )
    imports = rows.all()
    tables: dict[uuid.UUID, list[tuple[int, int]]] = {}
    found = await db.execute(
        select(ImportTable.data_import_id, ImportTable.table_number, ImportTable.row_count)
        .where(
            ImportTable.engagement_id == tenant.engagement_id,
            ImportTable.data_import_id.in_([item.id for item in imports]),
            ImportTable.imported,
        )
        .order_by(ImportTable.table_number)
    )
    for import_id, number, row_count in found:
        tables.setdefault(import_id, []).append((number, row_count))
    return [
        ClaimImport(
            import_id=item.id,
            source_system=item.source_system,
            import_category=item.import_category or item.stated_category,
            feed=item.feed or str(item.id),
            observed_at=item.observed_at,
            sha256=item.sha256,
            claims_attempt=item.claims_attempt or item.rows_attempt,
            claims_active=item.claims_active,
            tables=tuple(tables.get(item.id, ())),
            partial=item.partial,
            left_out={int(number): frozenset(rows) for number, rows in item.left_out.items()},
        )
        for item in imports
    ]


async def set_claims(
    db: AsyncSession, tenant: Tenant, import_id: uuid.UUID, *, active: bool, attempt: int | None = None
) -> None:
    """Say whether an import's claims take part, and which attempt stored them."""
    values: dict[str, Any] = {"claims_active": active}
    if attempt is not None:
        values["claims_attempt"] = attempt
    await db.execute(
        update(DataImport)
        .where(DataImport.engagement_id == tenant.engagement_id, DataImport.id == import_id)
        .values(**values)
    )


async def drop_blocks(db: AsyncSession, tenant: Tenant, import_id: uuid.UUID) -> None:
    """Remove all blocks of an import."""
    for table in (ClaimKeyBlock, ClaimAssetBlock):
        await db.execute(
            delete(table).where(table.engagement_id == tenant.engagement_id, table.data_import_id == import_id)
        )


async def drop_key_blocks(db: AsyncSession, tenant: Tenant, import_id: uuid.UUID) -> None:
    """Remove the keys of an import; where its claims lead stays known."""
    block = ClaimKeyBlock
    await db.execute(
        delete(block).where(block.engagement_id == tenant.engagement_id, block.data_import_id == import_id)
    )


_INSERT_KEYS = """
insert into migration.claim_key_blocks
    (engagement_id, client_account_id, data_import_id, block_number,
     first_hash, last_hash, hashes, checks, ordinals, kinds)
select %b, %b, %b, *
from unnest(%b::integer[], %b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[])
"""
_BLOCKS_AT_ONCE = 256
"""One statement for many blocks: each by itself took three times as long."""


async def insert_key_blocks(
    db: AsyncSession, tenant: Tenant, import_id: uuid.UUID, blocks: Sequence[PackedKeys]
) -> None:
    """Store the key blocks of one import."""
    of_import = (tenant.engagement_id, tenant.client_account_id, import_id)
    await write_binary(
        db,
        _INSERT_KEYS,
        (
            (*of_import, *_key_columns(start, blocks[start : start + _BLOCKS_AT_ONCE]))
            for start in range(0, len(blocks), _BLOCKS_AT_ONCE)
        ),
    )


def _key_columns(start: int, blocks: Sequence[PackedKeys]) -> Iterator[list[object]]:
    yield [Int4(start + place) for place in range(len(blocks))]
    yield [Int8(block.first_hash) for block in blocks]
    yield [Int8(block.last_hash) for block in blocks]
    yield [block.hashes for block in blocks]
    yield [block.checks for block in blocks]
    yield [block.ordinals for block in blocks]
    yield [block.kinds for block in blocks]


_ALL_KEYS = """
select data_import_id, first_hash, last_hash, hashes, checks, ordinals, kinds from migration.claim_key_blocks
where engagement_id = %b and data_import_id = any(%b)
"""


async def key_blocks(db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID]) -> list[PackedKeys]:
    """All key blocks of some imports."""
    return [PackedKeys(*row) for row in await read_binary(db, _ALL_KEYS, (tenant.engagement_id, list(import_ids)))]


_BLOCKS_WITH = """
with wanted as (
    select distinct block.data_import_id, block.first_hash, block.block_number
    from unnest(%(imports)b::uuid[]) as of_import(id)
    cross join unnest(%(hashes)b::bigint[]) as key(hash)
    cross join lateral (
        select data_import_id, first_hash, block_number, last_hash
        from migration.claim_key_blocks
        where engagement_id = %(engagement)b and data_import_id = of_import.id and first_hash <= key.hash
        order by first_hash desc limit 1
    ) as block
    where block.last_hash >= key.hash
)
select data_import_id, first_hash, last_hash, hashes, checks, ordinals, kinds
from migration.claim_key_blocks join wanted using (data_import_id, first_hash, block_number)
where engagement_id = %(engagement)b
"""


async def key_blocks_with(
    db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID], hashes: Sequence[int]
) -> list[PackedKeys]:
    """The key blocks of some imports that may hold one of `hashes`: one index look-up per import and hash."""
    given = {
        "engagement": tenant.engagement_id,
        "imports": list(import_ids),
        "hashes": [Int8(value) for value in hashes],
    }
    return [PackedKeys(*row) for row in await read_binary(db, _BLOCKS_WITH, given)]


_PUT_ASSETS = """
insert into migration.claim_asset_blocks
    (engagement_id, client_account_id, data_import_id, role, table_number, block_number, asset_ids)
values (%b, %b, %b, %b, %b, %b, %b)
on conflict (engagement_id, data_import_id, role, table_number, block_number)
do update set asset_ids = excluded.asset_ids
"""


async def put_asset_blocks(db: AsyncSession, tenant: Tenant, blocks: Iterable[PackedAssets]) -> None:
    """Store blocks, replacing those that are there."""
    rows = (
        (
            *(tenant.engagement_id, tenant.client_account_id, block.import_id),
            *(Int2(block.role), Int2(block.table_number), Int4(block.block_number), block.asset_ids),
        )
        for block in blocks
    )
    await write_binary(db, _PUT_ASSETS, rows)


_ASSET_BLOCKS = """
select data_import_id, role, table_number, block_number, asset_ids
from unnest(%b::uuid[], %b::smallint[], %b::smallint[], %b::integer[])
    as wanted(data_import_id, role, table_number, block_number)
join migration.claim_asset_blocks using (data_import_id, role, table_number, block_number)
where engagement_id = %b
"""


async def asset_blocks(
    db: AsyncSession, tenant: Tenant, wanted: Sequence[tuple[uuid.UUID, int, int, int]]
) -> list[PackedAssets]:
    """The blocks named by (import, role, table number, block number); those not stored are left out."""
    if not wanted:
        return []
    imports, roles, tables, numbers = (list(part) for part in zip(*wanted, strict=True))
    small = (imports, [Int2(role) for role in roles], [Int2(table) for table in tables], [Int4(at) for at in numbers])
    return [PackedAssets(*row) for row in await read_binary(db, _ASSET_BLOCKS, (*small, tenant.engagement_id))]


_ALL_ASSETS = """
select data_import_id, role, table_number, block_number, asset_ids from migration.claim_asset_blocks
where engagement_id = %b and data_import_id = %b
"""


async def asset_blocks_of(db: AsyncSession, tenant: Tenant, import_id: uuid.UUID) -> list[PackedAssets]:
    """All blocks of one import."""
    return [PackedAssets(*row) for row in await read_binary(db, _ALL_ASSETS, (tenant.engagement_id, import_id))]
