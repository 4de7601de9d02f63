from __future__ import annotations

from typing import TYPE_CHECKING

from cli_samples import RVTOOLS, SERVICENOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster

    Write = Callable[[str, str | bytes], Path]
    Words = tuple[str, ...]

DB = "db-1.example.org"
FIRST = "Name,Serial Number,Manufacturer,MAC Address\nweb01,CZ1001,IBM,00:50:56:aa:00:01\n"
SECOND = "Name,Serial Number,Manufacturer,MAC Address\nweb01,CZ2002,IBM,00:50:56:aa:00:01\n"


def _two_sources(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)
    inside.imported(write("cmdb_ci_server.csv", SERVICENOW), *engagement)


def test_an_edit_shows_in_why_and_history_and_goes_when_it_is_unpinned(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    _two_sources(inside, write, engagement)
    done = inside("edit", DB, "memory_gb=48", "--reason", "Upgraded", *engagement)
    assert done.code == 0, done.err

    why = inside("why", DB, "memory_gb", *engagement).text
    assert "pinned: 48 GB" in why
    assert "Upgraded" in why
    assert "the sources alone would give: 24 GB" in why
    history = inside("history", DB, *engagement).text
    assert "memory_gb: 24 GB -> 48 GB" in history
    assert inside("edit", DB, "--unpin", "memory_gb", *engagement).code == 0
    (field,) = inside("why", DB, "memory_gb", *engagement, "--json").json["fields"]
    assert (field["value"], field["edits"]) == (24, [])


def test_why_says_which_key_makes_two_records_one(inside: InsideMuster, write: Write, engagement: Words) -> None:
    _two_sources(inside, write, engagement)
    assert "1, 2 are one by the same fqdn: db-1.example.org" in inside("why", DB, *engagement).text


def test_an_asset_is_shown_as_it_stood_at_a_time(inside: InsideMuster, write: Write, engagement: Words) -> None:
    _two_sources(inside, write, engagement)
    entries = inside("history", DB, *engagement, "--json").json["entries"]
    then = inside("history", DB, "--at", entries[-1]["changed_at"], *engagement, "--json").json
    assert then["discovery_source"] == "rvtools"
    assert inside("history", DB, "--at", "yesterday", *engagement).code == 2


def test_assets_are_merged_and_split_by_the_claims_that_why_shows(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    _two_sources(inside, write, engagement)
    merged = inside("merge", DB, "web-1.example.org", *engagement)
    assert merged.code == 0, merged.err
    records = inside("why", DB, *engagement, "--json").json
    (web,) = (
        item["claim_id"]
        for item in records["records"]
        if item["record"] and item["row_number"] == 1 and item["source_system"] == "rvtools"
    )
    assert inside("split", records["asset_id"], web).code == 0
    kinds = [item["kind"] for item in inside("decisions", *engagement, "--json").json["items"]]
    assert kinds[0] == "join"
    assert inside("why", web).code == 0


def test_a_review_is_listed_with_evidence_and_decided(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside.imported(write("a.csv", FIRST), *engagement, "--feed", "a", "--review", "never")
    inside.imported(write("b.csv", SECOND), *engagement, "--feed", "b", "--review", "never")
    listed = inside("reviews", *engagement)
    assert "The same host name" in listed.text
    (review,) = inside("reviews", *engagement, "--json").json["items"]
    decided = inside("decide", review["id"], "leave", *engagement, "--json").json["decided"]
    assert inside("reviews", *engagement, "--json").json["items"] == []
    inside("decisions", "--undo", decided[0]["decisions"][0]["id"], *engagement)
    assert len(inside("reviews", *engagement, "--json").json["items"]) == 1


def test_what_is_no_value_and_what_is_no_field_is_said_in_a_sentence(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    _two_sources(inside, write, engagement)
    for words, part in (
        (("memory_gb",), "FIELD=VALUE"),
        (("colour=red",), "no field of an asset"),
        ((), "Name values"),
    ):
        refused = inside("edit", DB, *words, *engagement)
        assert refused.code == 2
        assert part in refused.err
