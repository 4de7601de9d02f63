"""What a change of the inventory reaches: the claims that share keys with it, where they stood and will stand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA, resolve
from muster.pipeline.enrich.keys import CROWDED
from muster.pipeline.enrich.slices import without
from muster.services.inventory.key_index import open_index
from muster.services.inventory.placement import NOTHING, assets_of, placed_claims

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from muster.db.repos.claims import ClaimImport
    from muster.domain.decisions import Edit
    from muster.pipeline.enrich.rulings import Rulings
    from muster.services.inventory.key_index import KeyIndex
    from muster.services.inventory.ledger import Ledger

    Partners = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change reaches, in claim numbers.

    `membership` (`claim`, `asset`, `superseded`) says where every active claim in reach will stand, `before` (`claim`,
    `asset`) where claims stood, those of the changed import included. `own` are the claims that join or leave. `pins`
    are the edits that hold on assets in reach, as (asset, edit), in the order in which they were made; `asleep` those
    whose record no active claim carries any more.
    """

    membership: pl.DataFrame
    before: pl.DataFrame
    own: pl.Series
    pins: tuple[tuple[int, Edit], ...] = ()
    asleep: tuple[Edit, ...] = ()

    def predecessors(self) -> pl.DataFrame:
        """Which asset as it stood (`was`) each future asset (`asset`) carries on; the others come into being.

        An asset whose id stays carries itself on; one whose smallest claim came or left carries on an asset of its
        claims that would end otherwise. No asset is carried on twice.
        """
        pairs = (
            self.before.filter(pl.col("asset") != NOTHING)
            .rename({"asset": "was"})
            .join(self.membership.select("claim", "asset"), on="claim")
            .select("asset", "was")
            .unique()
            .sort("asset", "was")
        )
        same = pairs.filter(pl.col("asset") == pl.col("was"))
        renamed = (
            pairs.join(same, on="asset", how="anti")
            .join(self.membership.select("asset").unique(), left_on="was", right_on="asset", how="anti")
            .unique("was", keep="first", maintain_order=True)
            .unique("asset", keep="first", maintain_order=True)
        )
        return pl.concat([same, renamed])

    def removed(self, predecessors: pl.DataFrame) -> pl.Series:
        """The assets that end and that nobody carries on, as claim numbers in ascending order."""
        old = self.before.filter(pl.col("asset") != NOTHING).select(pl.col("asset").unique())
        return old.join(predecessors, left_on="asset", right_on="was", how="anti")["asset"].sort()

    def moved(self) -> pl.DataFrame:
        """`claim`, `asset` for every claim that leads elsewhere now.

        A claim that no longer takes part leads to the smallest asset that its old companions are in now: that is the
        redirect of its birth id; to NOTHING when none is left.
        """
        after = self.membership.select("claim", "asset")
        gone = self.before.filter(pl.col("asset") != NOTHING).join(after, on="claim", how="anti")
        heirs = (
            self.before.join(after, on="claim", suffix="_after")
            .group_by("asset")
            .agg(pl.col("asset_after").min().alias("heir"))
        )
        redirected = gone.join(heirs, on="asset", how="left").select("claim", asset=pl.col("heir").fill_null(NOTHING))
        known = after.join(self.before, on="claim", how="left", suffix="_before")
        elsewhere = known.filter(pl.col("asset").ne_missing(pl.col("asset_before"))).select("claim", "asset")
        return pl.concat([elsewhere, redirected])


async def _nothing() -> None:
    """What is done meanwhile when nothing else is to be done."""


async def joining(
    ledger: Ledger, item: ClaimImport, own: pl.DataFrame, meanwhile: Callable[[], Awaitable[None]] = _nothing
) -> Touched:
    """What is touched when an import's claims join; `own` are their keys.

    `meanwhile` is work for the database that is done while the processors are busy telling who is who.
    """
    reached = await _reach_of_import(ledger, item, own)
    claims = await ledger.files.claims(item)
    beside = asyncio.ensure_future(meanwhile())
    try:
        membership, pins = await _resolve(ledger, pl.concat([own, reached.keys]), reached.crowded)
    finally:
        await beside
    return Touched(
        membership=_with_loners(membership, pl.concat([claims, reached.claims])),
        before=await assets_of(ledger, reached.claims),
        own=claims,
        pins=pins,
    )


async def leaving(ledger: Ledger, item: ClaimImport, own: pl.DataFrame) -> Touched:
    """What is touched when an import's claims leave; `own` are their keys."""
    reached = await _reach_of_import(ledger, item, own)
    membership, pins = await _resolve(ledger, reached.keys, reached.crowded)
    placed = await placed_claims(ledger, item)
    return Touched(
        membership=_with_loners(membership, reached.claims),
        before=pl.concat([placed, await assets_of(ledger, reached.claims)]),
        own=placed["claim"],
        pins=pins,
        asleep=_asleep(ledger.roster.rulings, own, pins),
    )


async def deciding(ledger: Ledger, seeds: pl.DataFrame, earlier: Partners) -> Touched:
    """What is touched when other decisions hold: those around the carriers of `seeds` (`hash`, `check`).

    The roster has the decisions that are to hold; `earlier` are the partners (Rulings.partners) by those that held.
    """
    index = await open_index(ledger, key_count=seeds.height)
    partners = ledger.roster.rulings.partners

    def both(keys: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([partners(keys), earlier(keys)])

    keys = seeds.select(
        claim=pl.lit(NOTHING, dtype=pl.Int64), kind=pl.lit(0, dtype=pl.UInt8), hash="hash", check="check"
    )
    reached = await _reach(index, keys, both, _no_claims())
    membership, pins = await _resolve(ledger, reached.keys, reached.crowded)
    return Touched(
        membership=_with_loners(membership, reached.claims),
        before=await assets_of(ledger, reached.claims),
        own=_no_claims(),
        pins=pins,
    )


async def everything(ledger: Ledger, keys_anew: KeyIndex | None = None) -> Touched:
    """All claims of the engagement, as for folding the whole inventory anew, by their stored keys or by `keys_anew`."""
    index = keys_anew or await open_index(ledger, key_count=KEYS_OF_ALL)
    claims = pl.concat([_no_claims(), *[await ledger.files.claims(item) for item in ledger.roster.active()]])
    placed = [await placed_claims(ledger, item) for item in ledger.roster.imports if item.claims_active]
    keys = await index.keys_of(claims)
    membership, pins = await _resolve(ledger, keys, pl.DataFrame(schema=CLAIM_KEYS_SCHEMA))
    return Touched(
        membership=_with_loners(membership, claims),
        before=pl.concat([pl.DataFrame(schema={"claim": pl.Int64, "asset": pl.Int64}), *placed]),
        own=_no_claims(),
        pins=pins,
    )


KEYS_OF_ALL = 1 << 62
"""More keys than any engagement has: asks for the index that holds them all."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """Claims that a chain of keys leads to, all their `keys`, and the rows that say which keys are `crowded`."""

    claims: pl.Series
    keys: pl.DataFrame
    crowded: pl.DataFrame


async def _reach_of_import(ledger: Ledger, item: ClaimImport, own: pl.DataFrame) -> _Reached:
    """What the keys of a joining or leaving import reach, and the snapshots of its feed that this flips."""
    index = await open_index(ledger, without=item.import_id, key_count=own.height)
    flipped = pl.concat([_no_claims(), *[await ledger.files.claims(old) for old in ledger.roster.flipped]])
    return await _reach(index, own, ledger.roster.rulings.partners, flipped)


def _no_claims() -> pl.Series:
    return pl.Series("claim", [], dtype=pl.Int64)


async def _reach(index: KeyIndex, keys: pl.DataFrame, partners: Partners, also: pl.Series) -> _Reached:
    """The claims that a chain of shared keys or of decisions leads to from `keys` and from the claims `also`.

    The claims of `keys` themselves are left out. A key that some other import crowds leads nowhere.
    """
    parts = [pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)]
    crowded = [pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)]
    claims = _no_claims()
    frontier = keys
    while True:
        linked = partners(frontier)
        looked_up = pl.concat([frontier.select("hash", "check"), linked]) if linked.height else frontier
        carried = await index.carried(looked_up)
        full = carried.filter(pl.col("kind") >= CROWDED)
        if full.height:
            crowded.append(full)
            carried = carried.join(full, on=["hash", "check"], how="anti")
        sharing = pl.concat([carried["claim"], also]).unique()
        del carried  # as many rows as the keys of all imports together, when a whole source comes again
        new = sharing.filter(~sharing.is_in(claims.implode()))
        if new.is_empty():
            break
        claims = pl.concat([claims, new])
        also = also.clear()
        fresh = await index.keys_of(new)
        parts.append(fresh)
        frontier = await asyncio.to_thread(without, fresh, keys)
        if frontier.is_empty():
            break
    return _Reached(claims, pl.concat(parts), pl.concat(crowded))


async def _resolve(
    ledger: Ledger, keys: pl.DataFrame, crowded: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[tuple[int, Edit], ...]]:
    """Identity (MEMBERSHIP_SCHEMA) and the edits that hold, as (asset, edit)."""
    roster = ledger.roster
    if crowded.height:
        keys = pl.concat([keys, crowded])
    membership = await asyncio.to_thread(resolve, keys, roster.snapshots, roster.rulings)
    if not roster.rulings.edits:
        return membership, ()
    pinned = roster.rulings.pinned(keys).join(membership, on="claim", how="left")
    assets = pinned.select("edit", asset=pl.coalesce("asset", "claim")).sort("edit")
    return membership, tuple((asset, roster.rulings.edits[edit]) for edit, asset in assets.iter_rows())


def _asleep(rulings: Rulings, own: pl.DataFrame, pins: Sequence[tuple[int, Edit]]) -> tuple[Edit, ...]:
    """The edits on records of leaving claims (their keys `own`) that hold nowhere now."""
    if not rulings.edits:
        return ()
    held = {id(edit) for _, edit in pins}
    concerned = rulings.anchors.join(own, on=["hash", "check"], how="semi")["edit"].unique().sort()
    return tuple(edit for edit in (rulings.edits[number] for number in concerned) if id(edit) not in held)


def _with_loners(membership: pl.DataFrame, claims: pl.Series) -> pl.DataFrame:
    """`membership` plus those of `claims` that share no key with another: each is its own asset."""
    alone = claims.to_frame("claim").join(membership, on="claim", how="anti")
    return pl.concat(
        [membership, alone.select("claim", asset="claim", superseded=pl.lit(value=False))],
    ).sort("asset", "claim")
