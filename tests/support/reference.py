"""The inventory as plain Python says it is: slow, short, and sharing no code with the fold that it is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.reference_identity import assets_of, claims_of
from support.reference_words import Decision, Edit, Import, Join, Key, Record, Row, Split

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from support.reference_identity import Claim

__all__ = ["Decision", "Edit", "Import", "Join", "Key", "Record", "Row", "Split", "inventory"]

HYPERVISOR_FIRST = {"rvtools": 3, "servicenow": 2, "generic": 1}
"""Trust in what machines know of themselves."""
CMDB_FIRST = {"servicenow": 3, "rvtools": 2, "generic": 1}
PEOPLE_FIRST = {"servicenow": 3, "generic": 2, "rvtools": 1}
MEASURED_FIRST = {"rvtools": 2, "servicenow": 1, "generic": 1}
IDENTITY = (
    *("asset_name", "asset_type", "hostname", "fqdn", "ip_address", "mac_address"),
    *("serial_number", "instance_uuid", "source_id"),
)
RANKS = {
    **dict.fromkeys(IDENTITY, CMDB_FIRST),
    **dict.fromkeys(("business_owner", "custom:tier", "custom:cost_center"), PEOPLE_FIRST),
    "cpu_utilization_percent": MEASURED_FIRST,
}
LISTS = {"ip_address", "mac_address"}
NEWEST_FIRST = {"cpu_utilization_percent"}
NAMES = ("hostname", "fqdn", "serial_number", "instance_uuid")
"""What names an asset that nobody named."""


def inventory(imports: Sequence[Import], decisions: Iterable[Decision] = ()) -> list[dict[str, Any]]:
    """The assets that the imports and decisions make, as values without ids, in a fixed order.

    `missing_from` stands in an asset when there is something to say: the feeds that no longer list it.
    """
    decided = list(decisions)
    edits = [decision for decision in decided if isinstance(decision, Edit)]
    active = {claim.record for claim in claims_of(imports)}
    made = []
    for claims in assets_of(imports, decided):
        values = asset(claims, [edit for edit in edits if belongs(edit, claims, active)])
        if feeds := missing_from(claims, imports):
            values["missing_from"] = feeds
        made.append(dict(sorted(values.items())))
    return sorted(made, key=repr)


def belongs(edit: Edit, claims: Iterable[Claim], active: set[Record | None]) -> bool:
    """Whether the edit's first anchor that is there speaks of this asset."""
    awake = [anchor for anchor in edit.anchors if anchor in active]
    return bool(awake) and awake[0] in {claim.record for claim in claims}


def missing_from(claims: Iterable[Claim], imports: Iterable[Import]) -> list[str]:
    """The feeds that spoke of the asset and whose newer lists do not."""
    listed = [(claim.item.feed, overtaken(claim.item, imports)) for claim in claims]
    return sorted({feed for feed, _ in listed} - {feed for feed, is_overtaken in listed if not is_overtaken})


def overtaken(item: Import, imports: Iterable[Import]) -> bool:
    """Whether a newer import lists all that the feed has."""
    return any(other.feed == item.feed and other.age > item.age and not other.partial for other in imports)


def asset(claims: Sequence[Claim], edits: Iterable[Edit]) -> dict[str, Any]:
    """The values that the claims of one asset give, and people wrote."""
    made = {}
    for name in {name for claim in claims for name in claim.row.values}:
        made[name] = list_value(claims, name) if name in LISTS else value_of(claims, name)
    for edit in sorted(edits, key=lambda edit: edit.number):
        made[edit.field] = None if edit.clears else edit.value
    names = [made.get(name) for name in ("asset_name", *NAMES)] + (made.get("ip_address") or [])
    made["asset_name"] = next((name for name in names if name is not None), None)
    return {name: value for name, value in made.items() if value is not None}


def believed(claims: Iterable[Claim], name: str) -> list[Claim]:
    """The claims, the most believed first."""
    ranks = RANKS.get(name, HYPERVISOR_FIRST)

    def order(claim: Claim) -> tuple[Any, ...]:
        rank, day = -ranks[claim.item.source], -claim.item.day
        return (*((day, rank) if name in NEWEST_FIRST else (rank, day)), claim.item.sha256, claim.place)

    return sorted(claims, key=order)


def value_of(claims: Iterable[Claim], name: str) -> Any:
    """The first word on a field."""
    for claim in believed(claims, name):
        if name in claim.row.clears:
            return None
        if claim.row.values.get(name) is not None:
            return claim.row.values[name]
    return None


def list_value(claims: Iterable[Claim], name: str) -> Any:
    """All words on a list field, down to the first `<clear>`."""
    united: set[str] = set()
    for claim in believed(claims, name):
        if name in claim.row.clears:
            break
        united |= set(claim.row.values.get(name) or ())
    return sorted(united) or None
