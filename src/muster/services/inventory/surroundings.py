"""What surrounds an asset: the claims that a chain of keys leads to, and the asset that they make by any roster.

The same claims and keys answer for today and for every earlier version: only which of them were in force differs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.fold import fold
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA, resolve
from muster.pipeline.enrich.keys import CROWDED, identity_keys
from muster.pipeline.enrich.rulings import Rulings
from muster.services.inventory.key_index import KeysInDatabase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from muster.domain.decisions import Decision
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.roster import Roster

_FEED = "feed of the claim"
_PLACE = pl.col("claim") // (1 << ORDINAL_BITS)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`claims`, all their `keys` with the rows that mark crowded ones, and their `typed` rows."""

    claims: pl.Series
    keys: pl.DataFrame
    typed: pl.DataFrame

    def import_ids(self, roster: Roster) -> set[UUID]:
        """The imports that have a say: those of the claims, and those that crowd a key of theirs."""
        return {roster.imports[place].import_id for place in self.keys.select(_PLACE.unique()).to_series()}

    def in_force(self, roster: Roster) -> Surroundings:
        """What of it takes part by `roster`."""
        active = [place for place, item in enumerate(roster.imports) if item.claims_active]
        here = _PLACE.is_in(active)
        return Surroundings(
            self.claims.to_frame("claim").filter(here).to_series(), self.keys.filter(here), self.typed.filter(here)
        )


@dataclass(frozen=True, slots=True)
class AssetThen:
    """An asset by some roster: its claim number, its claims, those of them that count, and all that the fold says."""

    asset: int
    claims: tuple[int, ...]
    current: tuple[int, ...]
    values: Mapping[str, Any]


async def surroundings(
    ledger: Ledger, claims: pl.Series, import_ids: Sequence[UUID], decisions: Sequence[Decision]
) -> Surroundings:
    """What surrounds `claims` among some imports; `decisions` are those whose joins and edits lead on.

    A key that an import crowds leads to none of that import's claims.
    """
    partners = Rulings.of(decisions).partners
    index = KeysInDatabase(ledger, tuple(import_ids))
    known = claims.unique().sort()
    typed = [await _typed(ledger, known)]
    parts = [_keys_of(ledger.roster, typed[0])]
    frontier = parts[0]
    while not frontier.is_empty():
        wanted = pl.concat([frontier.select("hash", "check"), partners(frontier)]).unique()
        carried = await index.carried(wanted)
        crowding = carried.filter(pl.col("kind") >= CROWDED)
        parts.append(crowding)
        met = carried.filter(pl.col("kind") < CROWDED)["claim"].unique()
        fresh = met.filter(~met.is_in(known.implode()))
        known = pl.concat([known, fresh])
        typed.append(await _typed(ledger, fresh))
        parts.append(_keys_of(ledger.roster, typed[-1]))
        frontier = parts[-1].join(wanted, on=["hash", "check"], how="anti")
    return Surroundings(known, pl.concat(parts).unique(), pl.concat(typed, how="diagonal"))


async def asset_of(around: Surroundings, roster: Roster, wanted: Iterable[Sequence[int]]) -> AssetThen | None:
    """The asset that has one of `wanted` among its claims by `roster`; None when none of them takes part.

    The first group of `wanted` of which any claim takes part decides, and among several assets the oldest.
    """
    here = around.in_force(roster)
    return await asyncio.to_thread(_asset_of, here, roster, wanted)


def _asset_of(here: Surroundings, roster: Roster, wanted: Iterable[Sequence[int]]) -> AssetThen | None:
    resolved = resolve(here.keys, roster.snapshots, roster.rulings)
    placed = here.claims.to_frame("claim").join(resolved, on="claim", how="left")
    placed = placed.with_columns(pl.coalesce("asset", "claim"), pl.col("superseded").fill_null(value=False))
    for claims in wanted:
        found = placed.filter(pl.col("claim").is_in(claims))
        if found.height:
            break
    else:
        return None
    members = placed.filter(pl.col("asset") == found["asset"].min()).sort("claim")
    asset = members["asset"][0]
    pinned = roster.rulings.pinned(here.keys).join(members, on="claim", how="semi")
    pins = [(asset, roster.rulings.edits[edit]) for edit in pinned["edit"].sort()]
    current = members.filter(~pl.col("superseded"))["claim"]
    rows = here.typed.filter(pl.col("claim").is_in(current.implode())).with_columns(asset=pl.lit(asset))
    folded = fold(rows, roster.order, roster.snapshots, pins).row(0, named=True)
    values = {name: value for name, value in folded.items() if name not in {"asset", "claims"}}
    return AssetThen(asset, tuple(members["claim"]), tuple(current), values)


async def _typed(ledger: Ledger, claims: pl.Series) -> pl.DataFrame:
    """The typed rows of claims, without `asset`."""
    if claims.is_empty():
        return pl.DataFrame(schema={"claim": pl.Int64})
    rows = await ledger.files.typed(pl.DataFrame({"claim": claims, "asset": claims}))
    return rows.drop("asset")


def _keys_of(roster: Roster, typed: pl.DataFrame) -> pl.DataFrame:
    """The identity keys of typed rows, CLAIM_KEYS_SCHEMA."""
    feeds = pl.Series("feed", [item.feed for item in roster.imports], dtype=pl.String)
    frames = [pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)]
    places = typed["claim"] // (1 << ORDINAL_BITS)
    for (feed,), rows in typed.with_columns(feeds.gather(places).alias(_FEED)).group_by(_FEED):
        keys = identity_keys(rows.with_columns(ordinal="claim"), str(feed))
        frames.append(keys.select(claim="ordinal", kind="kind", hash="hash", check="check"))
    return pl.concat(frames)
