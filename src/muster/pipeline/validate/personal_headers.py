"""Which kind of personal data a column holds by its header, its neighbours and the look of its values.

`customer e-mail` names a kind wherever it stands. `name` or `address` does so only beside other columns of personal
data, since inventories are full of names of hosts and addresses of networks. What the header says is believed only as
far as the values look like it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from muster.catalog.reference.sensitive_data import data_kinds, header_kinds, header_kinds_beside
from muster.kit.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from muster.catalog.reference.sensitive_data import Word


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDINGS = _words_of(
    "number no nr num id value text field column hash encrypted masked plain raw primary secondary private home work "
    "1 2 3 code full"
)
"""Words that may follow the name of a kind without changing it."""

_OF_THINGS = _words_of(
    "host server machine computer node vm device printer network net ip mac nat dns gateway subnet switch "
    "router port product item part model article software hardware application app system service database db "
    "table column schema account display pool set file folder path object bucket dataset asset resource "
    "cluster project environment company organization organisation vendor supplier manufacturer provider site "
    "domain url web store branch office building memory bus sender smtp alert notification support role group "
    "team queue template class type event process job task"
)
"""Words before it that make it the name, address or number of a thing."""

_OF_PEOPLE = _words_of(
    "customer client consumer subscriber patient employee staff person personal people member student pupil applicant "
    "candidate guest passenger cardholder beneficiary insured tenant driver user kunde kunden mitarbeiter patienten "
    "personen cliente paciente empleado salarie"
)
"""Words before it that make it the name, address or number of a person."""

_NEIGHBOURS = 2
"""So many columns of personal data make a table one about people."""

_YES_NO = ("yes", "no", "true", "false", "y", "n", "0", "1", "ja", "nein", "oui", "non", "si", "sí", "sim", "não")
_IP = r"^(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?$|^[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]+$"
_ADDRESS_OF_THING = rf"{_IP}|^[a-z]+://|^(?:[0-9A-Fa-f]{{2}}[:-]){{5}}[0-9A-Fa-f]{{2}}$|^[\w-]+(?:\.[\w-]+)+$|@"
_LOOKS: dict[str, str] = {
    "email_address": r"@",
    "phone_number": r"^\+?[\d\s()./x-]*\d[\d\s()./x-]{4,}$",
    "person_name": r"^\p{L}[\p{L}\p{M}\p{Pf}'`. ,-]{0,60}$",
    "birth_date": (
        r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|^(?:19|20)\d{6}$|^(?:19|20)\d{2}$|"
        r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    ),
    "national_id": r"\d.*\d.*\d.*\d",
    "tax_id": r"\d.*\d.*\d.*\d",
    "passport": r"\d.*\d.*\d",
    "driving_licence": r"\d.*\d.*\d",
    "bank_account": r"\d.*\d.*\d|^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$",
    "salary": r"\d",
    "location_data": r"\d",
}
"""What most values of a kind look like; a kind that is not here can look like anything."""

_MOST = 0.6


def kinds_by_header(headers: Mapping[int, str]) -> dict[int, str]:
    """Return the kind of personal data that each header names, by position; those that name none are left out."""
    found = {place: kind for place, header in headers.items() if (kind := _kind_alone(header))}
    if len(found) >= _NEIGHBOURS:
        for place, header in headers.items():
            if place not in found and (kind := _kind_of(header, _by_words_beside())):
                found[place] = kind
    return dict(sorted(found.items()))


def looking_like(kind: str, values: pl.Series) -> float:
    """Return the share of distinct `values` that look like the kind; 1.0 where it can look like anything."""
    texts = values.str.strip_chars().drop_nulls()
    if texts.is_empty() or texts.str.to_lowercase().is_in(_YES_NO).all():
        return 0.0
    if kind == "postal_address":
        return float((~texts.str.contains(_ADDRESS_OF_THING)).sum()) / texts.len()
    if (pattern := _LOOKS.get(kind)) is None:
        return 1.0
    return float(texts.str.contains(pattern).sum()) / texts.len()


def is_believed(share: float) -> bool:
    """Whether the values let a header stand."""
    return share >= _MOST


def _kind_alone(header: str) -> str | None:
    """The kind that a header names without looking at its neighbours."""
    if (kind := _kind_of(header, _by_words())) is not None:
        return kind
    return _kind_of(header, _by_words_beside()) if _OF_PEOPLE.intersection(words(header)[:-1]) else None


def _kind_of(header: str, known: Mapping[tuple[str, ...], str]) -> str | None:
    """The kind whose words the header ends with, endings such as `number` aside, unless it is one of a thing."""
    spelled = tuple(part for word in words(header) for part in fold(word).split())
    parts = list(spelled)
    while parts:
        for start in range(len(parts)):
            kind = known.get(tuple(parts[start:]))
            if kind is not None:
                return None if _OF_THINGS.intersection(parts[:start]) else kind
        if len(parts) > 1 and parts[-1] in _ENDINGS:
            parts.pop()
        else:
            return None
    return None


@cache
def _by_words() -> dict[tuple[str, ...], str]:
    return _known(header_kinds())


@cache
def _by_words_beside() -> dict[tuple[str, ...], str]:
    return _known(header_kinds_beside())


def _known(entries: Iterable[Word]) -> dict[tuple[str, ...], str]:
    """The words of personal kinds, also written as one word (`emailaddress`)."""
    personal = data_kinds()
    known: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if personal[entry.meaning].is_personal or entry.meaning == "credentials":
            parts = tuple(fold(entry.words).split())
            known.setdefault(parts, entry.meaning)
            known.setdefault(("".join(parts),), entry.meaning)
    return known
