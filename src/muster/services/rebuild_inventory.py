"""Folds an inventory anew from its claims and compares it with what is stored; writes the difference when asked to.

Keys are made anew from the claim files, assets are looked at as they stand in their table, whatever leads to them: so
it finds, and heals, what no import, undo or decision has written.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl

from muster.catalog.policies import POLICY_VERSION
from muster.db.bulk_read import read_frame
from muster.db.repos import asset_names as names_repo
from muster.db.repos import changes as changes_repo
from muster.db.repos import claims as claims_repo
from muster.db.repos import inventory as inventory_repo
from muster.db.repos.changes import ChangeKind, NewChange
from muster.domain.plan import PlanAction
from muster.pipeline.enrich.blocks import pack_keys
from muster.pipeline.enrich.codec import VALUE_COLUMNS
from muster.pipeline.enrich.fields import custom_columns, with_custom
from muster.pipeline.enrich.fingerprint import ROW_SCHEMA
from muster.pipeline.enrich.fold import FOLD_VERSION
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA
from muster.services.inventory.change import assets_to_write, store_keys, write_assets
from muster.services.inventory.folding import folded_batches
from muster.services.inventory.key_index import KeysInMemory, numbered
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import lock_or_refuse, untold
from muster.services.inventory.placement import move_claims
from muster.services.inventory.touched import everything

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.change import Progress
    from muster.services.inventory.folding import Batch
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.touched import Touched

MOST_SHOWN = 100
_ID = "id"


class Difference(StrEnum):
    """How a stored asset is not what the fold says: it is otherwise, it is not there, or it should not be there."""

    DIFFERS = "differs"
    MISSING = "missing"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class AssetDifference:
    """One asset that is not as it should be; `fields` are the names of what differs in it."""

    asset_id: UUID
    asset_name: str | None
    difference: Difference
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What differs between the stored inventory and the fold of its claims.

    `assets` are all that there should be. `claims_elsewhere` lead to another asset than they should; `keys_differ` are
    imports whose stored keys are not those of their claims. `first` are up to 100 of the assets that differ. `written`:
    the difference is no more.
    """

    assets: int = 0
    differing: int = 0
    missing: int = 0
    surplus: int = 0
    claims_elsewhere: int = 0
    keys_differ: tuple[UUID, ...] = ()
    first: tuple[AssetDifference, ...] = ()
    written: bool = False

    @property
    def is_right(self) -> bool:
        """Nothing differed."""
        return not (self.differing or self.missing or self.surplus or self.claims_elsewhere or self.keys_differ)


async def verify_inventory(services: Services, context: RequestContext, progress: Progress = untold) -> RebuildReport:
    """Compare, and write nothing. Nobody changes the inventory meanwhile; raises BusyError while somebody does."""
    async with services.database.begin(context.tenant) as db:
        await lock_or_refuse(db, context.tenant)
        async with open_ledger(db, context.tenant, services) as ledger:
            return await _Rebuilding(ledger, progress, writes=False).run()


async def rebuild_inventory(services: Services, context: RequestContext, progress: Progress = untold) -> RebuildReport:
    """Compare and write what differs, as a change of the inventory. Raises BusyError."""
    async with services.database.begin(context.tenant) as db:
        await lock_or_refuse(db, context.tenant)
        async with open_ledger(db, context.tenant, services) as ledger:
            report = await _Rebuilding(ledger, progress, writes=True).run()
        if not report.is_right:
            counts = asdict(replace(report, first=(), keys_differ=()))
            summary = {name: count for name, count in counts.items() if type(count) is int}
            new = NewChange(ChangeKind.REBUILD, summary=summary, changed_by=context.user_id)
            await changes_repo.record_change(db, context.tenant, new)
        await changes_repo.write_fold_versions(db, context.tenant, FOLD_VERSION, POLICY_VERSION)
    return replace(report, written=not report.is_right)


@dataclass(slots=True)
class _Rebuilding:
    """One comparison; with `writes`, what differs is written on the way."""

    ledger: Ledger
    progress: Progress
    writes: bool
    report: RebuildReport = field(default_factory=RebuildReport)

    async def run(self) -> RebuildReport:
        """Compare keys, assets and the ways from claims to assets, in batches."""
        anew = await everything(self.ledger, await self._keys())
        elsewhere = anew.moved()
        standing, unknown = await self._standing()
        touched = replace(anew, before=standing)
        predecessors = touched.predecessors()
        ended = touched.removed(predecessors)
        index = self.ledger.roster.index
        await self._remove([*(index.birth_id(asset) for asset in ended), *unknown])
        await self._compare(touched, predecessors)
        if self.writes and elsewhere.height:
            await move_claims(self.ledger, elsewhere)
        assets = anew.membership["asset"].n_unique()
        self.report = replace(self.report, assets=assets, claims_elsewhere=elsewhere.height)
        return self.report

    async def _keys(self) -> KeysInMemory:
        """The keys of the active claims, made anew; imports whose stored ones are others are told (and mended)."""
        ledger = self.ledger
        frames = [pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)]
        differ = []
        for item in ledger.roster.imports:
            keys = await ledger.files.keys(item)
            stored = await claims_repo.key_blocks(ledger.db, ledger.tenant, [item.import_id])
            packed = {tuple(asdict(block).values()) for block in pack_keys(keys)}
            if packed != {tuple(asdict(block).values())[1:] for block in stored}:
                differ.append(item.import_id)
                if self.writes:
                    await claims_repo.drop_key_blocks(ledger.db, ledger.tenant, item.import_id)
                    await store_keys(ledger, item)
            if item.claims_active:
                frames.append(numbered(keys, ledger.roster, item.import_id))
        self.report = replace(self.report, keys_differ=tuple(differ))
        return KeysInMemory(pl.concat(frames))

    async def _standing(self) -> tuple[pl.DataFrame, list[UUID]]:
        """The assets of the table, each as the claim that names it; and the ids that no claim could have given."""
        ledger = self.ledger
        rows = await asyncio.to_thread(
            read_frame, ledger.services.database.url, ledger.tenant, names_repo.EVERY_ASSET_ID
        )
        numbers = pl.Series("claim", ledger.roster.index.numbers(rows[_ID]), dtype=pl.Int64)
        known = numbers.filter(numbers >= 0).to_frame().with_columns(asset=pl.col("claim"))
        return known, [UUID(text) for text in rows[_ID].filter(numbers < 0)]

    async def _remove(self, surplus: Sequence[UUID]) -> None:
        ledger = self.ledger
        names = await names_repo.asset_names(ledger.db, ledger.tenant, surplus[:MOST_SHOWN])
        self._show([AssetDifference(asset_id, name, Difference.SURPLUS) for asset_id, name in names.items()])
        self.report = replace(self.report, surplus=len(surplus))
        if self.writes and surplus:
            await inventory_repo.delete_assets(ledger.db, ledger.tenant, surplus)

    async def _compare(self, touched: Touched, predecessors: pl.DataFrame) -> None:
        # every field, not only those that imports speak of: a value that nobody gave is found, too
        total, done = touched.membership.height, 0
        async for batch in folded_batches(self.ledger, touched, predecessors, VALUE_COLUMNS):
            self._tell(batch)
            if self.writes:
                assets = await asyncio.to_thread(assets_to_write, batch, self.ledger.roster.index, VALUE_COLUMNS)
                await write_assets(self.ledger, batch.plan.counts(), assets, VALUE_COLUMNS)
            done += batch.members.height
            await self.progress(done, total)

    def _tell(self, batch: Batch) -> None:
        index = self.ledger.roster.index
        folded = batch.plan.folded.join(batch.carried, on="asset", how="left", maintain_order="left")
        missing = folded.filter(pl.col("action") == PlanAction.CREATE)
        renamed = pl.col("was") != pl.col("asset")
        differing = folded.filter(pl.col("action") != PlanAction.CREATE, pl.col("dirty") | renamed)
        room = MOST_SHOWN - len(self.report.first)
        self._show(
            AssetDifference(index.birth_id(row["asset"]), row["asset_name"], Difference.MISSING)
            for row in missing.select("asset", "asset_name").head(room).iter_rows(named=True)
        )
        custom = custom_columns(batch.plan.folded)
        existing = with_custom(batch.existing, custom)
        stands = {
            row["asset"]: row
            for row in existing.join(differing.head(room), on="asset", how="semi").iter_rows(named=True)
        }
        self._show(
            AssetDifference(
                index.birth_id(row["asset"]),
                row["asset_name"],
                Difference.DIFFERS,
                tuple(
                    name
                    for name in (*ROW_SCHEMA, *custom)
                    if (row["was"] != row["asset"] if name == "asset" else row[name] != stands[row["asset"]][name])
                ),
            )
            for row in differing.head(room).iter_rows(named=True)
        )
        self.report = replace(
            self.report,
            missing=self.report.missing + missing.height,
            differing=self.report.differing + differing.height,
        )

    def _show(self, differences: Iterable[AssetDifference]) -> None:
        first = (*self.report.first, *differences)[:MOST_SHOWN]
        self.report = replace(self.report, first=first)
