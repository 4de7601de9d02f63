"""What newer lists leave out and what people write: named cases, for the core and the reference alike."""

from __future__ import annotations

from typing import Any

from support.feeds import A1, A2, B1, FIRST, HAS_IP, HOST, HP1, SECOND, Maker, by_both, feeds, snapshot
from support.reference_words import Edit, Join, Record


def missing(assets: list[dict[str, Any]]) -> dict[str, list[str]]:
    """From which feeds the assets that are missing somewhere are missing, by their names."""
    return {asset["asset_name"]: asset["missing_from"] for asset in assets if "missing_from" in asset}


@by_both
def test_what_a_newer_list_leaves_out_is_missing_from_its_feed(make: Maker) -> None:
    assets = make([snapshot("a", FIRST, SECOND), snapshot("a", FIRST, day=2), snapshot("b", SECOND)], [])
    assert missing(assets) == {"The second": ["a"]}


@by_both
def test_a_partial_list_makes_nothing_missing(make: Maker) -> None:
    assert missing(make([snapshot("a", FIRST, SECOND), snapshot("a", FIRST, day=2, partial=True)], [])) == {}


@by_both
def test_what_a_partial_list_added_is_missing_from_the_next_whole_list(make: Maker) -> None:
    first = snapshot("a", FIRST)
    added = snapshot("a", {**SECOND, "record_key": "2"}, day=2, partial=True)
    assert missing(make([first, added], [])) == {}
    assert missing(make([first, added, snapshot("a", FIRST, day=3)], [])) == {"The second": ["a"]}


@by_both
def test_an_asset_that_a_feed_still_lists_under_another_record_is_not_missing(make: Maker) -> None:
    imports = [snapshot("a", FIRST, SECOND), snapshot("a", FIRST, day=2)]
    assert missing(make(imports, [Join(A1, A2)])) == {}


def edit(field: str, value: Any, *anchors: Record, number: int = 1) -> Edit:
    """What somebody wrote; None clears."""
    return Edit(anchors, field, value, clears=value is None, number=number)


@by_both
def test_an_edit_wins_whatever_the_sources_say(make: Maker) -> None:
    assert make(feeds({**HOST, "memory_gb": 8.0}, HOST), [edit("memory_gb", 16.0, B1)])[0]["memory_gb"] == 16.0


@by_both
def test_the_latest_edit_wins_whichever_record_it_was_written_on(make: Maker) -> None:
    edits = [edit("memory_gb", 16.0, B1, number=2), edit("memory_gb", 32.0, A1, number=1)]
    assert make(feeds(HOST, HOST), edits)[0]["memory_gb"] == 16.0


@by_both
def test_a_clearing_edit_leaves_the_field_empty(make: Maker) -> None:
    assert "memory_gb" not in make(feeds({**HOST, "memory_gb": 8.0}), [edit("memory_gb", None, A1)])[0]


@by_both
def test_an_edit_of_a_list_takes_the_place_of_the_whole_list(make: Maker) -> None:
    assets = make(feeds({**HOST, **HAS_IP}), [edit("ip_address", ["10.9.9.9"], A1)])
    assert assets[0]["ip_address"] == ["10.9.9.9"]


@by_both
def test_an_asset_of_which_the_name_was_cleared_is_named_by_what_was_edited(make: Maker) -> None:
    edits = [edit("asset_name", None, A1), edit("hostname", "db01", A1, number=2)]
    assert make(feeds({**FIRST, **HOST}), edits)[0]["asset_name"] == "db01"


@by_both
def test_an_edit_changes_no_identity(make: Maker) -> None:
    assert len(make(feeds(HOST, {"hostname": "db01"}), [edit("hostname", "web01", B1)])) == 2


@by_both
def test_an_edit_follows_its_first_anchor_that_is_there_and_sleeps_without(make: Maker) -> None:
    a, b, c = feeds(FIRST, SECOND, HP1)
    edits = [edit("memory_gb", 16.0, A1, B1)]
    edited = {
        name: [asset["asset_name"] for asset in make(imports, edits) if "memory_gb" in asset]
        for name, imports in {"all": [a, b, c], "without a": [b, c], "neither": [c], "both again": [c, b, a]}.items()
    }
    assert edited == {"all": ["The first"], "without a": ["The second"], "neither": [], "both again": ["The first"]}


@by_both
def test_an_edit_stays_with_a_record_of_which_a_newer_list_says_something_else(make: Maker) -> None:
    imports = [snapshot("a", FIRST), snapshot("a", SECOND, day=2)]
    assert make(imports, [edit("memory_gb", 16.0, A1)]) == [{"asset_name": "The second", "memory_gb": 16.0}]
