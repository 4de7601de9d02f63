"""The keys of made-up imports as identity asks for them, and what the told ones of an asset connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.registry import categories, sources
from muster.kit.ids import uuid7
from muster.pipeline.enrich.claims import ClaimRole, ImportIndex, ordinals
from muster.pipeline.enrich.identity import resolve
from muster.pipeline.enrich.joints import joints
from muster.pipeline.enrich.keys import KeyKind, identity_keys, mark_crowded
from muster.pipeline.enrich.order import ImportFacts, Snapshots
from muster.pipeline.enrich.rulings import Rulings
from support.claims import CATEGORY, observed, stored_decision, typed_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.reference_words import Decision, Import


@dataclass(frozen=True)
class Keyed:
    """All keys of some imports, CLAIM_KEYS_SCHEMA, with what identity needs besides."""

    keys: pl.DataFrame
    snapshots: Snapshots
    rulings: Rulings

    @classmethod
    def of(cls, imports: Sequence[Import], decisions: Sequence[Decision] = ()) -> Keyed:
        ids = sorted(uuid7() for _ in imports)
        index = ImportIndex(tuple(ids))
        facts, keys = [], []
        for number, item in zip(ids, imports, strict=True):
            source = sources()[item.source]
            when = observed(item)
            facts.append(
                ImportFacts(number, source, categories()[CATEGORY], item.feed, when, item.sha256, item.partial)
            )
            rows = typed_rows(item)
            ordinal = ordinals(ClaimRole.SELF, 0, rows["row_number"]).alias("ordinal")
            found = mark_crowded(identity_keys(rows.with_columns(ordinal), item.feed))
            base = index.base(number)
            keys.append(found.select(claim=pl.col("ordinal") + base, kind="kind", hash="hash", check="check"))
        rulings = Rulings.of([stored_decision(decision, number) for number, decision in enumerate(decisions)])
        return cls(pl.concat(keys), Snapshots.of(facts), rulings)

    def assets(self) -> list[pl.Series]:
        """The claims of each asset that has several."""
        membership = resolve(self.keys, self.snapshots, self.rulings)
        several = membership.filter(pl.len().over("asset") > 1)
        return [part["claim"] for _, part in several.group_by("asset", maintain_order=True)]

    def joints(self, claims: pl.Series) -> pl.DataFrame:
        return joints(self.keys, self.snapshots, self.rulings, claims)

    def told(self, claims: pl.Series) -> list[str]:
        """The kinds of key that are told to join `claims`."""
        kinds = self.joints(claims)["kind"].unique().sort()
        return [KeyKind(kind).name for kind in kinds]

    def connected(self, claims: pl.Series) -> bool:
        """Whether what is told joins all of `claims`, together with the joins that people decided."""
        told = [set(part) for part in self.joints(claims).group_by("hash", "check").agg("claim")["claim"]]
        records = self.keys.filter(pl.col("kind") == KeyKind.RECORD)
        decided = self.rulings.joins.join(records, on=["hash", "check"]).group_by("number").agg("claim")
        groups = [*told, *(set(part) for part in decided["claim"])]
        reached, grown = {claims[0]}, True
        while grown:
            grown = False
            for group in groups:
                if group & reached and not group <= reached:
                    reached |= group
                    grown = True
        return set(claims) <= reached
