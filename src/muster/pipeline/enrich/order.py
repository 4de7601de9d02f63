"""The order in which claims are believed: from the policy table to one number per import and field group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from muster.catalog.fields import FIELDS
from muster.catalog.policies import POLICIES, TIE_ORDER, TieKey, claim_rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from numpy.typing import NDArray

    from muster.catalog.model import Category, FieldGroup, MergePolicy, Source


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What the fold needs to know of one import; `observed_at` aware of its zone."""

    import_id: UUID
    source: Source
    category: Category
    feed: str
    observed_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class BeliefOrder:
    """For each field the place of each import: the claim of the import with the smallest place is believed.

    Within one import the earlier table and row wins, so a claim number breaks every tie that is left.
    """

    places: Mapping[str, NDArray[np.int64]]
    newest_first: NDArray[np.int64]
    """Larger is newer: observation time, then file sha256; equal for two imports of one file at one time."""

    @classmethod
    def of(cls, imports: Sequence[ImportFacts]) -> BeliefOrder:
        """The order among `imports`, which stand in the order of the ImportIndex."""
        by_rule: dict[tuple[MergePolicy, FieldGroup], NDArray[np.int64]] = {}
        places = {}
        for name, policy in POLICIES.items():
            rule = (policy.policy, FIELDS[name].group)
            if rule not in by_rule:
                by_rule[rule] = _places(imports, *rule)
            places[name] = by_rule[rule]
        ages = sorted({(item.observed_at, item.sha256) for item in imports})
        age = {key: place for place, key in enumerate(ages)}
        newest = np.array([age[item.observed_at, item.sha256] for item in imports], dtype=np.int64)
        return cls(places=places, newest_first=newest)


def _places(imports: Sequence[ImportFacts], policy: MergePolicy, group: FieldGroup) -> NDArray[np.int64]:
    def key(item: ImportFacts) -> tuple[float | str, ...]:
        parts: list[float | str] = []
        for tie in TIE_ORDER[policy]:
            match tie:
                case TieKey.RANK:
                    parts.append(-claim_rank(item.source, item.category, group))
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
