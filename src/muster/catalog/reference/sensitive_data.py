"""What is known of sensitive data: kinds, labels, regulations, places, encryption, access, identity numbers.

Each fact is one row of a CSV file beside this module, with the public source it is taken from (a law, a standard, a
vendor's page). Words stand there in lower case without accents; a cell is brought to the same form before it is
compared.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class DataKind:
    """One kind of data: the mildest classification that it allows, and whether it is data about people."""

    id: str
    title: str
    classification: str
    is_personal: bool
    source: str


@dataclass(frozen=True, slots=True)
class Regulation:
    """One regulation that data may fall under.

    It is implied where data of a kind in `covers` (`personal`: any kind about people) is kept in one of `areas`
    (empty: anywhere); without `covers` it is known and never implied. Stating one of `accepts` will do as well.
    """

    id: str
    title: str
    covers: tuple[str, ...]
    areas: tuple[str, ...]
    accepts: tuple[str, ...]
    words: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class DataPlace:
    """A country, region of countries or region of a cloud: `areas` are those whose law holds there.

    `codes` count only as a whole cell, since they are words as well (`it`, `no`); `words` anywhere in one.
    """

    title: str
    codes: tuple[str, ...]
    areas: tuple[str, ...]
    words: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Word:
    """What some words mean: `meaning` is what a check decides by, `name` what a finding calls it."""

    words: str
    meaning: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """How a country numbers its people: a regular expression, and the module of python-stdnum that checks it.

    `is_distinct` False: other numbers look the same, so that one alone proves nothing. `check` may be empty.
    """

    id: str
    title: str
    pattern: str
    is_distinct: bool
    check: str
    source: str


@cache
def data_kinds() -> Mapping[str, DataKind]:
    """Every kind of data by id."""
    return {
        row["kind"]: DataKind(row["kind"], row["title"], row["classification"], row["personal"] == "yes", row["source"])
        for row in _rows("data_kinds")
    }


@cache
def stated_kinds() -> tuple[Word, ...]:
    """Words with which files state kinds of data; the meaning is the id of the kind."""
    return tuple(_kind_words("stated"))


@cache
def header_kinds() -> tuple[Word, ...]:
    """Words with which headers name kinds of data; the meaning is the id of the kind."""
    return tuple(_kind_words("header"))


@cache
def classification_labels() -> tuple[Word, ...]:
    """Labels of known schemes; the meaning is a word of `data_classification`, or empty for "not decided"."""
    return tuple(
        Word(row["label"], row["classification"], row["scheme"], row["source"])
        for row in _rows("classification_labels")
    )


@cache
def regulations() -> Mapping[str, Regulation]:
    """Every regulation by id."""
    return {
        row["scope"]: Regulation(
            id=row["scope"],
            title=row["title"],
            covers=_several(row["covers"]),
            areas=_several(row["places"]),
            accepts=_several(row["accepts"]),
            words=_several(row["words"]),
            source=row["source"],
        )
        for row in _rows("compliance_scopes")
    }


@cache
def data_places() -> tuple[DataPlace, ...]:
    """Every place where data may be kept."""
    return tuple(
        DataPlace(
            title=row["place"].split(" (", maxsplit=1)[0],
            codes=_several(row["codes"]),
            areas=_several(row["areas"]),
            words=_several(row["words"]),
            source=row["source"],
        )
        for row in _rows("data_places")
    )


@cache
def encryption_words() -> tuple[Word, ...]:
    """Words about encryption; the meaning is `none`, `weak`, `good` or `stated` (encrypted, not said how)."""
    return tuple(_words("encryption_words", "strength"))


@cache
def access_words() -> tuple[Word, ...]:
    """Words about access; the meaning is `public`, `everyone`, `shared`, `privileged` or `limited`."""
    return tuple(_words("access_words", "meaning"))


@cache
def identity_numbers() -> tuple[IdentityNumber, ...]:
    """How countries number their people."""
    return tuple(
        IdentityNumber(row["id"], row["title"], row["pattern"], row["distinct"] == "yes", row["check"], row["source"])
        for row in _rows("national_ids")
    )


@cache
def header_kinds_beside() -> tuple[Word, ...]:
    """Words of headers that name personal data only beside other columns of it (`name`, `address`)."""
    return tuple(_kind_words("beside"))


def _kind_words(use: str) -> Iterator[Word]:
    titles = data_kinds()
    uses = (use,) if use == "beside" else (use, "both")
    for row in _rows("data_kind_words"):
        if row["use"] in uses:
            yield Word(row["words"], row["kind"], titles[row["kind"]].title, row["source"])


def _words(name: str, meaning: str) -> Iterator[Word]:
    for row in _rows(name):
        yield Word(row["words"], row[meaning], row["name"], row["source"])


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files(__package__).joinpath(f"{name}.csv").read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)
