from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from cli_samples import BROKEN_ROWS, PICTURE, PRICES, RVTOOLS, SERVICENOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster, Muster

    Write = Callable[[str, str | bytes], Path]
    Words = tuple[str, ...]

CHANGED = RVTOOLS.replace(",2,8192,", ",4,8192,")
NAME = "RVTools_tabvInfo.csv"


def _assets(muster: Muster, engagement: Words) -> dict[str, Any]:
    return {asset["fqdn"]: asset for asset in muster("export", "assets", *engagement, "--format", "json").json}


@pytest.fixture
def waiting(inside: InsideMuster, write: Write, engagement: Words) -> str:
    """The id of an import that waits with its plan: one server changes."""
    inside.imported(write(NAME, RVTOOLS), *engagement)
    done = inside("import", write(NAME, CHANGED), *engagement, "--review", "plan", "--json")
    (entry,) = done.json["imports"]
    assert (done.code, entry["status"], entry["waiting_for"]) == (3, "paused", "plan_review")
    return str(entry["data_import_id"])


def test_a_plan_tells_what_an_import_would_do_and_writes_nothing(
    muster: Muster, inside: InsideMuster, write: Write, engagement: Words
) -> None:
    inside.imported(write(NAME, RVTOOLS), *engagement)
    before = inside("imports", *engagement, "--json").json, _assets(inside, engagement)

    done = muster("plan", write("cmdb_ci_server.csv", SERVICENOW), *engagement, "--json")

    (plan,) = done.json["plans"]
    assert done.code == 0
    assert (plan["import_category"], plan["source_system"]) == ("cmdb_export", "servicenow")
    assert plan["records"] == {"total": 2, "valid": 2, "invalid": 0}
    assert (plan["counts"]["created"], plan["counts"]["updated"]) == (1, 1)
    assert {entry["asset_name"] for entry in plan["entries"] if entry["action"] == "create"} == {"TAPE-1"}
    (memory,) = [entry for entry in plan["entries"] if entry["field"] == "memory_gb" and entry["action"] != "create"]
    assert (memory["before"], memory["after"], memory["says"], memory["conflict"]) == ("24", "24", "16", True)
    assert memory["source_system"] == "rvtools"
    assert (inside("imports", *engagement, "--json").json, _assets(inside, engagement)) == before


def test_a_plan_is_shown_to_a_person_and_as_csv(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside.imported(write(NAME, RVTOOLS), *engagement)
    path = write(NAME, CHANGED)

    told = inside("plan", path, *engagement)
    as_csv = inside("plan", path, *engagement, "--csv")

    assert told.code == as_csv.code == 0
    assert "assets: 0 created, 1 updated, 1 unchanged" in told.text
    assert "2 -> 4" in told.text
    (line,) = csv.DictReader(io.StringIO(as_csv.out.decode("utf-8-sig")))
    assert (line["asset_name"], line["field"], line["before"], line["after"]) == ("web-1", "cpu_cores", "2", "4")


def test_files_that_can_not_be_planned_say_why(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside.imported(write(NAME, RVTOOLS), *engagement)
    files = [write("picture.csv", PICTURE), write("prices.csv", PRICES), write("cmdb_ci_server.csv", SERVICENOW)]

    done = inside("plan", *files, *engagement, "--json")

    assert done.code == 2
    picture, prices, good = done.json["plans"]
    assert picture["error"]["code"] == "unreadable_file"
    assert prices["error"]["message"]
    assert good["error"] is None


def test_a_waiting_import_says_how_to_go_on(inside: InsideMuster, write: Write, engagement: Words) -> None:
    done = inside("import", write(NAME, RVTOOLS), *engagement, "--review", "plan")

    assert done.code == 3
    for command in ("muster plan", "muster accept", "muster reject"):
        assert command in done.text


def test_the_plan_of_a_waiting_import_is_shown_and_accepted(
    muster: Muster, inside: InsideMuster, waiting: str, engagement: Words
) -> None:
    told = inside("plan", waiting)
    shown = inside("plan", waiting, "--json").json

    assert "2 -> 4" in told.text
    assert (shown["waiting"], shown["stale"], shown["counts"]["updated"]) == (True, False, 1)
    assert [entry["field"] for entry in shown["entries"]] == ["cpu_cores"]

    accepted = muster("accept", waiting, "--json")

    (entry,) = accepted.json["imports"]
    assert (accepted.code, entry["status"], entry["assets"]["updated"]) == (0, "completed", 1)
    assert _assets(inside, engagement)["web-1.example.org"]["cpu_cores"] == 4


def test_rows_are_left_out_of_what_is_accepted(inside: InsideMuster, waiting: str, engagement: Words) -> None:
    table = inside("plan", waiting, "--json").json["entries"][0]["rows"][0]["table"]

    accepted = inside("accept", waiting, "--without", f"{table}:1", "--json")

    assert accepted.json["imports"][0]["assets"]["updated"] == 0
    assert _assets(inside, engagement)["web-1.example.org"]["cpu_cores"] == 2


@pytest.mark.parametrize("words", [("--without", "vInfo"), ("--without", "vInfo:a-b"), ("--without-asset", "web-1")])
def test_what_is_left_out_has_to_be_named_well(inside: InsideMuster, waiting: str, words: tuple[str, str]) -> None:
    done = inside("accept", waiting, *words)

    assert done.code == 2
    assert words[1] in done.err


def test_a_rejected_import_is_cancelled(inside: InsideMuster, waiting: str, engagement: Words) -> None:
    done = inside("reject", waiting, "--json")

    assert (done.code, done.json["status"]) == (0, "cancelled")
    assert _assets(inside, engagement)["web-1.example.org"]["cpu_cores"] == 2
    assert inside("accept", waiting).code == 2


def test_a_stale_plan_shows_what_differs_and_is_accepted_the_second_time(
    inside: InsideMuster, write: Write, waiting: str, engagement: Words
) -> None:
    overtaking = write("other.csv", RVTOOLS.replace(",2,8192,", ",6,8192,"))
    inside.imported(overtaking, *engagement, "--feed", "other", "--review", "never")

    stale = inside("accept", waiting)
    again = inside("accept", waiting, "--json")

    assert stale.code == 3
    assert "web-1 cpu_cores" in stale.err
    assert again.code == 0
    assert again.json["imports"][0]["status"] == "completed"


def test_a_stale_plan_is_an_error_with_its_difference_for_programs(
    inside: InsideMuster, write: Write, waiting: str, engagement: Words
) -> None:
    overtaking = write("other.csv", RVTOOLS.replace(",2,8192,", ",6,8192,"))
    inside.imported(overtaking, *engagement, "--feed", "other", "--review", "never")

    stale = inside("accept", waiting, "--json")

    error = stale.json["error"]
    assert (stale.code, error["code"]) == (3, "plan_stale")
    assert error["difference"]["entries"]
    version = error["inventory_version"]
    assert inside("accept", waiting, "--inventory-version", str(version - 1)).code == 3
    assert inside("accept", waiting, "--inventory-version", str(version)).code == 0


def test_corrected_rejects_are_sent_back(inside: InsideMuster, write: Write, engagement: Words, tmp_path: Path) -> None:
    entry = inside.imported(write("servers.csv", BROKEN_ROWS), *engagement)
    rejects = tmp_path / "servers-rejects.csv"
    inside("export", "rejects", "--import", entry["data_import_id"], "-o", rejects)
    held_back = entry["records"]["invalid"]
    assert held_back
    rejects.write_bytes(rejects.read_bytes().replace(b"\n,,", b"\napp-3,app-3.example.org,").replace(b"lots", b"9"))

    done = inside("resubmit", entry["data_import_id"], rejects, "--json")

    (again,) = done.json["imports"]
    assert done.code == 0
    assert (again["status"], again["records"]["valid"], again["assets"]["created"]) == (
        "completed",
        held_back,
        held_back,
    )
    assert "app-1.example.org" in _assets(inside, engagement)
