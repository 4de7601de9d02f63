"""One scorer: for each column of a table the fields it may feed, with the chance that it does.

The words of the header give the odds to start from, the values of the column weigh them, and the other columns of the
table weigh them once more (neighbours.py). Of all fields a column may feed, and none, the odds then share the chance.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldType
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping.assignment import Pair, heaviest_matching
from muster.pipeline.mapping.calibration import calibrated
from muster.pipeline.mapping.evidence import Column, fit, tells, weight_of_values
from muster.pipeline.mapping.match import Match, log_odds
from muster.pipeline.mapping.neighbours import weigh_by_neighbours
from muster.pipeline.mapping.spellings import header_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.domain.tables import TableInfo

LEAST = 0.6
"""A pairing below this chance, as computed and before it is calibrated, is none: a wrong one is worse than none."""

_FITS = 0.8
_MOST_CHANCE = 0.998
_MOST_ODDS = 30.0
_BY_VALUES = 0.62
_FEW_VALUES = 3
_OWN_NAME = 0.9
_MOST_AGAINST = -2.6
"""What cells that do not fit may weigh against a field's own name while others do: they are errors to be shown."""
_NO_VALUES = -0.35
_WIDE = 500
_ROWS_OF_WIDE = 10
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)

_NAMES = frozenset({"asset_name", "hostname", "fqdn"})
_VALUES_ALONE = ("mac_address", "ip_address", "fqdn", "operating_system", "environment")
_OTHER_ADDRESSES = frozenset({
    "dns", "gateway", "ntp", "proxy", "syslog", "ilo", "idrac", "ipmi", "bmc", "nat", "vip", "virtual",
    "source", "target", "destination", "router", "default", "collector", "vcenter", "server", "broadcast",
    "network", "subnet", "netmask", "mask", "hypervisor", "host", "parent", "remote", "client", "last", "user",
    "relay", "dhcp", "wins", "storage", "local", "peer", "next", "hop", "previous", "old", "new", "url", "uri", "link",
    "email", "mail", "domain", "version", "file", "path", "recommended", "supported", "minimum", "maximum",
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
    shared = _shared_path(table.columns)
    return tuple(
        Column.of(position, name, sample, name.removeprefix(shared)) for position, name in enumerate(table.columns)
    )


def _shared_path(names: Sequence[str]) -> str:
    """The path that most of the columns begin with, as those of a flattened document: it stands for the row itself."""
    counts = Counter(name[: cut + 1] for name in names if (cut := name.rfind(".")) > 0 and name[cut + 1 :].strip())
    if not counts:
        return ""
    path, columns = counts.most_common(1)[0]
    return path if columns >= _FEW_VALUES and columns * 3 >= len(names) else ""


def candidates(columns: Sequence[Column], fields: Iterable[str]) -> list[Candidate]:
    """Every pairing of a column with one of `fields` that is likely: by header, by values where no header speaks."""
    allowed = frozenset(fields)
    named = [match for column in columns for match in _by_header(column) if match.field in allowed]
    matches = weigh_by_neighbours(named, columns)
    spoken_for = {match.column.position for match in matches if match.log_odds > 0}
    fed = {match.field for match in matches if match.log_odds > 0}
    matches += [
        match
        for column in columns
        if column.position not in spoken_for
        for match in _by_values(column)
        if match.field in allowed and match.field not in fed
    ]
    by_column: dict[int, list[Match]] = {}
    for match in matches:
        by_column.setdefault(match.column.position, []).append(match)
    return [candidate for mine in by_column.values() for candidate in _shared(mine)]


def assign(found: Iterable[Candidate]) -> dict[int, Candidate]:
    """One field per column and one column per scalar field, the likeliest of all ways; list fields take several."""
    every = list(found)
    several = {
        candidate.column.position: candidate
        for candidate in sorted(every, key=lambda item: (item.confidence, item.field))
        if _takes_several(candidate)
    }
    single = {(item.column.position, item.field): item for item in every if not _takes_several(item)}
    weights: dict[Pair, float] = {
        pair: _weight(item) - (_weight(several[pair[0]]) if pair[0] in several else 0.0)
        for pair, item in single.items()
    }
    chosen = several | {position: single[position, field] for position, field in heaviest_matching(weights)}
    return dict(sorted(chosen.items()))


def _weight(candidate: Candidate) -> float:
    """Above LEAST a pairing is better than none; of two equally good columns the first in the file is taken."""
    return log_odds(min(candidate.confidence, _MOST_CHANCE)) - log_odds(LEAST) + 0.02 - 1e-6 * candidate.column.position


def _takes_several(candidate: Candidate) -> bool:
    return FIELDS[candidate.field].is_list and candidate.method is MatchMethod.HEADER


def _shared(matches: list[Match]) -> list[Candidate]:
    """The fields of one column by their odds and those of none; without those that are less likely than not."""
    odds = {match.field: math.exp(min(match.log_odds, _MOST_ODDS)) for match in matches}
    every = 1 + sum(odds.values())
    shares = {name: min(own / every, _MOST_CHANCE) for name, own in odds.items()}
    return [
        Candidate(match.column, match.field, round(calibrated(shares[match.field]), 3), match.method, match.evidence)
        for match in matches
        if shares[match.field] >= LEAST
    ]


def _by_header(column: Column) -> list[Match]:
    found = []
    for named in header_matches(column.header):
        field = FIELDS[named.field]
        weight, said = _weigh(named.score, column, field)
        odds = log_odds(named.score)
        match = Match(column, named.field, named.score, odds, MatchMethod.HEADER, named.evidence)
        found.append(match.weighed(weight, said))
    return found


def _weigh(score: float, column: Column, field: Field) -> tuple[float, str]:
    share = fit(column, field)
    if share is None:
        return _NO_VALUES, "there are no values to confirm it"
    weight = weight_of_values(column, field, share)
    if score >= _OWN_NAME and share > 0:
        weight = max(weight, _MOST_AGAINST)
    if field.type is FieldType.TEXT and not tells(field):
        return weight, "" if share >= _FITS else "its values are of another kind"
    percent = f"{share:.0%} of its sampled values are {_kind(field)}"
    return weight, percent if share >= _FITS else f"only {percent}"


def _by_values(column: Column) -> list[Match]:
    if len(column.values) < _FEW_VALUES or _is_spoken_for(column) or set(column.header.words) & _OTHER_ADDRESSES:
        return []
    found = []
    for name in _VALUES_ALONE:
        field = FIELDS[name]
        share = 0.0 if name == "fqdn" and not _all_deep(column) else fit(column, field)
        if share is not None and share >= 0.9:  # noqa: PLR2004 - stated in the evidence
            evidence = f"{share:.0%} of its sampled values are {_kind(field)}; the header says nothing"
            found.append(Match(column, name, 0.0, log_odds(_BY_VALUES), MatchMethod.VALUES, evidence))
    return found


def _is_spoken_for(column: Column) -> bool:
    """A header that names a field other than a name is not overruled by what its values look like."""
    return any(match.score >= _OWN_NAME and match.field not in _NAMES for match in header_matches(column.header))


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
    return (
        "names of operating systems"
        if field.name == "operating_system"
        else kinds.get(field.type, f"as in {field.title}")
    )
