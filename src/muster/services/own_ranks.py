"""What an engagement can say of ranks: which source, which group of fields, how far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.model import FieldGroup
from muster.catalog.registry import sources
from muster.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OwnRanks = dict[str, dict[str, int]]
"""Source id -> field group -> rank: what an engagement set itself."""

HIGHEST_RANK = 1_000


def checked_ranks(ranks: Mapping[str, Mapping[str, int]]) -> OwnRanks:
    """`ranks` when each names a source, a group and a rank that there can be. Raises InvalidRequestError."""
    for source, groups in ranks.items():
        if source not in sources():
            raise _unknown("source", source, sources())
        for group, rank in groups.items():
            if group not in set(FieldGroup):
                raise _unknown("group of fields", group, [str(known) for known in FieldGroup])
            if isinstance(rank, bool) or not isinstance(rank, int) or not 0 <= rank <= HIGHEST_RANK:
                raise InvalidRequestError(
                    f"The rank of {source} on {group} is to be a whole number from 0 to {HIGHEST_RANK:,}.",
                    field=f"ranks.{source}.{group}",
                )
    return {source: dict(groups) for source, groups in ranks.items() if groups}


def _unknown(what: str, name: str, known: Iterable[str]) -> InvalidRequestError:
    return InvalidRequestError(f"There is no {what} {name!r}; there are: {', '.join(sorted(known))}.", field="ranks")
