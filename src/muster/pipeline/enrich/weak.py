"""Weak keys: they join blocks that nothing tells apart, kind by kind, the more telling kinds first.

A weak key joins the blocks that carry it unless two of them have the same kind of telling key (two serials are two
machines), or one import gives it to two of them (a file lists a machine once), or, for an address, they go by different
host names (addresses are handed on). A full name joins even machines with different serials (of which one is wrong, or
was replaced), unless one feed knows both. Where keys of one kind would chain blocks that contradict each other so, none
of that kind joins there. Every rule is about sets: no order of claims, keys or imports matters.

What each rule is worth was measured on a labelled set (docs/explain/identity-accuracy.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.components import components
from muster.pipeline.enrich.keys import WEAK, KeyKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Places = NDArray[np.int32]

_HARDWARE = (KeyKind.SERIAL, KeyKind.INSTANCE_UUID, KeyKind.CLOUD_ID)
_TELLING = (*_HARDWARE, KeyKind.FQDN, KeyKind.BARE_SERIAL)
"""Two blocks that both have a key of one of these kinds are two things."""


@dataclass(frozen=True, slots=True)
class Members:
    """The claims that share keys; a member is named by its place here.

    `claim` numbers ascend; `feed` is the number of each claim's feed, `gone` says that a newer claim superseded it.
    """

    claim: Numbers
    feed: Numbers
    gone: NDArray[np.bool_]


def join_weakly(
    label: Places, members: Members, carried: pl.DataFrame, keys: pl.DataFrame, vague: pl.DataFrame
) -> Places:
    """`label` (the block of each member, named by its smallest member) after the weak keys have joined blocks.

    `carried` are the weak keys that several current members carry: `member`, `group` (one number for each key),
    `kind`. `keys` (claim, kind, hash, check) are all keys; `vague` (claim, kind) the strong ones that tell nothing
    apart.
    """
    carried = carried.filter(_spans(carried, label))
    if carried.is_empty():
        return label
    concerned = np.zeros(len(label), dtype=bool)
    concerned[label[carried["member"].to_numpy()]] = True
    facts = _Facts.of(members, np.flatnonzero(concerned[label] & ~members.gone), keys, vague)
    for kind in WEAK:
        label = _join_by(kind, label, carried.filter(pl.col("kind") == kind), facts)
    return label


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of single members (`member`): `feeds` and `imports`, `kinds` of telling keys, `hosts` (hashes)."""

    feeds: pl.DataFrame
    imports: pl.DataFrame
    kinds: pl.DataFrame
    hosts: pl.DataFrame

    @classmethod
    def of(cls, members: Members, chosen: NDArray[np.int64], keys: pl.DataFrame, vague: pl.DataFrame) -> _Facts:
        """The facts of the `chosen` members."""
        claims = pl.DataFrame({"claim": members.claim[chosen], "member": chosen.astype(np.int32)})
        kinds = [int(kind) for kind in (*_TELLING, KeyKind.HOST)]
        told = keys.lazy().filter(pl.col("kind").is_in(kinds)).join(claims.lazy(), on="claim").collect()
        is_host = pl.col("kind") == KeyKind.HOST
        return cls(
            feeds=claims.select("member", feed=pl.Series(members.feed[chosen])),
            imports=claims.select("member", (pl.col("claim") // (1 << ORDINAL_BITS)).alias("import")),
            kinds=_telling(told.filter(~is_host), vague),
            hosts=told.filter(is_host).select("member", "hash"),
        )


def _telling(told: pl.DataFrame, vague: pl.DataFrame) -> pl.DataFrame:
    """`member`, `kind` where a member has more keys of the kind than vague ones."""
    carried = told.group_by("claim", "member", "kind").len()
    untelling = vague.group_by("claim", "kind").len("vague")
    both = carried.join(untelling, on=["claim", "kind"], how="left")
    return both.filter(pl.col("len") > pl.col("vague").fill_null(0)).select("member", "kind")


def _placed(frame: pl.DataFrame, label: Places) -> pl.DataFrame:
    """`frame` with `block` instead of `member`, each row once."""
    block = pl.Series("block", label[frame["member"].to_numpy()])
    return frame.drop("member").with_columns(block).unique()


def _spans(carried: pl.DataFrame, label: Places) -> pl.Series:
    """For each row whether its group (`group` ascends) is carried by more than one block."""
    block, group = label[carried["member"].to_numpy()], carried["group"].to_numpy()
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(starts):
        return pl.Series([], dtype=pl.Boolean)
    several = np.minimum.reduceat(block, starts) != np.maximum.reduceat(block, starts)
    return pl.Series(np.repeat(several, np.diff(starts, append=len(group))))


def _spanning(placed: pl.DataFrame) -> pl.DataFrame:
    """The groups that more than one block carries."""
    blocks = placed.group_by("group").agg(pl.col("block").n_unique())
    return blocks.filter(pl.col("block") > 1).select("group")


def _join_by(kind: KeyKind, label: Places, carried: pl.DataFrame, facts: _Facts) -> Places:
    """`label` after the keys of one kind (`member`, `group`) have joined blocks."""
    placed = _placed(carried.select("member", "group"), label)
    placed = placed.join(_spanning(placed), on="group", how="semi")
    if placed.is_empty():
        return label
    told = _Told.of(kind, facts, label)
    refused = [told.contradicting(placed, "group")]
    if kind not in {KeyKind.FQDN, KeyKind.HOST_IP}:
        by_import = _placed(carried.select("member", "group").join(facts.imports, on="member"), label)
        refused.append(_repeated(by_import, "group", "import"))
    if kind is KeyKind.IP:
        hosts = placed.join(_placed(facts.hosts, label), on="block").group_by("group").agg(pl.col("hash").n_unique())
        refused.append(hosts.filter(pl.col("hash") > 1).select("group"))
    joining = placed.join(pl.concat(refused), on="group", how="anti").sort("group", "block")
    if joining.is_empty():
        return label
    whole = _components(joining)
    kept = whole.join(told.contradicting(whole, "whole"), on="whole", how="anti")
    renamed = np.arange(len(label), dtype=np.int32)
    renamed[kept["block"].to_numpy()] = kept["whole"].to_numpy()
    return renamed[label]


@dataclass(frozen=True, slots=True)
class _Told:
    """What tells blocks apart where keys of one kind would join them: `block` and `kind`, and for FQDN the `feed`."""

    facts: pl.DataFrame

    @classmethod
    def of(cls, kind: KeyKind, facts: _Facts, label: Places) -> _Told:
        kinds = _placed(facts.kinds, label)
        match kind:
            case KeyKind.FQDN:
                hardware = kinds.filter(pl.col("kind").is_in([int(item) for item in _HARDWARE]))
                return cls(hardware.join(_placed(facts.feeds, label), on="block"))
            case KeyKind.BARE_SERIAL:
                return cls(kinds.filter(pl.col("kind") != KeyKind.BARE_SERIAL))
            case _:
                return cls(kinds)

    def contradicting(self, rows: pl.DataFrame, scope: str) -> pl.DataFrame:
        """The values of `scope` in which two blocks are told apart; `rows` hold `block` and `scope`."""
        return _repeated(rows.join(self.facts, on="block"), scope, *(set(self.facts.columns) - {"block"}))


def _repeated(rows: pl.DataFrame, scope: str, *facts: str) -> pl.DataFrame:
    """The values of `scope` within which two blocks have the same `facts`; `rows` hold each block once for each."""
    counted = rows.group_by(scope, *facts).len()
    return counted.filter(pl.col("len") > 1).select(scope).unique()


def _components(joining: pl.DataFrame) -> pl.DataFrame:
    """`block` and the smallest block that it is joined to (`whole`); `joining` (group, block) is sorted by group."""
    blocks = joining["block"].unique().sort().to_numpy()
    member = np.searchsorted(blocks, joining["block"].to_numpy()).astype(np.int32)
    group = joining["group"].to_numpy()
    return pl.DataFrame({"block": blocks, "whole": blocks[components(len(blocks), member, group)]})
