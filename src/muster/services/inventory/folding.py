"""Folds what a change touches, batch by batch: what stands, what is to stand, what differs. Nothing is written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.db.bulk_read import FrameReader
from muster.db.repos import inventory as inventory_repo
from muster.pipeline.enrich.codec import from_columns
from muster.pipeline.enrich.fields import custom_columns
from muster.pipeline.enrich.fingerprint import FINGERPRINT_SCHEMA, ROW_SCHEMA, with_fingerprints
from muster.pipeline.enrich.fold import fold
from muster.pipeline.enrich.identity import MEMBERSHIP_SCHEMA
from muster.pipeline.enrich.plan import Plan, compare_fingerprints, compute_plan

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from muster.domain.decisions import Edit
    from muster.pipeline.enrich.order import BeliefOrder, Snapshots
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
    (`asset`, `was`) the assets that carry on one that stands, `plan` what differs. `existing` (fingerprint.ROW_SCHEMA,
    by future ids) is what stands; empty when it was compared by fingerprint.
    """

    members: pl.DataFrame
    typed: pl.DataFrame
    carried: pl.DataFrame
    existing: pl.DataFrame
    plan: Plan


async def folded_batches(
    ledger: Ledger, touched: Touched, predecessors: pl.DataFrame, fields: Sequence[str] | None = None
) -> AsyncGenerator[Batch]:
    """The batches of a change, in the order of the assets as they stand.

    While the caller works on one batch, the next is being made ready. With `fields` what differs is known field by
    field; without, from fingerprints, that something does, in a fourth of the time.
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
    fields: Sequence[str] | None
    reader: FrameReader

    async def batch(self, members: pl.DataFrame, number: int) -> Batch:
        """Fold the claims of one batch and compare with what stands."""
        roster = self.ledger.roster
        assets = members.select(pl.col("asset").unique())
        carried = self.predecessors.join(assets, on="asset")
        current = members.filter(~pl.col("superseded")).select("claim", "asset")
        typed = await self.ledger.files.typed(current, number)
        pins = _pins_of(self.touched, assets["asset"])
        folded, standing = await asyncio.gather(
            asyncio.to_thread(_folded, typed, roster.order, roster.snapshots, pins),
            asyncio.to_thread(self._standing, carried),
        )
        compare = compare_fingerprints if self.fields is None else compute_plan
        plan = await asyncio.to_thread(compare, folded, standing)
        existing = pl.DataFrame(schema=ROW_SCHEMA) if self.fields is None else standing
        return Batch(members, typed, carried, existing, plan)

    def _standing(self, carried: pl.DataFrame) -> pl.DataFrame:
        """What `carried` (`asset`, `was`) names as it stands, by the ids that they will have.

        ROW_SCHEMA and custom fields, or without fields `asset` and FINGERPRINT_SCHEMA.
        """
        schema = ROW_SCHEMA
        if self.fields is None:
            schema = {name: kind for name, kind in ROW_SCHEMA.items() if name == "asset" or name in FINGERPRINT_SCHEMA}
        if carried.is_empty():
            return pl.DataFrame(schema=schema)
        index = self.ledger.roster.index
        rows = self._read(carried["was"].sort())
        if self.fields is None:
            known = rows.with_columns(pl.Series("was", index.numbers(rows["id"])))
        else:
            known = from_columns(rows, index).rename({"asset": "was"})
        return known.join(carried, on="was").select(*schema, *custom_columns(known))

    def _read(self, assets: pl.Series) -> pl.DataFrame:
        """The rows of some assets (claim numbers in ascending order), and maybe those of others between them."""
        if self.fields is None:
            columns: tuple[str, ...] = ("id", *inventory_repo.FINGERPRINTS)
        else:
            columns = inventory_repo.row_columns(self.fields)
        ids = self.ledger.roster.index.texts(assets)
        if len(ids) > _FEW_IDS and assets[-1] - assets[0] < _SPARSEST * len(ids):
            return self.reader.read(inventory_repo.standing_by_range(columns), [ids[0], ids[-1]])
        return self.reader.read(inventory_repo.standing_by_ids(columns), ["{" + ",".join(ids) + "}"])


def _folded(
    typed: pl.DataFrame, order: BeliefOrder, snapshots: Snapshots, pins: Sequence[tuple[int, Edit]]
) -> pl.DataFrame:
    return with_fingerprints(fold(typed, order, snapshots, pins))


def _pins_of(touched: Touched, assets: pl.Series) -> list[tuple[int, Edit]]:
    if not touched.pins:
        return []
    held = set(assets.to_list())
    return [(asset, edit) for asset, edit in touched.pins if asset in held]
