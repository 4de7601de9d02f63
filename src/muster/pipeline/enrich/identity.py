"""Which claims speak of the same thing: set rules over keys, so that no order of imports can matter.

A newer claim replaces the older one with the same feed and source record key. Among the rest, records and strong keys
make blocks; a key that an import gives to two of its records tells nothing apart and joins nobody (clones share a
UUID, a copied row its FQDN), one that it gives to many is crowded (keys.py) and identifies nothing anywhere. Weak keys
then join blocks, kind by kind, where nothing contradicts (weak.py). What people decided counts like a strong key. A
replaced claim follows its replacement, so that an asset keeps its id (the smallest birth id) when a new snapshot of a
feed arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS, compact
from muster.pipeline.enrich.components import components
from muster.pipeline.enrich.keys import CROWDED, STRONG, WEAK, KeyKind
from muster.pipeline.enrich.rulings import NO_RULINGS
from muster.pipeline.enrich.slices import slices
from muster.pipeline.enrich.weak import Members, join_weakly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from muster.pipeline.enrich.order import Snapshots
    from muster.pipeline.enrich.rulings import Rulings

    Numbers = NDArray[np.int64]
    Places = NDArray[np.int32]

CLAIM_KEYS_SCHEMA = {"claim": pl.Int64, "kind": pl.UInt8, "hash": pl.Int64, "check": pl.UInt32}
MEMBERSHIP_SCHEMA = {"claim": pl.Int64, "asset": pl.Int64, "superseded": pl.Boolean}
_DECIDED = 127
"""The kind of the made-up key that the records of a join carry."""


def resolve(keys: pl.DataFrame, snapshots: Snapshots, rulings: Rulings = NO_RULINGS) -> pl.DataFrame:
    """The asset of every claim in `keys` that shares a key with another; claims that share none are left out.

    `keys` follows CLAIM_KEYS_SCHEMA and must be closed: with a claim it holds every active claim that shares a key
    with it, unless the key is crowded, then the row that says so. The result follows MEMBERSHIP_SCHEMA, sorted by
    claim: `asset` is the smallest claim of the component, `superseded` says that a newer claim of the feed took the
    record over.
    """
    usable = _with_joins(_without_splits(_without_crowded(keys), rulings), rulings)
    shared = _shared(usable)
    if shared.is_empty():
        return pl.DataFrame(schema=MEMBERSHIP_SCHEMA)
    claims, member = compact(shared["claim"].to_numpy())
    group = shared["group"].to_numpy()
    kind = shared["kind"].to_numpy()
    del shared

    is_record = kind == KeyKind.RECORD
    record_member, record_group = member[is_record], group[is_record]
    place = snapshots.newest_first[claims[record_member] >> ORDINAL_BITS]
    gone = np.zeros(len(claims), dtype=bool)
    gone[record_member[place < _greatest_by(place, record_group)]] = True

    record = -1 - np.arange(len(claims), dtype=np.int32)
    record[record_member] = record_group
    current = ~gone[member]
    strong = np.isin(kind, [int(item) for item in STRONG]) & current
    judged = strong | ((kind == KeyKind.FQDN) & current)
    vague = np.zeros(len(kind), dtype=bool)
    vague[judged] = _ambiguous(group[judged], claims[member[judged]] >> ORDINAL_BITS, record[member[judged]])
    joins = is_record | (strong & ~vague) | ((kind == _DECIDED) & current)
    label = components(len(claims), member[joins], group[joins])

    weak = np.isin(kind, [int(item) for item in WEAK]) & current & ~vague
    if weak.any():
        members = Members(claims, snapshots.feed[claims >> ORDINAL_BITS], gone)
        carried = pl.DataFrame({"member": member[weak], "group": group[weak], "kind": kind[weak]})
        untelling = pl.DataFrame({"claim": claims[member[vague]], "kind": kind[vague]})
        label = join_weakly(label, members, carried, usable, untelling)
    return pl.DataFrame({"claim": claims, "asset": claims[label], "superseded": gone}, schema=MEMBERSHIP_SCHEMA)


def _without_crowded(keys: pl.DataFrame) -> pl.DataFrame:
    crowded = keys.filter(pl.col("kind") >= CROWDED).select("hash", "check").unique()
    if crowded.is_empty():
        return keys
    return keys.join(crowded, on=["hash", "check"], how="anti")


def _without_splits(keys: pl.DataFrame, rulings: Rulings) -> pl.DataFrame:
    """`keys` without those that a record does not carry by somebody's decision."""
    if rulings.splits.is_empty():
        return keys
    records = keys.filter(pl.col("kind") == KeyKind.RECORD).select("claim", record_hash="hash", record_check="check")
    taken = rulings.splits.join(records, on=["record_hash", "record_check"]).select("claim", "hash", "check")
    is_record = pl.col("kind") == KeyKind.RECORD
    others = keys.filter(~is_record).join(taken, on=["claim", "hash", "check"], how="anti")
    return pl.concat([keys.filter(is_record), others])


def _with_joins(keys: pl.DataFrame, rulings: Rulings) -> pl.DataFrame:
    """`keys` plus one made-up key for each join whose sides are both there."""
    if rulings.joins.is_empty():
        return keys
    records = keys.filter(pl.col("kind") == KeyKind.RECORD).select("claim", "hash", "check")
    sides = rulings.joins.join(records, on=["hash", "check"]).select("claim", "number", "side")
    made = sides.select(
        "claim",
        kind=pl.lit(_DECIDED, dtype=pl.UInt8),
        hash="number",
        check=pl.lit(_DECIDED, dtype=pl.UInt32),
    )
    return pl.concat([keys, made.unique()])


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
    order = np.argsort(keys["hash"].to_numpy())
    hashes, checks = keys["hash"].to_numpy()[order], keys["check"].to_numpy()[order]
    new = np.ones(len(hashes), dtype=bool)
    new[1:] = hashes[1:] != hashes[:-1]
    if (~new[1:] & (checks[1:] != checks[:-1])).any():  # two values with one hash: as good as never
        order = np.lexsort((keys["check"].to_numpy(), keys["hash"].to_numpy()))
        checks = keys["check"].to_numpy()[order]
        new[1:] |= checks[1:] != checks[:-1]
    starts = np.flatnonzero(new)
    lengths = np.diff(starts, append=len(new))
    shared = lengths > 1
    kept = order[np.repeat(shared, lengths)]
    group = np.repeat(np.arange(first_group, first_group + int(shared.sum()), dtype=np.int32), lengths[shared])
    return pl.DataFrame(
        {"claim": keys["claim"].to_numpy()[kept], "kind": keys["kind"].to_numpy()[kept], "group": group}
    )


def _greatest_by(values: Numbers, group: Places) -> Numbers:
    """For each row the greatest of `values` in its group; `group` ascends."""
    if not len(values):
        return values
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return np.repeat(np.maximum.reduceat(values, starts), np.diff(starts, append=len(values)))
