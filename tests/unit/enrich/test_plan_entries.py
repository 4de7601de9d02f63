"""The plan as a table: what is created, changed and contradicted, by which rows, and what a feed lists no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from muster.catalog.registry import categories, sources
from muster.domain.plan import PlanAction, PlanEntry, PlannedRow
from muster.kit.ids import uuid7
from muster.pipeline.enrich.claims import ClaimRole, ImportIndex, ordinals
from muster.pipeline.enrich.fingerprint import ROW_SCHEMA, with_fingerprints
from muster.pipeline.enrich.fold import fold
from muster.pipeline.enrich.identity import MEMBERSHIP_SCHEMA
from muster.pipeline.enrich.order import BeliefOrder, ImportFacts, Snapshots
from muster.pipeline.enrich.plan import compute_plan
from muster.pipeline.enrich.plan_entries import (
    ENTRIES_SCHEMA,
    ROW_MARK,
    ROW_SEPARATOR,
    Planning,
    ended_entries,
    plan_entries,
)
from muster.pipeline.enrich.plan_files import EntriesFile, EntryFilter, all_entries, as_entries, compare_plans
from support.claims import CATEGORY, observed, typed_rows
from support.reference import Import, Row

if TYPE_CHECKING:
    from pathlib import Path

Group = Sequence[tuple[int, int]]
"""The claims of one asset: (import, row)."""


def imported(source: str, day: int, *rows: dict[str, Any], feed: str = "", **more: Any) -> Import:
    made = tuple(Row(str(number), values=values) for number, values in enumerate(rows, start=1))
    return Import(source, feed or f"{source}:all", day, f"{day:064d}", made, **more)


def plan(
    imports: Sequence[Import], groups: Sequence[Group], *, replaced: Group = ()
) -> tuple[list[PlanEntry], int, Sequence[str]]:
    """The plan of the last import, with its claims and those of the others grouped to assets.

    Returns entries, how many assets are newly missing, and the ids of the assets in the order of the groups.
    """
    ids = sorted(uuid7() for _ in imports)
    index = ImportIndex(tuple(ids))
    facts = [
        ImportFacts(
            number, sources()[item.source], categories()[CATEGORY], item.feed, observed(item), item.sha256, item.partial
        )
        for number, item in zip(ids, imports, strict=True)
    ]
    order = BeliefOrder.of(facts)
    typed = pl.concat(
        [
            rows.with_columns(claim=ordinals(ClaimRole.SELF, 0, rows["row_number"]) + index.base(number))
            for number, rows in zip(ids, map(typed_rows, imports), strict=True)
        ],
        how="diagonal",
    )

    def claim(place: int, row: int) -> int:
        return index.base(ids[place]) + row

    def folded(among: int, snapshots: Snapshots, without: Group) -> pl.DataFrame:
        placed = [
            (claim(*one), min(claim(*other) for other in group if other[0] < among))
            for group in groups
            for one in group
            if one[0] < among and one not in without
        ]
        assets = pl.DataFrame(placed, schema={"claim": pl.Int64, "asset": pl.Int64}, orient="row")
        return with_fingerprints(fold(typed.join(assets, on="claim"), order, snapshots))

    last = len(imports) - 1
    before = folded(last, Snapshots.of([*facts[:last], replace(facts[last], active=False)]), ())
    after = folded(last + 1, Snapshots.of(facts), replaced)
    members = pl.DataFrame(
        [(claim(*one), min(claim(*other) for other in group), one in replaced) for group in groups for one in group],
        schema=MEMBERSHIP_SCHEMA,
        orient="row",
    )
    counting = typed.join(members.filter(~pl.col("superseded")).select("claim", "asset"), on="claim")
    planning = Planning(last, index, order, Snapshots.of(facts), {0: "servers"})
    standing = before if before.height else pl.DataFrame(schema=ROW_SCHEMA)
    part = plan_entries(compute_plan(after, standing).folded, standing, counting, members, planning)
    asset_ids = [str(index.birth_id(min(claim(*one) for one in group))) for group in groups]
    return as_entries(part.entries), part.missing, asset_ids


CMDB = imported("servicenow", 1, {"asset_name": "db", "memory_gb": 16.0, "environment": "production"})


def test_a_new_asset_has_an_entry_for_each_of_its_values() -> None:
    entries, missing, (asset_id,) = plan([CMDB], [[(0, 1)]])
    assert [(entry.field, entry.before, entry.after) for entry in entries] == [
        ("asset_name", None, "db"),
        ("memory_gb", None, "16"),
        ("environment", None, "production"),
    ]
    assert {entry.action for entry in entries} == {PlanAction.CREATE}
    assert {(entry.asset_id, entry.asset_name, entry.rows) for entry in entries} == {
        (asset_id, "db", (PlannedRow("servers", 1),))
    }
    assert missing == 0


def test_a_change_shows_both_values_and_whose_stands() -> None:
    hypervisor = imported("rvtools", 2, {"asset_name": "db", "memory_gb": 24.0})
    entries, _, _ = plan([CMDB, hypervisor], [[(0, 1), (1, 1)]])
    (memory,) = entries
    assert (memory.action, memory.field, memory.before, memory.after) == (PlanAction.UPDATE, "memory_gb", "16", "24")
    assert (memory.conflict, memory.says, memory.source_system, memory.feed) == (True, "24", "rvtools", "rvtools:all")
    assert memory.rows == (PlannedRow("servers", 1),)


def test_a_word_that_loses_is_shown_beside_the_value_that_stands() -> None:
    hypervisor = imported("rvtools", 1, {"asset_name": "db", "memory_gb": 24.0})
    cmdb = imported("servicenow", 2, {"asset_name": "db", "memory_gb": 16.0})
    entries, _, _ = plan([hypervisor, cmdb], [[(0, 1), (1, 1)]])
    (memory,) = entries
    assert (memory.action, memory.before, memory.after) == (PlanAction.UNCHANGED, "24", "24")
    assert (memory.conflict, memory.says, memory.source_system) == (True, "16", "rvtools")


def test_an_asset_that_stays_as_it_is_has_no_entry() -> None:
    again = imported("rvtools", 2, {"asset_name": "db", "memory_gb": 16.0})
    entries, _, _ = plan([CMDB, again], [[(0, 1), (1, 1)]])
    assert entries == []


def test_a_contradiction_among_others_is_no_entry() -> None:
    hypervisor = imported("rvtools", 2, {"asset_name": "db", "memory_gb": 24.0})
    other = imported("generic", 3, {"asset_name": "db", "location": "Bonn"})
    entries, _, _ = plan([CMDB, hypervisor, other], [[(0, 1), (1, 1), (2, 1)]])
    assert [(entry.field, entry.conflict) for entry in entries] == [("location", False)]


@pytest.mark.parametrize("said", [16.0, 16.1])
def test_numbers_that_are_close_contradict_nothing(said: float) -> None:
    close = imported("generic", 2, {"asset_name": "db", "memory_gb": said})
    entries, _, _ = plan([CMDB, close], [[(0, 1), (1, 1)]])
    assert not any(entry.conflict for entry in entries)


def test_a_machine_that_its_feed_lists_no_longer_is_told() -> None:
    newer = imported("servicenow", 2, {"asset_name": "web"})
    entries, missing, (db, _) = plan([CMDB, newer], [[(0, 1)], [(1, 1)]])
    (gone,) = [entry for entry in entries if entry.asset_id == db]
    assert (gone.action, gone.field, gone.before, gone.after) == (
        PlanAction.UNCHANGED,
        "missing_from",
        None,
        "servicenow:all",
    )
    assert gone.rows == ()
    assert missing == 1


def test_a_row_that_another_one_replaces_is_named_too() -> None:
    twice = imported("generic", 1, {"asset_name": "db"}, {"asset_name": "db", "location": "Bonn"})
    entries, _, _ = plan([twice], [[(0, 1), (0, 2)]], replaced=[(0, 1)])
    assert {entry.rows for entry in entries} == {(PlannedRow("servers", 1), PlannedRow("servers", 2))}


def test_an_asset_that_ends_says_which_one_it_is_part_of() -> None:
    index = ImportIndex((uuid7(),))
    planning = Planning(0, index, BeliefOrder({}), Snapshots.of(()), {})
    ended = pl.DataFrame({"asset": [7], "asset_name": ["db"], "heir": [3]})
    (entry,) = as_entries(ended_entries(ended, planning))
    assert (entry.action, entry.field, entry.asset_name) == (PlanAction.REMOVE, None, "db")
    assert (entry.asset_id, entry.merged_into) == (str(index.birth_id(7)), str(index.birth_id(3)))


def entries_at(path: Path, *entries: PlanEntry) -> Path:
    with EntriesFile(path) as file:
        for entry in entries:
            rows = ROW_SEPARATOR.join(f"{row.table}{ROW_MARK}{row.row_number}" for row in entry.rows) or None
            members = {name: getattr(entry, name) for name in PlanEntry.__slots__}
            row = {**members, "action": str(entry.action), "rows": rows}
            file.write(pl.DataFrame([row], schema=ENTRIES_SCHEMA))
    return path


MEMORY = PlanEntry("a", "db", PlanAction.UPDATE, "memory_gb", "8", "16", rows=(PlannedRow("servers", 1),))
ENDS = PlanEntry("b", "web", PlanAction.REMOVE, None, None, None, merged_into="a")


def test_what_is_written_is_read_back_and_filtered(tmp_path: Path) -> None:
    path = entries_at(tmp_path / "plan", MEMORY, ENDS)
    assert [entry for part in all_entries(path, EntryFilter()) for entry in as_entries(part)] == [MEMORY, ENDS]
    (ends,) = all_entries(path, EntryFilter(action=PlanAction.REMOVE))
    assert as_entries(ends) == [ENDS]
    assert list(all_entries(path, EntryFilter(field="location"))) == []


def test_equal_plans_do_not_differ(tmp_path: Path) -> None:
    shown = entries_at(tmp_path / "shown", MEMORY, ENDS)
    assert compare_plans(shown, entries_at(tmp_path / "now", ENDS, MEMORY), 10).total == 0


def test_a_difference_names_what_was_planned_and_what_is(tmp_path: Path) -> None:
    now = replace(MEMORY, before="12")
    new = replace(MEMORY, asset_id="c")
    shown = entries_at(tmp_path / "shown", MEMORY, ENDS)
    difference = compare_plans(shown, entries_at(tmp_path / "now", now, new), 2)
    assert difference.total == 3
    assert [(entry.shown, entry.now) for entry in difference.entries] == [(MEMORY, now), (None, new)]
