"""Which assets a person should look at: pairs that share a key and were not joined, and records that contradict.

A score with fixed weights puts them in order. It ranks and suggests; it never joins anything.

| what is compared | alike | unlike |
|---|---|---|
| serial number (with its maker: 10 more) | 35 | 40 |
| instance UUID | 40 | 30 |
| id of a cloud | 40 | 40 |
| id that the source gives | 30 | - |
| fully qualified name | 25 | 20 |
| address of a network card | 20 | 8 |
| host name | 15 | 15 |
| network address | 10 | 3 |
| one feed lists both | - | 30 |
| name of the asset, by how alike it is | up to 15 | up to 15 |
| type, model, operating system, location, each | 2 | 5 |

A pair starts at 50, what is alike counts for it and what is unlike against it; records of one asset the other way
round. The score lies between 0 and 100; from 60 on the change is suggested, else to leave things as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from rapidfuzz import fuzz

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.keys import CROWDED, KeyKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.pipeline.enrich.order import Snapshots
    from muster.pipeline.enrich.rulings import Rulings

MOST_REVIEWS = 1_000
"""More than these nobody looks through; the ones with the highest score are shown."""

ALIKE = {
    KeyKind.SOURCE_ID: 30,
    KeyKind.SERIAL: 10,
    KeyKind.INSTANCE_UUID: 40,
    KeyKind.CLOUD_ID: 40,
    KeyKind.FQDN: 25,
    KeyKind.BARE_SERIAL: 35,
    KeyKind.MAC: 20,
    KeyKind.HOST: 15,
    KeyKind.IP: 10,
}
UNLIKE = {
    KeyKind.BARE_SERIAL: 40,
    KeyKind.INSTANCE_UUID: 30,
    KeyKind.CLOUD_ID: 40,
    KeyKind.FQDN: 20,
    KeyKind.HOST: 15,
    KeyKind.MAC: 8,
    KeyKind.IP: 3,
}
ONE_FEED = 30
NAME = 15
FIELDS_ALIKE, FIELDS_UNLIKE = 2, 5
COMPARED_FIELDS = ("asset_type", "model", "operating_system", "location")
SUGGESTED_FROM = 60
_START, _MOST = 50, 100

TELLING = (KeyKind.BARE_SERIAL, KeyKind.INSTANCE_UUID, KeyKind.CLOUD_ID, KeyKind.FQDN)
"""Records of one asset contradict each other when they differ in a key of one of these kinds."""

_MOST_SHARING = 8
"""A key that more assets share than these suggests no pair: it is common, and the pairs would be too many."""

_MOST_COMPARED = 20_000
"""So many pairs are compared in all respects: those that the keys they share speak for most."""

_KEY = ["hash", "check"]
PAIRS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "left_asset": pl.Int64,
    "right_asset": pl.Int64,
    "left": pl.Int64,
    "right": pl.Int64,
    "alike": pl.List(pl.UInt8),
    "unlike": pl.List(pl.UInt8),
    "one_feed": pl.Boolean,
    "points": pl.Int64,
}
"""`left` and `right` are claims, of one asset or of two; `alike` and `unlike` are the kinds of key that say so."""


class Suggestion(StrEnum):
    """What a review suggests, and what a person can decide."""

    JOIN = "join"
    SPLIT = "split"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair of claims to look at, with its score from 0 to 100."""

    left: int
    right: int
    left_asset: int
    right_asset: int
    suggestion: Suggestion
    score: int
    alike: tuple[KeyKind, ...]
    unlike: tuple[KeyKind, ...]
    one_feed: bool


def candidates(
    keys: pl.DataFrame,
    assets: pl.DataFrame,
    snapshots: Snapshots,
    rulings: Rulings,
    settled: pl.DataFrame,
) -> pl.DataFrame:
    """The pairs worth a look, PAIRS_SCHEMA, at most 2 x _MOST_COMPARED.

    `keys` (identity.CLAIM_KEYS_SCHEMA) are those of all active claims, `assets` says where each stands (`claim`,
    `asset`). `settled` are the pairs of records that somebody decided on: `left_hash`, `left_check`, `right_hash`,
    `right_check`.
    """
    is_record = pl.col("kind") == KeyKind.RECORD
    records = keys.filter(is_record).drop("kind")
    usable = _usable(keys, records, snapshots, rulings)
    repeated = _repeated(usable).join(assets, on="claim")
    shared = repeated.group_by("asset", "kind", *_KEY).agg(pl.col("claim").min())
    apart = _apart(shared)
    concerned = pl.concat([apart["a"], apart["b"]]).unique()
    carried = usable.join(assets.filter(pl.col("asset").is_in(concerned.implode())), on="claim").rename(
        {"asset": "unit"}
    )
    compared = [_compared(apart, carried, _feeds(carried, snapshots))]
    inside = _inside(usable, assets)
    claims = pl.concat([inside["left"], inside["right"]]).unique()
    carried = usable.filter(pl.col("claim").is_in(claims.implode())).with_columns(unit="claim")
    compared.append(_compared(inside.with_columns(a="left", b="right"), carried, _feeds(carried, snapshots)))
    return _unsettled(pl.concat(compared), records, assets, settled)


def scored(pairs: pl.DataFrame, values: Mapping[int, Mapping[str, Any]]) -> list[Scored]:
    """`pairs` (PAIRS_SCHEMA) with their score, the highest first, at most MOST_REVIEWS.

    `values` holds the fields of each asset.
    """
    found = [_scored(row, values[row["left_asset"]], values[row["right_asset"]]) for row in pairs.iter_rows(named=True)]
    found.sort(key=lambda item: (-item.score, item.left, item.right))
    return found[:MOST_REVIEWS]


def side_of(keys: pl.DataFrame, left: int, right: int) -> list[int]:
    """The claims of one asset that go with `right` when it is parted from `left`; `keys` are those of its claims.

    Each claim goes with whom its keys speak for more; where they speak for both alike, it stays with `left`.
    """
    by_claim = {
        claims[0]: {(kind, *key) for kind, *key in part.select("kind", *_KEY).iter_rows()}
        for claims, part in keys.group_by("claim")
    }

    def shared(claim: Any, other: int) -> int:  # noqa: ANN401 - a group's name is untyped
        return sum(ALIKE.get(KeyKind(kind), _MOST) for kind, *_ in by_claim[claim] & by_claim[other])

    others = [claim for claim in by_claim if claim not in {left, right}]
    return sorted([right, *(int(str(claim)) for claim in others if shared(claim, right) > shared(claim, left))])


def _usable(keys: pl.DataFrame, records: pl.DataFrame, snapshots: Snapshots, rulings: Rulings) -> pl.DataFrame:
    """The keys that identify current claims."""
    crowded = keys.filter(pl.col("kind") >= CROWDED).select(_KEY).unique()
    usable = keys.filter(pl.col("kind").is_in([int(kind) for kind in ALIKE]))
    if crowded.height:
        usable = usable.join(crowded, on=_KEY, how="anti")
    several = _repeated(records)
    newest = several.with_columns(age=pl.Series(snapshots.newest_first).gather(several["claim"] // (1 << ORDINAL_BITS)))
    gone = newest.filter(pl.col("age") < pl.col("age").max().over(_KEY)).select("claim")
    usable = usable.join(gone, on="claim", how="anti")
    if rulings.splits.height:
        named = records.select("claim", record_hash="hash", record_check="check")
        taken = rulings.splits.join(named, on=["record_hash", "record_check"])
        usable = usable.join(taken, on=["claim", *_KEY], how="anti")
    return usable


def _repeated(keys: pl.DataFrame) -> pl.DataFrame:
    """The rows of `keys` whose hash stands more than once."""
    hashes = np.sort(keys["hash"].to_numpy())
    often = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(often):
        return keys.clear()
    return keys.join(pl.DataFrame({"hash": often}), on="hash", how="semi")


def _apart(shared: pl.DataFrame) -> pl.DataFrame:
    """The pairs of assets (`a`, `b`, with a claim of each) that share keys, those first that share most."""
    sharing = pl.len().over(_KEY)
    between = shared.filter(sharing > 1, sharing <= _MOST_SHARING)
    weight = pl.col("kind").replace_strict({int(kind): points for kind, points in ALIKE.items()}, return_dtype=pl.Int64)
    return (
        between.join(between, on=["kind", *_KEY], suffix="_b")
        .filter(pl.col("asset") < pl.col("asset_b"))
        .with_columns(weight=weight)
        .group_by(a="asset", b="asset_b")
        .agg(left=pl.col("claim").min(), right=pl.col("claim_b").min(), weight=pl.col("weight").sum())
        .sort(["weight", "a", "b"], descending=[True, False, False])
        .head(_MOST_COMPARED)
        .select("a", "b", "left", "right", left_asset="a", right_asset="b")
    )


def _inside(usable: pl.DataFrame, assets: pl.DataFrame) -> pl.DataFrame:
    """The pairs of claims of one asset that differ in a telling key: the first against each of the others."""
    telling = usable.filter(pl.col("kind").is_in([int(kind) for kind in TELLING])).join(assets, on="claim")
    several = telling.filter(pl.col("hash").n_unique().over("asset", "kind") > 1)
    firsts = several.group_by("asset", "kind", "hash").agg(right=pl.col("claim").min())
    pairs = firsts.with_columns(left=pl.col("right").min().over("asset", "kind"))
    told = pairs.filter(pl.col("left") != pl.col("right")).select("asset", "left", "right").unique()
    ordered = told.sort("asset", "left", "right").head(_MOST_COMPARED)
    return ordered.select("left", "right", left_asset="asset", right_asset="asset")


def _feeds(carried: pl.DataFrame, snapshots: Snapshots) -> pl.DataFrame:
    """`unit` and `feed` of those that carry keys (`claim`, `unit`)."""
    feed = pl.Series("feed", snapshots.feed).gather(carried["claim"] // (1 << ORDINAL_BITS))
    return carried.select("unit").with_columns(feed).unique()


def _compared(pairs: pl.DataFrame, carried: pl.DataFrame, feeds: pl.DataFrame) -> pl.DataFrame:
    """`pairs` (of the units `a` and `b`) as PAIRS_SCHEMA; `carried` are the keys of the units."""
    sides = pairs.select("a", "b")
    keys = carried.select("unit", "kind", *_KEY).unique()
    ours = sides.join(keys, left_on="a", right_on="unit")
    same = (
        ours.join(keys, left_on=["b", "kind", *_KEY], right_on=["unit", "kind", *_KEY])
        .select("a", "b", "kind")
        .unique()
    )
    kinds = keys.select("unit", "kind").unique()
    both = sides.join(kinds, left_on="a", right_on="unit").join(kinds, left_on=["b", "kind"], right_on=["unit", "kind"])
    other = both.filter(pl.col("kind").is_in([int(kind) for kind in UNLIKE])).join(
        same, on=["a", "b", "kind"], how="anti"
    )
    one_feed = (
        sides.join(feeds, left_on="a", right_on="unit")
        .join(feeds, left_on=["b", "feed"], right_on=["unit", "feed"])
        .select("a", "b", one_feed=pl.lit(value=True))
        .unique()
    )
    told = (
        pairs.join(_listed(same, "alike", ALIKE), on=["a", "b"], how="left")
        .join(_listed(other, "unlike", UNLIKE), on=["a", "b"], how="left")
        .join(one_feed, on=["a", "b"], how="left")
        .with_columns(pl.col("one_feed").fill_null(value=False))
    )
    points = (
        pl.col("alike_points").fill_null(0)
        - pl.col("unlike_points").fill_null(0)
        - pl.col("one_feed").cast(pl.Int64) * ONE_FEED
    )
    return told.with_columns(points=points).select(pl.col(name).cast(kind) for name, kind in PAIRS_SCHEMA.items())


def _listed(kinds: pl.DataFrame, name: str, weights: Mapping[KeyKind, int]) -> pl.DataFrame:
    """For each pair the kinds, and the sum of their weights."""
    weight = pl.col("kind").replace_strict(
        {int(kind): points for kind, points in weights.items()}, return_dtype=pl.Int64
    )
    return kinds.group_by("a", "b").agg(pl.col("kind").sort().alias(name), weight.sum().alias(f"{name}_points"))


def _unsettled(pairs: pl.DataFrame, records: pl.DataFrame, assets: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """`pairs` without those that somebody decided on: of the same two assets, or within one of the same two records."""
    if settled.is_empty():
        return pairs
    left = settled.with_row_index("number").join(records, left_on=["left_hash", "left_check"], right_on=_KEY)
    right = settled.with_row_index("number").join(records, left_on=["right_hash", "right_check"], right_on=_KEY)
    decided = left.select("number", left="claim").join(right.select("number", right="claim"), on="number")
    decided = decided.join(assets, left_on="left", right_on="claim").rename({"asset": "left_asset"})
    decided = decided.join(assets, left_on="right", right_on="claim").rename({"asset": "right_asset"})
    turned = decided.rename(
        {"left": "right", "right": "left", "left_asset": "right_asset", "right_asset": "left_asset"}
    )
    known = pl.concat([decided, turned], how="diagonal")
    within = pl.col("left_asset") == pl.col("right_asset")
    return pl.concat(
        [
            pairs.filter(within).join(known, on=["left", "right"], how="anti"),
            pairs.filter(~within).join(known, on=["left_asset", "right_asset"], how="anti"),
        ]
    )


def _scored(row: Mapping[str, Any], left: Mapping[str, Any], right: Mapping[str, Any]) -> Scored:
    within = row["left_asset"] == row["right_asset"]
    points = row["points"] if within else row["points"] + _likeness(left, right)
    score = min(max(_START - points if within else _START + points, 0), _MOST)
    change = Suggestion.SPLIT if within else Suggestion.JOIN
    return Scored(
        left=row["left"],
        right=row["right"],
        left_asset=row["left_asset"],
        right_asset=row["right_asset"],
        suggestion=change if score >= SUGGESTED_FROM else Suggestion.LEAVE,
        score=score,
        alike=_kinds(row["alike"]),
        unlike=_kinds(row["unlike"]),
        one_feed=row["one_feed"],
    )


def _kinds(numbers: Sequence[int] | None) -> tuple[KeyKind, ...]:
    return tuple(KeyKind(number) for number in numbers or ())


def name_likeness(left: Mapping[str, Any], right: Mapping[str, Any]) -> float | None:
    """How alike the names of two assets are, 0 to 100, their domains aside; None when one has none."""
    names = [str(values.get("asset_name") or "").lower().partition(".")[0] for values in (left, right)]
    return fuzz.ratio(*names) if all(names) else None


def _likeness(left: Mapping[str, Any], right: Mapping[str, Any]) -> int:
    """The points for what two assets say of themselves besides their keys."""
    alike = name_likeness(left, right)
    points = 0 if alike is None else round((alike - _START) / _START * NAME)
    return points + sum(_field_points(left.get(name), right.get(name)) for name in COMPARED_FIELDS)


def _field_points(left: object, right: object) -> int:
    if left is None or right is None:
        return 0
    return FIELDS_ALIKE if str(left).lower() == str(right).lower() else -FIELDS_UNLIKE
