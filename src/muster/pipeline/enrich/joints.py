"""Which keys and decisions make the records of one asset one: what identity.py found, told for people.

It asks the same rules about one asset at a time; a test holds that what it names connects all records of an asset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.components import components
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA, resolve
from muster.pipeline.enrich.keys import CROWDED, STRONG, WEAK, KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.enrich.order import Snapshots
    from muster.pipeline.enrich.rulings import Rulings

_KEY = ("hash", "check")
_GIVEN_TWICE = (KeyKind.FQDN, KeyKind.HOST_IP)
"""The weak kinds that join also what one import gives them to twice."""


def joints(keys: pl.DataFrame, snapshots: Snapshots, rulings: Rulings, claims: pl.Series) -> pl.DataFrame:
    """The keys that join `claims`, the claims of one asset: a row for each claim that carries one, CLAIM_KEYS_SCHEMA.

    `keys` is closed around the claims, as for `resolve`. Strong keys are all told; weak ones where the asset would fall
    apart without weak keys. Joins that people decided are not told here, but count.
    """
    asked = _Asked.of(keys, snapshots, rulings, claims)
    strong = asked.shared([KeyKind.RECORD, *STRONG])
    strong = strong.join(asked.vague(), on=_KEY, how="anti")
    if _connects(pl.concat([strong.select("claim", *_KEY), asked.decided()]), claims):
        return strong
    return pl.concat([strong, *(asked.joined_by(kind) for kind in WEAK)])


@dataclass(frozen=True, slots=True)
class _Asked:
    """`keys` are those that identify (neither crowded nor taken from their record), `gone` the superseded claims."""

    every: pl.DataFrame
    keys: pl.DataFrame
    snapshots: Snapshots
    rulings: Rulings
    claims: pl.Series
    gone: pl.Series

    @classmethod
    def of(cls, every: pl.DataFrame, snapshots: Snapshots, rulings: Rulings, claims: pl.Series) -> _Asked:
        is_record = pl.col("kind") == KeyKind.RECORD
        keys = every.join(every.filter(pl.col("kind") >= CROWDED), on=_KEY, how="anti")
        records = keys.filter(is_record).select("claim", record_hash="hash", record_check="check")
        taken = rulings.splits.join(records, on=["record_hash", "record_check"])
        keys = pl.concat([keys.filter(is_record), keys.filter(~is_record).join(taken, on=["claim", *_KEY], how="anti")])
        membership = resolve(every, snapshots, rulings)
        return cls(every, keys, snapshots, rulings, claims, membership.filter("superseded")["claim"])

    def shared(self, kinds: list[KeyKind]) -> pl.DataFrame:
        """The keys of some kinds that several of the claims carry; of superseded claims only their record counts."""
        own = self.keys.filter(
            pl.col("kind").is_in([int(kind) for kind in kinds]),
            pl.col("claim").is_in(self.claims.implode()),
            (pl.col("kind") == KeyKind.RECORD) | ~pl.col("claim").is_in(self.gone.implode()),
        )
        return own.filter(pl.len().over(_KEY) > 1).select(CLAIM_KEYS_SCHEMA.keys())

    def vague(self) -> pl.DataFrame:
        """The strong keys that some import gives to several of its records."""
        records = self.keys.filter(pl.col("kind") == KeyKind.RECORD).select("claim", record="hash")
        carried = self._current(list(STRONG)).join(records, on="claim", how="left")
        by_import = carried.group_by(*_KEY, place=pl.col("claim") // (1 << ORDINAL_BITS)).agg(
            several=pl.coalesce("record", "claim").n_unique() > 1
        )
        return by_import.filter("several").select(_KEY)

    def decided(self) -> pl.DataFrame:
        """`claim` and a key made up for each join that people decided."""
        records = self.keys.filter(pl.col("kind") == KeyKind.RECORD).select("claim", *_KEY)
        return self.rulings.joins.join(records, on=_KEY).select(
            "claim", hash="number", check=pl.lit(0, dtype=pl.UInt32)
        )

    def joined_by(self, kind: KeyKind) -> pl.DataFrame:
        """The weak keys of one kind that joined blocks to the asset."""
        shared = self.shared([kind])
        if shared.is_empty():
            return shared
        place = WEAK.index(kind)
        before, after = self._labels(WEAK[place:]), self._labels(WEAK[place + 1 :])
        carried = self._current([kind]).join(shared, on=_KEY, how="semi").join(before, on="claim", how="left")
        carried = carried.join(after, on="claim", how="left", suffix="_after").with_columns(
            pl.coalesce("asset", "claim"), pl.coalesce("asset_after", "claim")
        )
        spans = carried.group_by(_KEY).agg(
            pl.col("asset").n_unique().alias("blocks"), pl.col("asset_after").n_unique().alias("joined")
        )
        joining = spans.filter(pl.col("blocks") > 1, pl.col("joined") == 1).select(_KEY)
        if kind not in _GIVEN_TWICE:
            joining = joining.join(_given_twice(carried), on=_KEY, how="anti")
        if kind is KeyKind.IP:
            joining = joining.join(self._of_several_hosts(carried, before), on=_KEY, how="anti")
        return shared.join(joining, on=_KEY, how="semi")

    def _of_several_hosts(self, carried: pl.DataFrame, blocks: pl.DataFrame) -> pl.DataFrame:
        """The addresses that go by several host names."""
        hosts = self._current([KeyKind.HOST]).join(blocks, on="claim", how="left")
        named = hosts.select(pl.coalesce("asset", "claim").alias("asset"), host="hash").unique()
        counted = carried.join(named, on="asset").group_by(_KEY).agg(pl.col("host").n_unique())
        return counted.filter(pl.col("host") > 1).select(_KEY)

    def _current(self, kinds: list[KeyKind]) -> pl.DataFrame:
        """The keys of some kinds that claims carry which nothing superseded, within and around the asset."""
        of_kinds = self.keys.filter(pl.col("kind").is_in([int(kind) for kind in kinds]))
        return of_kinds.filter(~pl.col("claim").is_in(self.gone.implode()))

    def _labels(self, off: Sequence[KeyKind]) -> pl.DataFrame:
        """`claim` and its `asset` if there were no keys of the kinds `off`, which are the last of WEAK."""
        kinds = [int(kind) for kind in off]
        return resolve(self.every.filter(~pl.col("kind").is_in(kinds)), self.snapshots, self.rulings).drop("superseded")


def _given_twice(carried: pl.DataFrame) -> pl.DataFrame:
    """The keys that some import gives to several blocks (`asset`)."""
    by_import = carried.group_by(*_KEY, place=pl.col("claim") // (1 << ORDINAL_BITS)).agg(pl.col("asset").n_unique())
    return by_import.filter(pl.col("asset") > 1).select(_KEY).unique()


def _connects(keys: pl.DataFrame, claims: pl.Series) -> bool:
    """Whether `claims` are one component over `keys` (`claim`, `hash`, `check`)."""
    members = claims.sort().to_numpy()
    own = keys.filter(pl.col("claim").is_in(claims.implode())).sort(_KEY)
    group = own.select(pl.struct(_KEY).rle_id()).to_series().to_numpy().astype(np.int32)
    member = np.searchsorted(members, own["claim"].to_numpy()).astype(np.int32)
    return not components(len(members), member, group).any()
