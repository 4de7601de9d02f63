"""Folds what a change touches, batch by batch: what stands, what is to stand, what differs. Nothing is written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.db.bulk_read import FrameReader
from muster.db.repos import inventory as inventory_repo
from muster.pipeline.enrich.codec import from_columns
from muster.pipeline.enrich.fold import FOLDED_SCHEMA, fold
from muster.pipeline.enrich.identity import MEMBERSHIP_SCHEMA
from muster.pipeline.enrich.plan import Plan, compute_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from muster.domain.decisions import Edit
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.touched import Touched

_CLAIMS_AT_ONCE = 50_000
_FEW_IDS = 10_000
_SPARSEST = 4
"""More existing assets than these few are fetched by the range of ids that they span, when they fill a fourth of it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a change that parts no asset.

    `members` (identity.MEMBERSHIP_SCHEMA) are its claims, `typed` the typed rows of those that count, `carried`
    (`asset`, `was`) the assets that carry on one that stands, `existing` (fold.FOLDED_SCHEMA, by future ids) what
    stands, `plan` what differs.
    """

    members: pl.DataFrame
    typed: pl.DataFrame
    carried: pl.DataFrame
    existing: pl.DataFrame
    plan: Plan


async def folded_batches(
    ledger: Ledger, touched: Touched, predecessors: pl.DataFrame, fields: Sequence[str]
) -> AsyncIterator[Batch]:
    """The batches of a change, in the order of the assets as they stand.

    While the caller works on one batch, the next is being made ready.
    """
    cuts = list(_cut(touched.membership, predecessors))
    reader = await asyncio.to_thread(FrameReader, ledger.services.database.url, ledger.tenant)
    work = _Folding(ledger, touched, predecessors, fields, reader)
    await ledger.files.lay_out([members.filter(~pl.col("superseded")) for members in cuts])

    def ready(number: int) -> asyncio.Task[Batch] | None:
        if number == len(cuts):
            return None
        return asyncio.create_task(work.batch(cuts[number], number))

    coming = ready(0)
    try:
        number = 0
        while coming is not None:
            batch = await coming
            number += 1
            coming = ready(number)
            yield batch
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await asyncio.to_thread(reader.close)


def _cut(membership: pl.DataFrame, predecessors: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut `membership` into pieces that never part the claims of one asset, in the order of the assets as they stand.

    So each piece finds the rows that it replaces next to each other in the table.
    """
    stands = pl.coalesce("was", "asset").alias("stands")
    ordered = membership.join(predecessors, on="asset", how="left").with_columns(stands).sort("stands", "claim")
    places = ordered["stands"]
    start = 0
    while start < ordered.height:
        end = min(start + _CLAIMS_AT_ONCE, ordered.height)
        end = int(places.search_sorted(places[end - 1], side="right"))
        yield ordered.slice(start, end - start).select(MEMBERSHIP_SCHEMA.keys())
        start = end


@dataclass(frozen=True, slots=True)
class _Folding:
    """One change that is being folded."""

    ledger: Ledger
    touched: Touched
    predecessors: pl.DataFrame
    fields: Sequence[str]
    reader: FrameReader

    async def batch(self, members: pl.DataFrame, number: int) -> Batch:
        """Fold the claims of one batch and compare with what stands."""
        roster = self.ledger.roster
        assets = members.select(pl.col("asset").unique())
        carried = self.predecessors.join(assets, on="asset")
        current = members.filter(~pl.col("superseded")).select("claim", "asset")
        typed = await self.ledger.files.typed(current, number)
        pins = _pins_of(self.touched, assets["asset"])
        folded, existing = await asyncio.gather(
            asyncio.to_thread(fold, typed, roster.order, roster.snapshots, pins),
            asyncio.to_thread(self._standing, carried),
        )
        plan = await asyncio.to_thread(compute_plan, folded, existing)
        return Batch(members, typed, carried, existing, plan)

    def _standing(self, carried: pl.DataFrame) -> pl.DataFrame:
        """The rows that `carried` (`asset`, `was`) names as they stand, FOLDED_SCHEMA, by the ids they will have."""
        if carried.is_empty():
            return pl.DataFrame(schema=FOLDED_SCHEMA)
        index = self.ledger.roster.index
        wanted = carried["was"].sort()
        ids = index.texts(wanted)
        if len(ids) > _FEW_IDS and wanted[-1] - wanted[0] < _SPARSEST * len(ids):
            statement, parameters = inventory_repo.folded_by_range(self.fields), [ids[0], ids[-1]]
        else:
            statement, parameters = inventory_repo.folded_by_ids(self.fields), ["{" + ",".join(ids) + "}"]
        rows = from_columns(self.reader.read(statement, parameters), index)
        return rows.rename({"asset": "was"}).join(carried, on="was").select(*FOLDED_SCHEMA)


def _pins_of(touched: Touched, assets: pl.Series) -> list[tuple[int, Edit]]:
    if not touched.pins:
        return []
    held = set(assets.to_list())
    return [(asset, edit) for asset, edit in touched.pins if asset in held]
