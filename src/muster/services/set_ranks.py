"""How far each source is believed on each group of fields: read, and what another order would change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.model import FieldGroup
from muster.catalog.registry import sources
from muster.db.repos.changes import inventory_version, read_ranks
from muster.db.repos.rank_changes import open_rank_change
from muster.domain.errors import BusyError
from muster.domain.plan import PlanAction, PlanCounts
from muster.services.inventory.change import preview
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.touched import everything
from muster.services.own_ranks import checked_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import RequestContext
    from muster.pipeline.enrich.claims import ImportIndex
    from muster.services.context import Services
    from muster.services.inventory.folding import Batch
    from muster.services.own_ranks import OwnRanks

MOST_EFFECTS = 100
_TRIES = 3
_RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank of a source on a group of fields; larger wins. `own`: the engagement set it; `usual`: the catalog's."""

    source: str
    group: str
    rank: int
    usual: int
    own: bool


@dataclass(frozen=True, slots=True)
class RankTable:
    """Every source by every group. `changing` is the change that waits or runs, if any."""

    inventory_version: int
    ranks: tuple[Rank, ...]
    own: OwnRanks
    changing: str | None


@dataclass(frozen=True, slots=True)
class RankEffect:
    """A value that other ranks would change."""

    asset_id: UUID
    asset_name: str | None
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RankPlan:
    """What other ranks would do to the inventory as of `inventory_version`; `first` are up to 100 values."""

    inventory_version: int
    counts: PlanCounts
    first: tuple[RankEffect, ...]


async def read_rank_table(services: Services, context: RequestContext) -> RankTable:
    """The ranks as they are."""
    async with services.database.begin(context.tenant) as db:
        own = await read_ranks(db, context.tenant)
        version = await inventory_version(db, context.tenant)
        changing = await open_rank_change(db, context.tenant)
    ranks = tuple(
        Rank(
            source=source.id,
            group=str(group),
            rank=own.get((source.id, str(group)), source.rank.get(group, 0)),
            usual=source.rank.get(group, 0),
            own=(source.id, str(group)) in own,
        )
        for source in sources().values()
        for group in FieldGroup
    )
    return RankTable(version, ranks, _nested(own), changing)


async def plan_ranks(services: Services, context: RequestContext, ranks: Mapping[str, Mapping[str, int]]) -> RankPlan:
    """What the inventory would be under these own ranks; writes nothing.

    Raises InvalidRequestError, and BusyError when the inventory changes again and again meanwhile.
    """
    wanted = checked_ranks(ranks)
    for _ in range(_TRIES):
        async with services.database.begin(context.tenant) as db:
            version = await inventory_version(db, context.tenant)
            counts, first = await _preview(services, context, db, wanted)
            if await inventory_version(db, context.tenant) == version:
                return RankPlan(version, counts, first)
    raise BusyError(
        "The inventory changes while it is looked at: try again in a moment.", retry_after=_RETRY_AFTER_SECONDS
    )


async def _preview(
    services: Services, context: RequestContext, db: AsyncSession, ranks: OwnRanks
) -> tuple[PlanCounts, tuple[RankEffect, ...]]:
    counts = PlanCounts()
    first: tuple[RankEffect, ...] = ()
    flat = {(source, group): rank for source, groups in ranks.items() for group, rank in groups.items()}
    async with read_ledger(db, context.tenant, services) as ledger:
        ranked = replace(ledger, roster=ledger.roster.ranked_by(flat))
        async for batch in preview(ranked, await everything(ranked)):
            part = batch.plan.counts()
            counts = replace(
                counts,
                updated=counts.updated + part.updated,
                unchanged=counts.unchanged + part.unchanged,
                conflicts=counts.conflicts + part.conflicts,
            )
            first = (*first, *_effects(batch, MOST_EFFECTS - len(first), ledger.roster.index))[:MOST_EFFECTS]
    return counts, first


def _effects(batch: Batch, most: int, index: ImportIndex) -> Iterator[RankEffect]:
    changed = batch.plan.folded.filter(pl.col("action") == PlanAction.UPDATE).head(most)
    before = {row["asset"]: row for row in batch.existing.join(changed, on="asset", how="semi").iter_rows(named=True)}
    for row in changed.iter_rows(named=True):
        for name in row["changed_fields"]:
            was = before[row["asset"]].get(name)  # a custom field that no asset of the batch had has no column there
            yield RankEffect(index.birth_id(row["asset"]), row["asset_name"], name, was, row[name])


def _nested(own: Mapping[tuple[str, str], int]) -> OwnRanks:
    nested: OwnRanks = {}
    for (source, group), rank in sorted(own.items()):
        nested.setdefault(source, {})[group] = rank
    return nested
