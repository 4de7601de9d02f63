"""What imports mean to a fold: whom to believe on which field, and which snapshot of a feed is the newest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from muster.catalog.fields import FIELDS
from muster.catalog.policies import POLICIES, TIE_ORDER, TieKey, claim_rank
from muster.domain.custom_fields import PREFIX
from muster.pipeline.enrich.fields import OWN_FIELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from numpy.typing import NDArray

    from muster.catalog.model import Category, FieldGroup, MergePolicy, Source


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What the fold needs to know of one import; `observed_at` aware of its zone.

    A `partial` import brings some records of its feed anew (corrected rows) and says nothing of the others.
    """

    import_id: UUID
    source: Source
    category: Category
    feed: str
    observed_at: datetime
    sha256: str
    partial: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Imports as snapshots of their feeds, by import index.

    `newest_first`: larger is newer (observation time, then file sha256; equal for two imports of one file at one
    time). `feed`: one number for each feed. `overtaken`: a newer whole snapshot of the feed is there, so that a record
    that only this import lists is missing from the feed.
    """

    newest_first: NDArray[np.int64]
    feed: NDArray[np.int64]
    feed_names: tuple[str, ...]
    source_systems: tuple[str, ...]
    overtaken: NDArray[np.bool_]

    @classmethod
    def of(cls, imports: Sequence[ImportFacts]) -> Snapshots:
        """The snapshots among `imports`, which stand in the order of the ImportIndex."""
        ages = sorted({(item.observed_at, item.sha256) for item in imports})
        age = {key: place for place, key in enumerate(ages)}
        newest = [age[item.observed_at, item.sha256] for item in imports]
        feeds = {name: number for number, name in enumerate(sorted({item.feed for item in imports}))}
        latest: dict[str, int] = {}
        for item, place in zip(imports, newest, strict=True):
            if item.active and not item.partial:
                latest[item.feed] = max(latest.get(item.feed, place), place)
        return cls(
            newest_first=np.array(newest, dtype=np.int64),
            feed=np.array([feeds[item.feed] for item in imports], dtype=np.int64),
            feed_names=tuple(item.feed for item in imports),
            source_systems=tuple(item.source.id for item in imports),
            overtaken=np.array(
                [place < latest.get(item.feed, place) for item, place in zip(imports, newest, strict=True)],
                dtype=np.bool_,
            ),
        )


RankOverrides = Mapping[tuple[str, str], int]
"""Ranks that an engagement set itself: (source id, field group) -> rank, in place of the source's own."""


@dataclass(frozen=True, slots=True)
class BeliefOrder:
    """For each field the place of each import: the claim of the import with the smallest place is believed.

    Within one import the earlier table and row wins, so a claim number breaks every tie that is left. `places` is by
    the names of the catalog; custom fields are all believed alike and stand under OWN_FIELD's.
    """

    places: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, imports: Sequence[ImportFacts], ranks: RankOverrides | None = None) -> BeliefOrder:
        """The order among `imports`, which stand in the order of the ImportIndex."""
        by_rule: dict[tuple[MergePolicy, FieldGroup], NDArray[np.int64]] = {}
        places = {}
        rules = {name: (policy.policy, FIELDS[name].group) for name, policy in POLICIES.items()}
        for name, rule in {**rules, OWN_FIELD.name: (OWN_FIELD.merge, OWN_FIELD.group)}.items():
            if rule not in by_rule:
                by_rule[rule] = _places(imports, *rule, ranks or {})
            places[name] = by_rule[rule]
        return cls(places=places)

    def of_field(self, name: str) -> NDArray[np.int64]:
        """The places of imports for one field, of the catalog or custom."""
        return self.places[OWN_FIELD.name if name.startswith(PREFIX) else name]


def _places(
    imports: Sequence[ImportFacts], policy: MergePolicy, group: FieldGroup, ranks: RankOverrides
) -> NDArray[np.int64]:
    def key(item: ImportFacts) -> tuple[float | str, ...]:
        parts: list[float | str] = []
        for tie in TIE_ORDER[policy]:
            match tie:
                case TieKey.RANK:
                    parts.append(-claim_rank(item.source, item.category, group, ranks))
                case TieKey.OBSERVED_AT:
                    parts.append(-item.observed_at.timestamp())
                case TieKey.FILE_SHA256:
                    parts.append(item.sha256)
                case TieKey.TABLE | TieKey.ROW:
                    pass  # within one file: the claim number decides
        return tuple(parts)

    keys = [key(item) for item in imports]
    place = {value: number for number, value in enumerate(sorted(set(keys)))}
    return np.array([place[value] for value in keys], dtype=np.int64)
