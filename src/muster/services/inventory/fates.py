"""What became of the assets that the claims of a change speak of: counted, and the first of each fate named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.plan import PlanAction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from muster.pipeline.enrich.claims import ImportIndex

MOST_NAMED = 10
"""So many assets of each fate are named."""


class Fate(StrEnum):
    """What a change did to an asset. The kept ones say the same as before: pinned, or because others say so."""

    CREATED = "created"
    REMOVED = "removed"
    REVERTED = "reverted"
    KEPT_EDITED = "kept_edited"
    KEPT_OTHER = "kept_other"


@dataclass(frozen=True, slots=True)
class NamedAsset:
    """An asset for people to recognise."""

    asset_id: UUID
    asset_name: str | None


Named = dict[Fate, tuple[NamedAsset, ...]]

_SAME = pl.col("action") == PlanAction.UNCHANGED
_PINNED = pl.col("pinned").is_not_null()
_FATES = {
    Fate.CREATED: pl.col("action") == PlanAction.CREATE,
    Fate.REVERTED: pl.col("action") == PlanAction.UPDATE,
    Fate.KEPT_EDITED: _SAME & _PINNED,
    Fate.KEPT_OTHER: _SAME & ~_PINNED,
}


def count_fates(planned: pl.DataFrame) -> Mapping[Fate, int]:
    """How many assets of `planned` (plan.Plan.folded) met each fate; those that ended are no part of it."""
    counts = planned.select(met.sum().alias(fate) for fate, met in _FATES.items()).row(0, named=True)
    return {fate: counts[fate] for fate in _FATES}


def name_fates(named: Named, planned: pl.DataFrame, index: ImportIndex) -> Named:
    """`named`, with assets of `planned` where fewer than MOST_NAMED of a fate are named."""
    told = dict(named)
    for fate, met in _FATES.items():
        wanted = MOST_NAMED - len(told.get(fate, ()))
        found = planned.filter(met).select("asset", "asset_name").head(wanted) if wanted else planned.clear()
        if found.height:
            shown = (NamedAsset(index.birth_id(asset), name) for asset, name in found.iter_rows())
            told[fate] = (*told.get(fate, ()), *shown)
    return told
