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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

CLAIM_KEYS_SCHEMA = {"claim": pl.Int64, "kind": pl.UInt8, "hash": pl.Int64, "check": pl.UInt32}
_KEYS_AT_ONCE = 1_000_000
_SLICES = 8  # a power of two

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
    claims, member = np.unique(shared["claim"].to_numpy(), return_inverse=True)
    group = shared["group"].to_numpy()
    is_record = (shared["kind"] == KeyKind.RECORD).to_numpy()

    gone = np.zeros(len(claims), dtype=bool)
    record_member, record_group = member[is_record], group[is_record]
    place = precedence[claims[record_member] >> ORDINAL_BITS]
    newest = _least_by(-place, record_group)
    stays = -place == newest
    gone[record_member[~stays]] = True

    is_strong = np.isin(shared["kind"].to_numpy(), [int(kind) for kind in STRONG]) & ~gone[member]
    record = -1 - np.arange(len(claims), dtype=np.int64)
    record[record_member] = record_group
    strong_member, strong_group = member[is_strong], group[is_strong]
    clear = ~_ambiguous(strong_group, claims[strong_member] >> ORDINAL_BITS, record[strong_member])

    label = _components(
        len(claims),
        np.concatenate([strong_member[clear], record_member]),
        np.concatenate([strong_group[clear], record_group]),
    )
    return pl.DataFrame({"claim": claims, "asset": claims[label], "superseded": gone}, schema=MEMBERSHIP_SCHEMA)


def _ambiguous(group: Numbers, place: Numbers, record: Numbers) -> NDArray[np.bool_]:
    """For each carrier of a key whether some import gives that key to several of its records."""
    carried = group * (place.max(initial=0) + 1) + place  # key and import as one number
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
    """The keys that more than one claim carries: `claim`, `kind`, and `group`, a dense number for each distinct key.

    Many keys are taken in slices by their last bits, so that no sort ever holds all of them.
    """
    slices = 1 if keys.height < _KEYS_AT_ONCE else _SLICES
    frames, groups = [], 0
    for place in range(slices):
        part = keys if slices == 1 else keys.filter((pl.col("hash") & (slices - 1)) == place)
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
    dense = np.unique(group[repeated], return_inverse=True)[1] + first_group
    return ordered.select("claim", "kind").filter(pl.Series(repeated)).with_columns(pl.Series("group", dense))


def _least_by(values: Numbers, group: Numbers) -> Numbers:
    """For each row the least of `values` in its group."""
    if not len(values):
        return values
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=group[order[0]] - 1))
    least = np.minimum.reduceat(values[order], starts)
    spread = np.empty_like(values)
    spread[order] = np.repeat(least, np.diff(starts, append=len(values)))
    return spread


def _components(size: int, member: Numbers, group: Numbers) -> Numbers:
    """The smallest member reachable from each of `size` members over shared groups.

    Every round hands the least label of a group to its members, then each label jumps to its own label: the number of
    rounds grows with the logarithm of the longest chain.
    """
    label = np.arange(size, dtype=np.int64)
    if not len(member):
        return label
    by_group = np.argsort(group, kind="stable")
    members = member[by_group]
    starts = np.flatnonzero(np.diff(group[by_group], prepend=-1))
    lengths = np.diff(starts, append=len(members))
    by_member = np.argsort(members, kind="stable")
    member_starts = np.flatnonzero(np.diff(members[by_member], prepend=-1))
    touched = members[by_member][member_starts]
    while True:
        least = np.repeat(np.minimum.reduceat(label[members], starts), lengths)
        updated = label.copy()
        updated[touched] = np.minimum(label[touched], np.minimum.reduceat(least[by_member], member_starts))
        updated = updated[updated]
        if np.array_equal(updated, label):
            return label
        label = updated
