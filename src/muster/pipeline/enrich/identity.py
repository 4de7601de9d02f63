"""Which claims speak of the same thing: set rules over keys, so that no order of imports can matter.

A newer claim replaces the older one with the same feed and source record key. Among the rest, two claims are the same
asset when a chain of shared keys joins them: a record key, or a strong key that no import gives to two of its records
(clones share a UUID, a copied row its FQDN: such a key tells nothing apart and joins nobody). A replaced claim follows
its replacement, so that an asset keeps its id (the smallest birth id) when a new snapshot of a feed arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.keys import STRONG, KeyKind
from muster.pipeline.enrich.slices import slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Places = NDArray[np.int32]

CLAIM_KEYS_SCHEMA = {"claim": pl.Int64, "kind": pl.UInt8, "hash": pl.Int64, "check": pl.UInt32}
MEMBERSHIP_SCHEMA = {"claim": pl.Int64, "asset": pl.Int64, "superseded": pl.Boolean}


def resolve(keys: pl.DataFrame, precedence: Numbers) -> pl.DataFrame:
    """The asset of every claim in `keys` that shares a key with another; claims that share none are left out.

    `keys` follows CLAIM_KEYS_SCHEMA and must be closed: with a claim it holds every active claim that shares a key
    with it. `precedence[import index]` is the import's place among its engagement's by observation time, then file
    sha256 (larger is newer). The result follows MEMBERSHIP_SCHEMA, sorted by claim: `asset` is the smallest claim of
    the component, `superseded` says that a newer claim of the feed took the record over.
    """
    shared = _shared(keys)
    if shared.is_empty():
        return pl.DataFrame(schema=MEMBERSHIP_SCHEMA)
    numbered = shared.select(pl.col("claim").unique().sort()).with_row_index("member")
    claims = numbered["claim"].to_numpy()
    placed = shared.select("claim").join(numbered, on="claim", how="left", maintain_order="left")
    member = placed["member"].to_numpy().astype(np.int32)
    group = shared["group"].to_numpy()
    kind = shared["kind"].to_numpy()
    del shared, numbered, placed

    is_record = kind == KeyKind.RECORD
    record_member, record_group = member[is_record], group[is_record]
    place = precedence[claims[record_member] >> ORDINAL_BITS]
    gone = np.zeros(len(claims), dtype=bool)
    gone[record_member[place < _greatest_by(place, record_group)]] = True

    record = -1 - np.arange(len(claims), dtype=np.int32)
    record[record_member] = record_group
    joins = np.isin(kind, [int(strong) for strong in STRONG])
    joins &= ~gone[member]
    joins[joins] = ~_ambiguous(group[joins], claims[member[joins]] >> ORDINAL_BITS, record[member[joins]])
    joins |= is_record

    label = _components(len(claims), member[joins], group[joins])
    return pl.DataFrame({"claim": claims, "asset": claims[label], "superseded": gone}, schema=MEMBERSHIP_SCHEMA)


def _ambiguous(group: Places, place: Numbers, record: Places) -> NDArray[np.bool_]:
    """For each carrier of a key whether some import gives that key to several of its records."""
    carried = group.astype(np.int64) * (place.max(initial=0) + 1) + place  # key and import as one number
    ordered = np.sort(carried)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(repeated):
        return np.zeros(len(group), dtype=bool)
    here = np.isin(carried, repeated)
    several = (
        pl.DataFrame({"carried": carried[here], "group": group[here], "record": record[here]})
        .group_by("carried")
        .agg(pl.col("group").first(), pl.col("record").n_unique() > 1)
        .filter("record")
    )
    return np.isin(group, several["group"].to_numpy())


def _shared(keys: pl.DataFrame) -> pl.DataFrame:
    """The keys that more than one claim carries: `claim`, `kind`, and `group` (Int32, ascending), one for each key.

    Keys are sorted a slice at a time.
    """
    frames, groups = [], 0
    for (part,) in slices(keys):
        found = _shared_slice(part, groups)
        groups = groups if found.is_empty() else int(found["group"][-1]) + 1
        frames.append(found)
    return pl.concat(frames)


def _shared_slice(keys: pl.DataFrame, first_group: int) -> pl.DataFrame:
    ordered = keys.sort("hash", "check")
    hashes, checks = ordered["hash"].to_numpy(), ordered["check"].to_numpy()
    differs = np.ones(len(hashes), dtype=bool)
    differs[1:] = (hashes[1:] != hashes[:-1]) | (checks[1:] != checks[:-1])
    group = np.cumsum(differs) - 1
    repeated = np.bincount(group, minlength=1)[group] > 1
    kept = group[repeated]
    dense = (np.cumsum(np.diff(kept, prepend=-1) != 0) - 1 + first_group).astype(np.int32)
    return ordered.select("claim", "kind").filter(pl.Series(repeated)).with_columns(pl.Series("group", dense))


def _greatest_by(values: Numbers, group: Places) -> Numbers:
    """For each row the greatest of `values` in its group; `group` ascends."""
    if not len(values):
        return values
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return np.repeat(np.maximum.reduceat(values, starts), np.diff(starts, append=len(values)))


def _components(size: int, member: Places, group: Places) -> Places:
    """The smallest member reachable from each of `size` members over shared groups; `group` ascends.

    Every round hands the least label of a group to its members, then each label jumps to its own label: the number of
    rounds grows with the logarithm of the longest chain.
    """
    label = np.arange(size, dtype=np.int32)
    if not len(member):
        return label
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(starts, append=len(member))
    by_member = np.argsort(member, kind="stable")
    ordered = member[by_member]
    member_starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    touched = ordered[member_starts]
    del ordered
    while True:
        least = np.repeat(np.minimum.reduceat(label[member], starts), lengths)
        updated = label.copy()
        updated[touched] = np.minimum(label[touched], np.minimum.reduceat(least[by_member], member_starts))
        updated = updated[updated]
        if np.array_equal(updated, label):
            return label
        label = updated
