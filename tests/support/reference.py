"""The inventory as plain Python says it is: slow, short, and sharing no code with the fold that it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HYPERVISOR_FIRST = {"rvtools": 3, "servicenow": 2, "generic": 1}
"""Trust in what machines know of themselves."""
CMDB_FIRST = {"servicenow": 3, "rvtools": 2, "generic": 1}
PEOPLE_FIRST = {"servicenow": 3, "generic": 2, "rvtools": 1}
RANKS = {
    "asset_name": CMDB_FIRST,
    "serial_number": CMDB_FIRST,
    "fqdn": CMDB_FIRST,
    "source_id": CMDB_FIRST,
    "ip_address": CMDB_FIRST,
    "business_owner": PEOPLE_FIRST,
}
LISTS = {"ip_address"}


@dataclass(frozen=True)
class Row:
    """One row of a made-up import: typed values, what it clears, the record's name in its feed."""

    record_key: str | None = None
    clears: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    """A made-up import. `day` is the day of January 2026 it was observed on."""

    source: str
    feed: str
    day: int
    sha256: str
    rows: tuple[Row, ...]


def inventory(imports: list[Import]) -> list[dict[str, Any]]:
    """The assets that the imports make, as values without ids, in a fixed order."""
    claims = [(item, place, row) for item in imports for place, row in enumerate(item.rows)]
    newest: dict[tuple[str, str], tuple[int, str]] = {}
    for item, _, row in claims:
        if (name := record(row)) is not None:
            key = (item.feed, name)
            newest[key] = max(newest.get(key, (0, "")), (item.day, item.sha256))
    current = [
        (item, place, row)
        for item, place, row in claims
        if record(row) is None or newest[item.feed, str(record(row))] == (item.day, item.sha256)
    ]
    carriers: dict[tuple[str, ...], dict[str, set[str | None]]] = {}
    for item, _, row in current:
        for key in keys(item, row):
            carriers.setdefault(key, {}).setdefault(item.sha256, set()).add(record(row))
    vague = {key for key, imports_of in carriers.items() if any(len(names) > 1 for names in imports_of.values())}
    groups: list[list[int]] = []
    for number, (item, _, row) in enumerate(current):
        joined = [number]
        for group in [group for group in groups if shares(current, group, item, row, vague)]:
            joined += group
            groups.remove(group)
        groups.append(joined)
    return sorted((asset([current[number] for number in group]) for group in groups), key=repr)


def record(row: Row) -> str | None:
    """What names the record within its feed."""
    if row.record_key:
        return row.record_key
    for name in ("serial_number", "fqdn", "asset_name"):
        if row.values.get(name):
            return f"{name}={row.values[name].lower()}"
    addresses = row.values.get("ip_address")
    return f"ip_address={addresses[0]}" if addresses else None


def keys(item: Import, row: Row) -> set[tuple[str, ...]]:
    """The strong keys of a row."""
    found = set()
    if row.values.get("serial_number") and row.values.get("manufacturer"):
        found.add(("serial", row.values["manufacturer"].lower(), row.values["serial_number"].lower()))
    if row.values.get("fqdn"):
        found.add(("fqdn", row.values["fqdn"]))
    if row.values.get("source_id"):
        found.add(("id", item.feed, row.values["source_id"]))
    return found


def shares(
    current: list[tuple[Import, int, Row]], group: list[int], item: Import, row: Row, vague: set[tuple[str, ...]]
) -> bool:
    """Whether a row shares its record or a strong key that tells records apart with one of a group."""
    for number in group:
        other, _, other_row = current[number]
        if (other.feed, record(other_row)) == (item.feed, record(row)):
            return True
        if (keys(other, other_row) & keys(item, row)) - vague:
            return True
    return False


def asset(claims: list[tuple[Import, int, Row]]) -> dict[str, Any]:
    """The values that the claims of one asset give."""
    names = {name for _, _, row in claims for name in row.values} | {
        name for _, _, row in claims for name in row.clears
    }
    made = {}
    for name in names:
        value = list_value(claims, name) if name in LISTS else value_of(claims, name)
        if value is not None:
            made[name] = value
    if "asset_name" not in made:
        for name in ("fqdn", "serial_number"):
            if name in made:
                made["asset_name"] = made[name]
                break
        else:
            if made.get("ip_address"):
                made["asset_name"] = made["ip_address"][0]
    return dict(sorted(made.items()))


def believed(claims: list[tuple[Import, int, Row]], name: str) -> list[tuple[Import, int, Row]]:
    """The claims, the most believed first."""
    ranks = RANKS.get(name, HYPERVISOR_FIRST)
    return sorted(claims, key=lambda claim: (-ranks[claim[0].source], -claim[0].day, claim[0].sha256, claim[1]))


def value_of(claims: list[tuple[Import, int, Row]], name: str) -> Any:
    """The first word on a field."""
    for _, _, row in believed(claims, name):
        if name in row.clears:
            return None
        if row.values.get(name) is not None:
            return row.values[name]
    return None


def list_value(claims: list[tuple[Import, int, Row]], name: str) -> Any:
    """All words on a list field, down to the first `<clear>`."""
    united: set[str] = set()
    for _, _, row in believed(claims, name):
        if name in row.clears:
            break
        united |= set(row.values.get(name) or ())
    return sorted(united) or None
