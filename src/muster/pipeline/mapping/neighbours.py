"""What the other columns of a table say about a column: whose host it is, what are the cores, what is part of what.

Each rule looks at the matches of the whole table and gives some of them more or less weight, with the reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muster.pipeline.mapping.evidence import Column
    from muster.pipeline.mapping.match import Match

_LIKELY = 0.5
"""Log-odds from which on a column is taken to feed a field when another is judged by it."""
_SURELY = 2.0
_SURE_NAME = 0.9
_TELLS = 0.5
_NAMES = ("asset_name", "hostname", "fqdn")
_UNIQUE = frozenset({"asset_name", "hostname", "fqdn", "serial_number", "instance_uuid", "source_id", "asset_tag"})
_ENDS = ("source_app", "source_server", "source_ip", "target_app", "target_server", "target_ip")
_PARTS = {"storage_used_gb": "storage_gb", "storage_free_gb": "storage_gb"}
_PARTS_OF_MACHINES = frozenset({
    "disk", "disk name", "disk label", "disk path", "disk file", "partition", "volume", "volume name", "drive",
    "drive letter", "file system", "filesystem", "mount point", "mountpoint", "datastore", "datastore name", "lun",
    "snapshot", "snapshot name", "hba", "nic", "nic label", "nic name", "adapter", "network adapter", "interface",
    "interface name", "platte", "laufwerk", "volumen",
})  # fmt: skip
"""Headers of columns that name a part of a machine, where they hold names and no numbers."""
_OF_THE_WHOLE = frozenset({"storage_gb", "storage_used_gb", "storage_free_gb", "disk_count"})
_MEASURES = ("cpu_utilization", "memory_utilization", "disk_iops", "disk_throughput", "network_throughput")
_DESCRIBED = frozenset(
    {"operating_system", "os_version", "cpu_model", "manufacturer", "model", "serial_number", "hypervisor_host"}
)
_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENOUGH_ROWS = 3
_NEARLY_ALL = 0.95

Adjustment = tuple[int, float, str]
"""Index of a match, weight of evidence, and the reason."""


def weigh_by_neighbours(matches: Sequence[Match], columns: Sequence[Column]) -> list[Match]:
    """The matches with what the table's other columns say, in the same order."""
    table = _Table(matches, columns)
    weighed = list(matches)
    for rule in _RULES:
        for index, weight, said in rule(table):
            weighed[index] = weighed[index].weighed(weight, said)
    return weighed


class _Table:
    """The matches of one table, by field."""

    def __init__(self, matches: Sequence[Match], columns: Sequence[Column]) -> None:
        self.matches = matches
        self.columns = columns
        self.by_field: dict[str, list[int]] = defaultdict(list)
        for index, match in enumerate(matches):
            self.by_field[match.field].append(index)

    def of(self, field: str) -> Iterator[tuple[int, Match]]:
        return ((index, self.matches[index]) for index in self.by_field[field])

    def fed_by_another(self, fields: Sequence[str], match: Match) -> Match | None:
        """The likeliest match of one of `fields` in another column than that of `match`."""
        others = [
            other
            for field in fields
            for _, other in self.of(field)
            if other.column.position != match.column.position and other.log_odds > _LIKELY
        ]
        return max(others, key=lambda other: other.log_odds, default=None)


def _whose_host(table: _Table) -> Iterator[Adjustment]:
    """`Host` beside a name of the machine is the host it runs on; where the rows have no other name it is theirs."""
    for index, match in table.of("hypervisor_host"):
        if match.named >= _SURE_NAME:
            continue
        named = table.fed_by_another(_NAMES, match)
        if named is None:
            yield index, -2.5, ""
        elif match.column.repeats:
            yield index, 2.5, f"“{named.column.name}” names the row, and several share a host"
        elif match.column.repeats is None:
            yield index, 1.2, f"“{named.column.name}” names the row"
        else:
            yield index, -1.0, ""


def _names_are_unique(table: _Table) -> Iterator[Adjustment]:
    """A vague header whose values come again and again names no row, where another column does."""
    for index, match in enumerate(table.matches):
        if match.field not in _UNIQUE or match.named >= _SURE_NAME:
            continue
        if match.column.repeats:
            yield index, -1.2, "its values come again and again"
        elif match.column.repeats is False:
            yield index, 0.3, ""


def _cores_and_sockets(table: _Table) -> Iterator[Adjustment]:
    """Of two counts of processors the larger, divisible by the other row by row, are the cores."""
    for index, match in table.of("cpu_sockets"):
        if match.named >= _SURE_NAME:
            continue
        other = table.fed_by_another(("cpu_cores",), match)
        if other is None or other.named <= match.named:
            continue
        divides = _share_of_rows(
            match.column, other.column, lambda few, many: few > 0 and many >= few and many % few == 0
        )
        if divides is not None and divides >= _NEARLY_ALL:
            yield index, 2.0, f"“{other.column.name}” is a multiple of it in {divides:.0%} of the rows"
    for index, match in table.of("cpu_cores"):
        if match.named >= _SURE_NAME:
            continue
        if (sockets := table.fed_by_another(("cpu_sockets",), match)) and sockets.named > match.named:
            yield index, 0.8, f"“{sockets.column.name}” are the sockets"


def _count_or_size(table: _Table) -> Iterator[Adjustment]:
    """`Disks` with small whole numbers counts them, with large ones it is their size."""
    for field, counts in (("disk_count", True), ("storage_gb", False)):
        for index, match in table.of(field):
            if match.column.header.words != ("disk",) or match.column.header.unit:
                continue
            numbers = [number for value in match.column.looked_at if (number := _number(value)) is not None]
            if not numbers:
                continue
            small = max(numbers) <= 64 and all(number.is_integer() for number in numbers)  # noqa: PLR2004 - disks of one machine
            yield index, 1.6 if small is counts else -2.5, "by the size of its numbers"


def _part_of_the_whole(table: _Table) -> Iterator[Adjustment]:
    """What is used or free is never more than the whole."""
    for part, whole in _PARTS.items():
        for index, match in table.of(part):
            total = table.fed_by_another((whole,), match)
            if total is None:
                continue
            units = {column.header.unit for column in (match.column, total.column)}
            if len(units) > 1:
                continue
            within = _share_of_rows(match.column, total.column, lambda some, every: some <= every)
            if within is not None and within >= _NEARLY_ALL:
                yield index, 0.8, f"never more than “{total.column.name}”"
            elif within is not None and within < 0.5 and match.named < _SURE_NAME:  # noqa: PLR2004 - most rows
                yield index, -1.5, f"more than “{total.column.name}”"


def _id_of_the_row(table: _Table) -> Iterator[Adjustment]:
    """`Application Id` is the row's own id where `Application Name` is the row's own name."""
    for index, match in table.of("source_id"):
        header = match.column.header
        thing = frozenset(header.words) - {"id", "identifier", "number"}
        if not thing or match.named >= _SURE_NAME:
            continue
        named = table.fed_by_another(("asset_name",), match)
        if named and thing <= frozenset(named.column.header.words):
            yield index, 1.5, f"“{named.column.name}” names the row"


def _named_by_what_it_serves(table: _Table) -> Iterator[Adjustment]:
    """`Application name` names the row where nothing else does: the rows are applications."""
    fields_of = {position: set[str]() for position in (match.column.position for match in table.matches)}
    for match in table.matches:
        fields_of[match.column.position].add(match.field)
    for index, match in table.of("asset_name"):
        if match.named >= _SURE_NAME or match.column.repeats or table.fed_by_another(_NAMES, match) is not None:
            continue
        serves = "application_name" in fields_of[match.column.position]
        yield index, 5.0 if serves else 1.2, "no other column names the row"


def _both_ends(table: _Table) -> Iterator[Adjustment]:
    """`Source` beside `Target`: each is one end of a dependency; of what kind, its values say."""
    sources = [match for end in _ENDS[:3] for _, match in table.of(end)]
    targets = [match for end in _ENDS[3:] for _, match in table.of(end)]
    for mine, others in ((_ENDS[:3], targets), (_ENDS[3:], sources)):
        for end in mine:
            for index, match in table.of(end):
                if match.named < _SURE_NAME and any(
                    other.column.position != match.column.position and other.log_odds > -_LIKELY for other in others
                ):
                    yield index, 1.8, "the other end has a column too"


def _when(table: _Table) -> Iterator[Adjustment]:
    """A bare date is that of a connection where there are two ends, of the last look where machines are described."""
    fed = {match.field for match in table.matches if match.log_odds > _LIKELY}
    ends, measured = not fed.isdisjoint(_ENDS), any(field.startswith(_MEASURES) for field in fed)
    described = not measured and not fed.isdisjoint(_DESCRIBED)
    for index, match in table.of("sampled_at"):
        if match.named < _SURE_NAME:
            yield index, 1.5 if measured else -1.8 if described or ends else 0.0, ""
    for index, match in table.of("last_seen"):
        if match.named < _SURE_NAME:
            yield index, 1.8 if ends else 0.8 if described else 0.0, ""


def _of_a_part(table: _Table) -> Iterator[Adjustment]:
    """Where a machine has several rows, one for each disk or volume, none of them is the size of the machine."""
    names = [match.column for field in _NAMES for _, match in table.of(field) if match.log_odds > _LIKELY]
    if all(len(column.values) == column.filled for column in names):
        return
    part = next(
        (
            column
            for column in table.columns
            if " ".join(column.header.words) in _PARTS_OF_MACHINES
            and column.values
            and all(_number(text) is None for text in column.values)
        ),
        None,
    )
    if part is None:
        return
    for index, match in enumerate(table.matches):
        if match.field in _OF_THE_WHOLE:
            yield index, -3.0, f"each row is one of “{part.name}”"


def _among_what(table: _Table) -> Iterator[Adjustment]:
    """`Type` and `Status` mean little in a table that has no column which only lists of systems have."""
    telling = {
        match.field
        for match in table.matches
        if match.log_odds > _SURELY and match.named >= _SURE_NAME and FIELDS[match.field].weight >= _TELLS
    }
    if telling:
        return
    for index, match in enumerate(table.matches):
        if match.named < _SURE_NAME:
            yield index, -0.8, "nothing beside it is only found in lists of systems"


def _share_of_rows(left: Column, right: Column, holds: Callable[[float, float], bool]) -> float | None:
    """Share of the sampled rows with numbers in both columns for which `holds`; None when there are too few."""
    pairs = [
        (first, second)
        for one, other in zip(left.cells, right.cells, strict=False)
        if one and other and (first := _number(one)) is not None and (second := _number(other)) is not None
    ]
    if len(pairs) < _ENOUGH_ROWS:
        return None
    return sum(holds(first, second) for first, second in pairs) / len(pairs)


def _number(text: str) -> float | None:
    return float(text) if _PLAIN_NUMBER.fullmatch(text.strip()) else None


_RULES: tuple[Callable[[_Table], Iterator[Adjustment]], ...] = (
    _whose_host,
    _names_are_unique,
    _cores_and_sockets,
    _count_or_size,
    _part_of_the_whole,
    _id_of_the_row,
    _named_by_what_it_serves,
    _both_ends,
    _when,
    _of_a_part,
    _among_what,
)
