"""Header and values together: for each column of a table the fields it may feed, with an honest confidence.

Confidence is the chance that the proposal is right, as measured on labelled headers (tests/samples): a known header
whose values fit is right in more than 95 of 100 cases; one whose values do not fit is nearly always another field's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldType
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping.evidence import Column, fit, tells
from muster.pipeline.mapping.header import Header, parse_header
from muster.pipeline.mapping.spellings import header_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.domain.tables import TableInfo

LEAST = 0.5
"""A proposal below this is none."""

_FITS = 0.8
_BY_VALUES = 0.6
_FEW_VALUES = 3
_HALF = 0.5
_MOST_FIT = (0.6, 0.4)
_FEW_FIT = (0.25, 0.75)
"""Constant and slope of what is left of the header's score when more, or fewer, than half of the values fit."""
_OWN_NAME = 0.9
_ENOUGH_VALUES = 5
_BAD_CELLS = 0.6
"""A column that bears the field's own name and holds bad cells is that field with errors, which the user must see."""
_NO_VALUES = 0.95
_WIDE = 500
_ROWS_OF_WIDE = 10
_LARGEST_COUNT_OF_DISKS = 64.0

_VALUES_ALONE = ("mac_address", "ip_address", "fqdn", "operating_system", "environment")
_OTHER_ADDRESSES = frozenset({
    "dns", "gateway", "ntp", "proxy", "syslog", "ilo", "idrac", "ipmi", "bmc", "nat", "vip", "virtual",
    "source", "target", "destination", "router", "default", "collector", "vcenter", "server", "broadcast",
    "network", "subnet", "netmask", "mask", "hypervisor", "host", "parent", "remote", "client", "last", "user",
    "relay", "dhcp", "wins", "storage",
})  # fmt: skip
"""Words of headers whose addresses and names belong to something else than the thing in the row."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One column that may feed one field."""

    column: Column
    field: str
    confidence: float
    method: MatchMethod
    evidence: str


def columns_of(table: TableInfo) -> tuple[Column, ...]:
    """The sampled columns of `table` in file order; of a very wide table fewer rows are looked at."""
    sample = table.sample if len(table.columns) <= _WIDE else table.sample[:_ROWS_OF_WIDE]
    return tuple(Column.of(position, name, sample) for position, name in enumerate(table.columns))


def candidates(columns: Sequence[Column], fields: Iterable[str]) -> list[Candidate]:
    """Every pairing of a column with one of `fields` at or above LEAST: by header, by values where no header speaks."""
    allowed = frozenset(fields)
    found: list[Candidate] = []
    for column in columns:
        by_header = [candidate for candidate in _by_header(column) if candidate.field in allowed]
        found += by_header or [candidate for candidate in _by_values(column) if candidate.field in allowed]
    return [candidate for candidate in found if candidate.confidence >= LEAST]


def assign(found: Iterable[Candidate]) -> dict[int, Candidate]:
    """One field per column and one column per scalar field, the surest pairing first; list fields take several."""
    taken: set[str] = set()
    chosen: dict[int, Candidate] = {}
    for candidate in sorted(found, key=lambda item: (-item.confidence, item.column.position, item.field)):
        if candidate.column.position in chosen or candidate.field in taken:
            continue
        chosen[candidate.column.position] = candidate
        if not _takes_several(candidate):
            taken.add(candidate.field)
    return chosen


def _takes_several(candidate: Candidate) -> bool:
    return FIELDS[candidate.field].is_list and candidate.method is MatchMethod.HEADER


def _by_header(column: Column) -> list[Candidate]:
    header = parse_header(column.name)
    found = []
    for match in header_matches(header):
        field = FIELDS[match.field]
        confidence, said = _weigh(match.score, column, field, header)
        if confidence >= LEAST:
            evidence = f"{match.evidence}; {said}" if said else match.evidence
            found.append(Candidate(column, match.field, round(confidence, 3), MatchMethod.HEADER, evidence))
    return found


def _weigh(score: float, column: Column, field: Field, header: Header) -> tuple[float, str]:
    share = fit(column, field)
    if share is None:
        return score * _NO_VALUES, "there are no values to confirm it"
    if field.name in {"disk_count", "storage_gb"} and header.unit is None and header.words == ("disk",):
        return _disks(score, column, field)
    if field.type is FieldType.TEXT and field.name != "operating_system":
        return (score, "") if share >= _FITS else (score * (0.3 + 0.7 * share), "its values are of another kind")
    percent = f"{share:.0%} of its sampled values are {_kind(field)}"
    if share >= _FITS:
        gain = 0.4 if tells(field) else 0.1
        return score + (0.99 - score) * gain, percent
    if field.open_vocabulary or field.name == "operating_system":
        return score * (0.75 + 0.25 * share), percent
    factor = _MOST_FIT[0] + _MOST_FIT[1] * share if share >= _HALF else _FEW_FIT[0] + _FEW_FIT[1] * share
    if score >= _OWN_NAME and (share > 0 or len(column.values) < _ENOUGH_VALUES):
        factor = max(factor, _BAD_CELLS)
    return score * factor, f"only {percent}"


def _disks(score: float, column: Column, field: Field) -> tuple[float, str]:
    """`Disks` with small numbers counts them, with large ones it is their size."""
    numbers = [float(value) for value in column.values if value.replace(".", "", 1).isdigit()]
    counts = (
        bool(numbers) and max(numbers) <= _LARGEST_COUNT_OF_DISKS and all(number.is_integer() for number in numbers)
    )
    fits = counts == (field.name == "disk_count")
    return (score * 0.9, "by the size of its numbers") if fits else (score * 0.4, "by the size of its numbers")


def _by_values(column: Column) -> list[Candidate]:
    if len(column.values) < _FEW_VALUES or set(parse_header(column.name).words) & _OTHER_ADDRESSES:
        return []
    found = []
    for name in _VALUES_ALONE:
        field = FIELDS[name]
        share = 0.0 if name == "fqdn" and not _all_deep(column) else fit(column, field)
        if share is not None and share >= 0.9:  # noqa: PLR2004 - stated in the evidence
            evidence = f"{share:.0%} of its sampled values are {_kind(field)}; the header says nothing"
            found.append(Candidate(column, name, _BY_VALUES, MatchMethod.VALUES, evidence))
    return found


def _all_deep(column: Column) -> bool:
    """`m5.large` and `notes.pdf` have the shape of a full name too; `web01.example.com` has three parts."""
    return all(value.count(".") > 1 for value in column.values)


def _kind(field: Field) -> str:
    kinds = {
        FieldType.IP: "IP addresses",
        FieldType.MAC: "MAC addresses",
        FieldType.UUID: "UUIDs",
        FieldType.FQDN: "full names with a domain",
        FieldType.HOSTNAME: "host names",
        FieldType.INTEGER: "numbers",
        FieldType.NUMBER: "numbers",
        FieldType.DATE: "dates",
        FieldType.DATETIME: "dates",
        FieldType.WORD: f"known words for {field.title.lower()}",
    }
    return "names of operating systems" if field.name == "operating_system" else kinds.get(field.type, "text")
