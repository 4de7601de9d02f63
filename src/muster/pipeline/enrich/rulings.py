"""The decisions of people as identity and fold use them: frames over key hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.decisions import Edit, Join, KeyRef, Split
from muster.pipeline.enrich.keys import KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.decisions import Decision

_HASHES = {"hash": pl.Int64, "check": pl.UInt32}
JOINS_SCHEMA = {"number": pl.Int64, "side": pl.UInt8, **_HASHES}
"""Two rows for each join: the record keys of its sides 0 and 1."""
SPLITS_SCHEMA = {"record_hash": pl.Int64, "record_check": pl.UInt32, **_HASHES}
"""One row for each key that a record does not carry."""
ANCHORS_SCHEMA = {"edit": pl.Int64, "place": pl.Int64, **_HASHES}
"""The record keys that an edit is anchored to, in their order; `edit` is its place among `edits`."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The decisions that hold; `edits` in the order in which they were taken."""

    joins: pl.DataFrame
    splits: pl.DataFrame
    anchors: pl.DataFrame
    edits: tuple[Edit, ...]

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> Rulings:
        """What the decisions among `decisions` that were not undone rule."""
        held = sorted(
            (item for item in decisions if item.undone_at is None), key=lambda item: (item.created_at, item.id)
        )
        bodies = [item.body for item in held]
        joins = [body for body in bodies if isinstance(body, Join)]
        splits = [pair for body in bodies if isinstance(body, Split) for pair in body.pairs]
        edits = tuple(body for body in bodies if isinstance(body, Edit))
        return cls(
            joins=pl.DataFrame(
                [
                    (number, side, ref.hash, ref.check)
                    for number, body in enumerate(joins)
                    for side, ref in enumerate((body.left, body.right))
                ],
                schema=JOINS_SCHEMA,
                orient="row",
            ),
            splits=pl.DataFrame(
                [(record.hash, record.check, key.hash, key.check) for record, key in splits],
                schema=SPLITS_SCHEMA,
                orient="row",
            ).unique(),
            anchors=pl.DataFrame(
                [
                    (number, place, ref.hash, ref.check)
                    for number, edit in enumerate(edits)
                    for place, ref in enumerate(edit.anchors)
                ],
                schema=ANCHORS_SCHEMA,
                orient="row",
            ),
            edits=edits,
        )

    def partners(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The record keys (`hash`, `check`) that a join or an edit ties to one of `keys`, those included."""
        if self.joins.is_empty() and self.anchors.is_empty():
            return pl.DataFrame(schema=_HASHES)
        asked = keys.select("hash", "check").unique()
        sides = self.joins.join(asked, on=["hash", "check"], how="semi")
        edits = self.anchors.join(asked, on=["hash", "check"], how="semi")
        tied = [
            self.joins.join(sides.select("number"), on="number", how="semi").select("hash", "check"),
            self.anchors.join(edits.select("edit"), on="edit", how="semi").select("hash", "check"),
        ]
        return pl.concat(tied).unique()

    def pinned(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Which edit holds for which claim: `edit`, `claim`, by the first anchor that a claim of `keys` carries.

        `keys` (claim, kind, hash, check) holds all claims of a record when it holds one. A claim stands for its asset:
        the smallest of those that carry the anchor.
        """
        records = keys.filter(pl.col("kind") == KeyKind.RECORD).select("claim", "hash", "check")
        found = self.anchors.join(records, on=["hash", "check"]).sort("edit", "place", "claim")
        return found.unique("edit", keep="first", maintain_order=True).select("edit", "claim")


# made by hand: what `of` asks of Polars would start its threads on import, and a process that is forked then hangs
NO_RULINGS = Rulings(
    pl.DataFrame(schema=JOINS_SCHEMA), pl.DataFrame(schema=SPLITS_SCHEMA), pl.DataFrame(schema=ANCHORS_SCHEMA), ()
)


def named_keys(refs: Sequence[KeyRef]) -> pl.DataFrame:
    """`hash`, `check` of some identifiers, for looking up who carries them."""
    return pl.DataFrame([(ref.hash, ref.check) for ref in refs], schema=_HASHES, orient="row").unique()
