"""Which product and release a cell names: exact where its words are, all that fit where they leave it open.

The name decides first, what stands in a column of versions narrows it. Nothing is guessed: `Ubuntu Linux (64-bit)` is
Ubuntu of no known release, `SUSE Linux Enterprise 15` is any of 15.0 to 15.7, and `CentOS 4/5/6/7` is one of those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from muster.catalog.reference.end_of_life import Release, releases
from muster.catalog.reference.products import PRODUCTS, Product, ProductKind
from muster.pipeline.lifecycle.windows_editions import windows_releases
from muster.pipeline.lifecycle.words import normal

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION = re.compile(
    r"(?<![\w.])(?:v|version |release )?(\d+h\d-ac|\d+h?\d*-sac|\d+(?:\.\d+|\.x)*(?:-r2)?(?:\.sp\d[a-z]?)?)(?![\w])"
)
_OR_LATER = re.compile(r"\b(?:or|and) (?:later|newer|higher|above|up)\b|\d ?\+")
_OR_EARLIER = re.compile(r"\b(?:or|and) (?:earlier|older|lower|below)\b")
_BEFORE = re.compile(r"\bpre-?(?=\d)")
_SEVERAL = re.compile(r"\d[\d.]*(?:/\d[\d.]*)+")
_WINDOWS = "windows"
_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Named:
    """What a cell names. No `product`: none that is listed. `releases` are all that fit, newest first.

    `is_numbered` says that the cell tells a release: with no `releases`, it is one that is not listed.
    """

    product: Product | None
    releases: tuple[Release, ...] = ()
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What the numbers of one text say: the releases that fit, and whether there is a number at all."""

    releases: tuple[Release, ...]
    found: bool


@lru_cache(maxsize=_KEPT)
def match_product(name: str, version: str | None, kind: ProductKind | None) -> Named:
    """Return what `name`, with the text of a column of versions beside it, names.

    `kind`: what the field holds (its products are then known by shorter names too); None: a product of any kind.
    """
    said, beside = normal(name), normal(version or "")
    product = _product(said, kind)
    if beside and (product is None or product.id == _WINDOWS):
        # a source of two columns often has the family in the first: `windows`, `windows server 2016`
        whole = _product(beside, kind)
        if whole is not None and whole is not product:
            return _named(whole, _numbers(whole, beside))
    if product is None:
        return Named(None)
    if product.id == _WINDOWS:
        found = windows_releases(said, beside)
        return _named(product, _Numbers(found or (), found is not None))
    by_name = _numbers(product, said)
    by_version = _numbers(product, beside) if beside else _Numbers((), found=False)
    return _named(product, _together(by_name, by_version))


def _named(product: Product, numbers: _Numbers) -> Named:
    return Named(product, numbers.releases, numbers.found)


def _together(by_name: _Numbers, by_version: _Numbers) -> _Numbers:
    """What both columns allow; where they contradict each other, what either says."""
    if not by_name.releases or not by_version.releases:
        return by_name if by_name.releases or not by_version.found else by_version
    both = tuple(release for release in by_name.releases if release in by_version.releases)
    return _Numbers(both or (*by_name.releases, *by_version.releases), found=True)


@lru_cache(maxsize=_KEPT)
def _product(text: str, kind: ProductKind | None) -> Product | None:
    for product in PRODUCTS:
        if kind is not None and product.kind is not kind:
            continue
        pattern = f"{product.named}|{product.alone}" if kind is not None and product.alone else product.named
        if re.search(pattern, text):
            return product
    return None


@lru_cache(maxsize=_KEPT)
def _numbers(product: Product, text: str) -> _Numbers:
    rest = text
    for pattern, number in product.rewrites:
        rest = re.sub(pattern, number, rest)
    rest = re.sub(product.named, " ", rest)
    if product.not_versions:
        rest = re.sub(product.not_versions, " ", rest)
    written = _VERSION.findall(rest)
    if not written:
        return _Numbers((), found=False)
    listed = _listed(product)
    if _SEVERAL.search(rest):
        found: Iterable[Release] = (release for one in written for release in _fitting(product, one, listed))
    else:
        found = next((fitting for one in written if (fitting := _fitting(product, one, listed))), ())
    fitting = tuple(dict.fromkeys(found))
    if _OR_LATER.search(text):
        fitting = _from_on(product, fitting, listed)
    elif _OR_EARLIER.search(text):
        fitting = (*fitting, *_before(product, fitting, listed))
    elif _BEFORE.search(text):
        fitting = _before(product, fitting, listed)
    return _Numbers(fitting, found=True)


def _listed(product: Product) -> tuple[Release, ...]:
    return tuple(release for line in product.reference for release in releases()[line])


def _fitting(product: Product, written: str, listed: tuple[Release, ...]) -> tuple[Release, ...]:
    """The release that is written, and all below it (7.2 of AIX 7.2.0 to 7.2.5); else the nearest above it."""
    wanted = _parts(product, written.removesuffix(".x"))
    below = tuple(item for item in listed if _parts(product, item.release)[: len(wanted)] == wanted)
    if below:
        return below
    above = [item for item in listed if (own := _parts(product, item.release)) == wanted[: len(own)]]
    longest = max((len(_parts(product, item.release)) for item in above), default=0)
    return tuple(item for item in above if len(_parts(product, item.release)) == longest)


@lru_cache(maxsize=_KEPT)
def _parts(product: Product, release: str) -> tuple[str, ...]:
    return tuple(_plain(part) for part in re.split(product.parts, release))


def _plain(part: str) -> str:
    return str(int(part)) if part.isdigit() else part


def _from_on(product: Product, fitting: tuple[Release, ...], listed: tuple[Release, ...]) -> tuple[Release, ...]:
    least = min((_rank(product, item) for item in fitting), default=None)
    return () if least is None else tuple(item for item in listed if _rank(product, item) >= least)


def _before(product: Product, fitting: tuple[Release, ...], listed: tuple[Release, ...]) -> tuple[Release, ...]:
    least = min((_rank(product, item) for item in fitting), default=())
    return tuple(item for item in listed if _rank(product, item) < least)


def _rank(product: Product, release: Release) -> tuple[int, ...]:
    return tuple(int(match) for part in _parts(product, release.release) for match in re.findall(r"\d+", part))
