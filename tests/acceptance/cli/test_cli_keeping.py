"""On the command line: undo told in buckets, purge, rebuild and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from cli_samples import RVTOOLS, SERVICENOW

from muster.runtime.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster

    Write = Callable[[str, str | bytes], Path]
    Words = tuple[str, ...]


@pytest.fixture
def first(inside: InsideMuster, write: Write, engagement: Words) -> str:
    """The id of the first of two imports that speak of one server each alone, and of one together."""
    entry = inside.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)
    inside.imported(write("cmdb_ci_server.csv", SERVICENOW), *engagement)
    return str(entry["data_import_id"])


def _names(inside: InsideMuster, engagement: Words) -> set[str]:
    assets = inside("export", "assets", *engagement, "--format", "json").json
    return {asset["asset_name"] for asset in assets}


def test_undo_and_redo_tell_which_assets_met_which_fate(inside: InsideMuster, first: str) -> None:
    undone = inside("undo", first)
    assert "1 removed, as nothing else speaks of them: web-1\n" in undone.text
    assert "1 changed: they say what all imports that are in say: " in undone.text
    again = inside("redo", first, "--json").json
    assert (again["assets_restored"], again["first"]["created"][0]["asset_name"]) == (1, "web-1")


def test_a_purge_is_asked_for_twice(inside: InsideMuster, first: str, engagement: Words) -> None:
    refused = inside("purge", first)
    assert (refused.code, "say --yes" in refused.err) == (2, True)
    assert len(_names(inside, engagement)) == 3
    done = inside("purge", first, "--yes")
    assert (done.code, "2 rows and " in done.text, "1 asset removed" in done.text) == (0, True, True)
    assert len(_names(inside, engagement)) == 2
    redo = inside("redo", first, "--json")
    assert (redo.code, redo.json["error"]["code"]) == (2, "conflict")
    assert inside("doctor", "--json").json["is_well"]


def test_rebuild_finds_and_corrects_what_was_altered_behind_it(own_home: InsideMuster, write: Write) -> None:
    own_home.imported(write("RVTools_tabvInfo.csv", RVTOOLS))
    assert own_home("rebuild", "--verify").text == "2 assets: all as their imports and decisions make them\n"
    with EmbeddedPostgres(own_home.home) as urls, psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("ALTER TABLE migration.assets NO FORCE ROW LEVEL SECURITY")
        connection.execute("UPDATE migration.assets SET cpu_cores = 99 WHERE asset_name = 'web-1'")
        connection.execute("ALTER TABLE migration.assets FORCE ROW LEVEL SECURITY")
    found = own_home("rebuild", "--verify", "--json")
    assert (found.code, found.json["is_right"], found.json["differing"]) == (1, False, 1)
    assert found.json["first"][0]["fields"] == ["cpu_cores"]
    healed = own_home("rebuild")
    assert (healed.code, "1 differ" in healed.text, "corrected" in healed.text) == (0, True, True)
    assert own_home("rebuild", "--verify").code == 0


def test_ranks_are_shown_planned_set_and_reset(inside: InsideMuster, first: str, engagement: Words) -> None:
    assert first
    shown = inside("ranks", *engagement)
    assert "servicenow" in shown.text
    words = ("ranks", *engagement, "--set", "servicenow.capacity=99")
    plan = inside(*words, "--plan")
    assert "would update 1 asset" in plan.text
    assert "memory_gb" in plan.text
    done = inside(*words)
    assert done.text == "ranks changed; 1 asset updated\n"
    assert "99*" in inside("ranks", *engagement).text
    reset = inside("ranks", *engagement, "--reset", "servicenow.capacity", "--json")
    assert (reset.json["state"], reset.json["assets_updated"]) == ("done", 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "capacity=4"), "is not SOURCE.GROUP=RANK"),
        (("--set", "nobody.capacity=4"), "no source 'nobody'"),
        (("--reset", "servicenow.capacity"), "has set no rank of its own"),
        (("--plan",), "--set or --reset"),
    ],
)
def test_ranks_that_can_not_be_are_refused(
    inside: InsideMuster, engagement: Words, first: str, words: Words, sentence: str
) -> None:
    assert first
    refused = inside("ranks", *engagement, *words)
    assert (refused.code, sentence in refused.err) == (2, True), refused.err
