"""Where claims live: the imports that count, their key blocks and the blocks that lead from claims to assets."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BYTEA, INTEGER, SMALLINT, UUID

from muster.db.tables import ClaimAssetBlock, ClaimKeyBlock, DataImport, ImportTable

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

_BLOCKS_AT_ONCE = 500
_Block = TypeVar("_Block")


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
    counts = DataImport.claims_attempt > 0
    rows = await db.execute(
        select(DataImport)
        .where(DataImport.engagement_id == tenant.engagement_id, counts | (DataImport.id == also) if also else counts)
        .order_by(DataImport.id)
    )
    imports = rows.scalars().all()
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


_INSERT_KEYS = text("""
insert into migration.claim_key_blocks
    (engagement_id, client_account_id, data_import_id, block_number,
     first_hash, last_hash, hashes, checks, ordinals, kinds)
select :engagement, :client, :import, block.*
from unnest(:numbers, :firsts, :lasts, :hashes, :checks, :ordinals, :kinds) as block
""").bindparams(
    bindparam("numbers", type_=ARRAY(INTEGER)),
    bindparam("firsts", type_=ARRAY(BIGINT)),
    bindparam("lasts", type_=ARRAY(BIGINT)),
    *(bindparam(name, type_=ARRAY(BYTEA)) for name in ("hashes", "checks", "ordinals", "kinds")),
)


async def insert_key_blocks(db: AsyncSession, tenant: Tenant, blocks: Iterable[PackedKeys]) -> None:
    """Store the key blocks of one import."""
    number = 0
    for part in _parts(blocks):
        await db.execute(
            _INSERT_KEYS,
            {
                "engagement": tenant.engagement_id,
                "client": tenant.client_account_id,
                "import": part[0].import_id,
                "numbers": list(range(number, number + len(part))),
                "firsts": [block.first_hash for block in part],
                "lasts": [block.last_hash for block in part],
                "hashes": [block.hashes for block in part],
                "checks": [block.checks for block in part],
                "ordinals": [block.ordinals for block in part],
                "kinds": [block.kinds for block in part],
            },
        )
        number += len(part)


async def key_blocks(db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID]) -> list[PackedKeys]:
    """All key blocks of some imports."""
    block = ClaimKeyBlock
    rows = await db.execute(
        select(
            block.data_import_id,
            block.first_hash,
            block.last_hash,
            block.hashes,
            block.checks,
            block.ordinals,
            block.kinds,
        ).where(block.engagement_id == tenant.engagement_id, block.data_import_id.in_(import_ids))
    )
    return [PackedKeys(*row) for row in rows]


_BLOCKS_WITH = text("""
with wanted as (
    select distinct block.data_import_id, block.first_hash, block.block_number
    from unnest(:imports) as of_import(id)
    cross join unnest(:hashes) as key(hash)
    cross join lateral (
        select data_import_id, first_hash, block_number, last_hash
        from migration.claim_key_blocks
        where engagement_id = :engagement and data_import_id = of_import.id and first_hash <= key.hash
        order by first_hash desc limit 1
    ) as block
    where block.last_hash >= key.hash
)
select data_import_id, first_hash, last_hash, hashes, checks, ordinals, kinds
from migration.claim_key_blocks join wanted using (data_import_id, first_hash, block_number)
where engagement_id = :engagement
""").bindparams(bindparam("imports", type_=ARRAY(UUID)), bindparam("hashes", type_=ARRAY(BIGINT)))


async def key_blocks_with(
    db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID], hashes: Sequence[int]
) -> list[PackedKeys]:
    """The key blocks of some imports that may hold one of `hashes`: one index look-up per import and hash."""
    rows = await db.execute(
        _BLOCKS_WITH, {"engagement": tenant.engagement_id, "imports": list(import_ids), "hashes": list(hashes)}
    )
    return [PackedKeys(*row) for row in rows]


_INSERT_ASSETS = text("""
insert into migration.claim_asset_blocks
    (engagement_id, client_account_id, data_import_id, role, table_number, block_number, asset_ids)
select :engagement, :client, block.*
from unnest(:imports, :roles, :tables, :numbers, :ids) as block
on conflict (engagement_id, data_import_id, role, table_number, block_number)
do update set asset_ids = excluded.asset_ids
""").bindparams(
    bindparam("imports", type_=ARRAY(UUID)),
    bindparam("roles", type_=ARRAY(SMALLINT)),
    bindparam("tables", type_=ARRAY(SMALLINT)),
    bindparam("numbers", type_=ARRAY(INTEGER)),
    bindparam("ids", type_=ARRAY(BYTEA)),
)


async def put_asset_blocks(db: AsyncSession, tenant: Tenant, blocks: Iterable[PackedAssets]) -> None:
    """Store blocks, replacing those that are there."""
    for part in _parts(blocks):
        await db.execute(
            _INSERT_ASSETS,
            {
                "engagement": tenant.engagement_id,
                "client": tenant.client_account_id,
                "imports": [block.import_id for block in part],
                "roles": [block.role for block in part],
                "tables": [block.table_number for block in part],
                "numbers": [block.block_number for block in part],
                "ids": [block.asset_ids for block in part],
            },
        )


_ASSET_BLOCKS = text("""
select data_import_id, role, table_number, block_number, asset_ids
from unnest(:imports, :roles, :tables, :numbers) as wanted(data_import_id, role, table_number, block_number)
join migration.claim_asset_blocks using (data_import_id, role, table_number, block_number)
where engagement_id = :engagement
""").bindparams(
    bindparam("imports", type_=ARRAY(UUID)),
    bindparam("roles", type_=ARRAY(SMALLINT)),
    bindparam("tables", type_=ARRAY(SMALLINT)),
    bindparam("numbers", type_=ARRAY(INTEGER)),
)


async def asset_blocks(
    db: AsyncSession, tenant: Tenant, wanted: Sequence[tuple[uuid.UUID, int, int, int]]
) -> list[PackedAssets]:
    """The blocks named by (import, role, table number, block number); those not stored are left out."""
    if not wanted:
        return []
    imports, roles, tables, numbers = (list(part) for part in zip(*wanted, strict=True))
    rows = await db.execute(
        _ASSET_BLOCKS,
        {
            "engagement": tenant.engagement_id,
            "imports": imports,
            "roles": roles,
            "tables": tables,
            "numbers": numbers,
        },
    )
    return [PackedAssets(*row) for row in rows]


async def asset_blocks_of(db: AsyncSession, tenant: Tenant, import_id: uuid.UUID) -> list[PackedAssets]:
    """All blocks of one import."""
    block = ClaimAssetBlock
    rows = await db.execute(
        select(block.data_import_id, block.role, block.table_number, block.block_number, block.asset_ids).where(
            block.engagement_id == tenant.engagement_id, block.data_import_id == import_id
        )
    )
    return [PackedAssets(*row) for row in rows]


def _parts(items: Iterable[_Block]) -> Iterator[list[_Block]]:
    source = iter(items)
    while part := list(islice(source, _BLOCKS_AT_ONCE)):
        yield part
