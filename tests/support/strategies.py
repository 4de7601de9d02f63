"""Made-up imports in which everything collides: few serials, names and addresses, several sources and days."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from support.reference import Import, Row

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "asset_name": st.sampled_from(["web", "db", "app"]),
    "serial_number": st.sampled_from(["CZ100", "CZ200", "CZ300"]),
    "manufacturer": st.sampled_from(["HPE", "hpe", "Dell"]),
    "fqdn": st.sampled_from(["web.corp.example", "db.corp.example"]),
    "source_id": st.sampled_from(["sys-1", "sys-2"]),
    "ip_address": st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"]), min_size=1, unique=True).map(sorted),
    "memory_gb": st.sampled_from([8.0, 16.0, 32.0]),
    "cpu_cores": st.integers(1, 3),
    "operating_system": st.sampled_from(["Ubuntu 24.04", "Windows Server 2022"]),
    "business_owner": st.sampled_from(["team-a", "team-b"]),
}
_CLEARABLE = ("memory_gb", "business_owner", "ip_address", "operating_system")


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One row with a handful of values."""
    names = draw(st.sets(st.sampled_from(sorted(_VALUES)), min_size=1, max_size=6))
    values = {name: draw(_VALUES[name]) for name in sorted(names)}
    clears = draw(st.sets(st.sampled_from(_CLEARABLE), max_size=1)) if draw(st.integers(0, 5)) == 0 else set()
    for name in clears:
        values.pop(name, None)
    if not {"asset_name", "serial_number", "fqdn", "ip_address"} & values.keys():
        values["asset_name"] = draw(_VALUES["asset_name"])
    key = draw(st.sampled_from([None, None, "vm-1", "vm-2"]))
    return Row(key, frozenset(clears), values)


@st.composite
def import_sets(draw: st.DrawFn, most: int = 4) -> list[Import]:
    """Up to `most` imports with different bytes."""
    count = draw(st.integers(1, most))
    return [
        Import(
            source=source,
            feed=f"{source}:{draw(st.sampled_from(['a', 'b']))}",
            day=draw(st.integers(1, 3)),
            sha256=f"{number:02d}" * 32,
            rows=tuple(draw(st.lists(rows(), min_size=1, max_size=4))),
        )
        for number in draw(st.permutations(range(count)))
        for source in [draw(st.sampled_from(["rvtools", "servicenow", "generic"]))]
    ]
