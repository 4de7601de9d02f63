"""Until when what a cell names is supported; certain only where every release that fits says the same."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.catalog.reference.end_of_life import LONG_AGO

if TYPE_CHECKING:
    from muster.catalog.reference.end_of_life import Release
    from muster.pipeline.lifecycle.match import Named

SOON = timedelta(days=365)
"""A migration is planned a year ahead: what ends within it is told."""
_NAMED = 4


class SupportState(StrEnum):
    """What can be said on a day. The unknown ones are no good news."""

    SUPPORTED = "supported"
    ENDS_SOON = "ends_soon"
    EXTENDED_ONLY = "extended_only"
    """Regular support is over; extended support is still to be had, mostly for money."""
    ENDED = "ended"
    DEPENDS_ON_RELEASE = "depends_on_release"
    """The product is known, and its release is not told closely enough."""
    RELEASE_UNLISTED = "release_unlisted"
    PRODUCT_UNLISTED = "product_unlisted"


@dataclass(frozen=True, slots=True)
class Support:
    """What is known of the support of one text.

    `title`: product and release, as far as they are certain. `first`, `last`: the earliest and latest end of regular
    support among the releases that fit (end_of_life.LONG_AGO, NOT_YET: no day is known); `extended`: the latest end of
    extended support. All None where nothing is known. `source` is the public page that says so.
    """

    state: SupportState
    title: str = ""
    first: date | None = None
    last: date | None = None
    extended: date | None = None
    source: str = ""


def support_of(named: Named, as_of: date) -> Support:
    """Return what is known on the day `as_of` of the support of what a cell names."""
    if named.product is None:
        return Support(SupportState.PRODUCT_UNLISTED)
    if not named.releases:
        state = SupportState.RELEASE_UNLISTED if named.is_numbered else SupportState.DEPENDS_ON_RELEASE
        return Support(state, named.product.title)
    ends = [release.end_of_support for release in named.releases]
    extended = [day for release in named.releases if (day := release.end_of_extended_support) is not None]
    latest = max(named.releases, key=lambda release: release.end_of_support)
    return Support(
        _state(min(ends), max(ends), max(extended, default=LONG_AGO), as_of),
        _title(named.product.title, named.releases),
        min(ends),
        max(ends),
        max(extended, default=None),
        latest.source,
    )


def _state(first: date, last: date, extended: date, as_of: date) -> SupportState:
    soon = as_of + SOON
    if last < as_of:
        return SupportState.EXTENDED_ONLY if extended >= as_of else SupportState.ENDED
    if first > soon:
        return SupportState.SUPPORTED
    return SupportState.ENDS_SOON if first >= as_of and last <= soon else SupportState.DEPENDS_ON_RELEASE


def _title(product: str, releases: tuple[Release, ...]) -> str:
    """`CentOS 7`, `CentOS 5, 6 or 7`, or what all names begin with where more releases fit than one wants to read."""
    own = product.rsplit(" ", 1)[-1].lower()
    names = list(dict.fromkeys(_without(own, release.name) for release in releases))
    if len(names) == 1:
        return f"{product} {names[0]}"
    if len(names) > _NAMED:
        return f"{product} {_common(names)}".rstrip()
    return f"{product} {', '.join(names[:-1])} or {names[-1]}"


def _without(own: str, name: str) -> str:
    """The name of a release without the last word of its product, where it repeats that."""
    _, found, rest = name.lower().partition(f"{own} ")
    return name[-len(rest) :] if found and rest else name


def _common(names: list[str]) -> str:
    """The whole words and numbers that all names begin with: `2012` of `2012 SP3` and `2012 SP4`."""
    parted = [re.findall(r"\w+|\W", name) for name in names]
    same = itertools.takewhile(lambda parts: len(set(parts)) == 1, zip(*parted, strict=False))
    return "".join(parts[0] for parts in same).strip(" .-(")
