"""Computes what an import would do to the inventory, entry by entry, without writing anything there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.db.bulk_read import read_frame
from muster.db.repos import import_tables
from muster.db.repos import inventory as inventory_repo
from muster.db.repos.changes import inventory_version
from muster.domain.errors import BusyError
from muster.domain.plan import PlanCounts, PlanTotals
from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.plan_entries import Planning, ended_entries, plan_entries
from muster.pipeline.enrich.plan_files import EntriesFile
from muster.services.inventory.change import preview
from muster.services.inventory.key_index import numbered
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.placement import NOTHING
from muster.services.inventory.touched import joining

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.inventory.change import Progress
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.touched import Touched

_TRIES = 3
_NAMES_AT_ONCE = 10_000
_RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class ComputedPlan:
    """A plan for the inventory as of `inventory_version`; its entries lie at `path`."""

    path: Path
    inventory_version: int
    totals: PlanTotals


async def untold(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


async def compute_import_plan(
    services: Services, tenant: Tenant, data_import_id: UUID, folder: Path, progress: Progress = untold
) -> ComputedPlan:
    """What an import that is checked and not taken over yet would do; its entries are written into `folder`.

    Raises BusyError when the inventory changes again and again meanwhile.
    """

    async def write(db: AsyncSession, path: Path) -> PlanTotals:
        tables = await import_tables.read_tables(db, tenant.engagement_id, data_import_id)
        async with read_ledger(db, tenant, services, joining=data_import_id) as ledger:
            names = {table.number: table.name for table in tables}
            return await write_plan(ledger, data_import_id, names, path, progress)

    return await compute_steadily(services, tenant, folder, write)


async def compute_steadily(
    services: Services, tenant: Tenant, folder: Path, write: Callable[[AsyncSession, Path], Awaitable[PlanTotals]]
) -> ComputedPlan:
    """Let `write` compute a plan; once more when the inventory has changed meanwhile, since it read of both then.

    Nobody who changes the inventory has to wait for it. Raises BusyError when it changes each time.
    """
    for attempt in range(_TRIES):
        path = folder / f"plan-{attempt}.parquet"
        async with services.database.begin(tenant) as db:
            version = await inventory_version(db, tenant)
            totals = await write(db, path)
            if await inventory_version(db, tenant) == version:
                return ComputedPlan(path, version, totals)
    raise BusyError(
        "The inventory changes while its plan is computed: try again in a moment.", retry_after=_RETRY_AFTER_SECONDS
    )


async def write_plan(
    ledger: Ledger, import_id: UUID, tables: Mapping[int, str], path: Path, progress: Progress = untold
) -> PlanTotals:
    """Write the entries of what the import of `import_id` would do to `path`; the ledger has it joining.

    `tables` are the names of its tables by number.
    """
    roster = ledger.roster
    item = roster.get(import_id)
    own = numbered(await ledger.files.keys(item), roster, import_id)
    touched = await joining(ledger, item, own)
    place = roster.index.base(import_id) >> ORDINAL_BITS
    planning = Planning(place, roster.index, roster.order, roster.snapshots, tables)
    with EntriesFile(path) as file:
        ended = await _ended(ledger, touched)
        await asyncio.to_thread(file.write, ended_entries(ended, planning))
        totals = PlanTotals(removed=ended.height, entries=file.written)
        done = 0
        async for batch in preview(ledger, touched):
            counts: PlanCounts = batch.plan.counts()
            part = await asyncio.to_thread(
                plan_entries, batch.plan.folded, batch.existing, batch.typed, batch.members, planning
            )
            await asyncio.to_thread(file.write, part.entries)
            totals = totals.plus(counts, part.missing, part.entries.height)
            done += batch.members.height
            await progress(done, touched.membership.height)
    return totals


async def _ended(ledger: Ledger, touched: Touched) -> pl.DataFrame:
    """`asset`, `asset_name`, `heir` of the assets that end and that nobody carries on."""
    removed = touched.removed(touched.predecessors())
    heirs = (
        touched.before.join(touched.membership.select("claim", heir="asset"), on="claim")
        .group_by("asset")
        .agg(pl.col("heir").min())
    )
    names = pl.concat(
        [
            pl.DataFrame(schema={"id": pl.String, "asset_name": pl.String}),
            *[
                await asyncio.to_thread(_names, ledger, removed.slice(start, _NAMES_AT_ONCE))
                for start in range(0, len(removed), _NAMES_AT_ONCE)
            ],
        ]
    )
    return (
        removed.to_frame("asset")
        .with_columns(ledger.roster.index.texts(removed).alias("id"))
        .join(names, on="id", how="left")
        .join(heirs, on="asset", how="left")
        .select("asset", "asset_name", pl.col("heir").fill_null(NOTHING))
    )


def _names(ledger: Ledger, assets: pl.Series) -> pl.DataFrame:
    ids = "{" + ",".join(ledger.roster.index.texts(assets)) + "}"
    statement = inventory_repo.standing_by_ids(("id", "asset_name"))
    found = read_frame(ledger.services.database.url, ledger.tenant, statement, [ids])
    return found.select("id", pl.col("asset_name").cast(pl.String))
