"""The one merge-policy table: for each field its policy and tie order, and the rank of a claim per field group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import MergePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.catalog.model import Category, FieldGroup, Source


class TieKey(StrEnum):
    """What claims are compared by; larger wins for RANK and OBSERVED_AT, smaller for the rest."""

    RANK = "rank"
    OBSERVED_AT = "observed_at"
    FILE_SHA256 = "file_sha256"
    TABLE = "table"
    ROW = "row"


_LAST = (TieKey.FILE_SHA256, TieKey.TABLE, TieKey.ROW)
TIE_ORDER: dict[MergePolicy, tuple[TieKey, ...]] = {
    MergePolicy.RANK: (TieKey.RANK, TieKey.OBSERVED_AT, *_LAST),
    MergePolicy.LATEST: (TieKey.OBSERVED_AT, TieKey.RANK, *_LAST),
    MergePolicy.UNION: (TieKey.RANK, TieKey.OBSERVED_AT, *_LAST),
    MergePolicy.MOST_RESTRICTIVE: (TieKey.RANK, TieKey.OBSERVED_AT, *_LAST),
}
"""Never the upload order. UNION and MOST_RESTRICTIVE need the order only to name the claim shown as the reason."""

POLICY_VERSION = 1
"""Raised when a policy, a tie order or a rank changes: the engagement stores it and folds anew."""


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """How the claims for one field become its value."""

    field: str
    policy: MergePolicy
    ties: tuple[TieKey, ...]


POLICIES: dict[str, FieldPolicy] = {
    name: FieldPolicy(name, field.merge, TIE_ORDER[field.merge]) for name, field in FIELDS.items()
}

_CATEGORY_SPAN = 100


def claim_rank(
    source: Source, category: Category, group: FieldGroup, overrides: Mapping[tuple[str, str], int] | None = None
) -> int:
    """The rank of a claim for fields of `group`: the source's rank, and the category's between equal sources.

    `overrides` (source id, group) -> rank are an engagement's own.
    """
    own = (overrides or {}).get((source.id, str(group)), source.rank.get(group, 0))
    return own * _CATEGORY_SPAN + category.rank.get(group, 0)
