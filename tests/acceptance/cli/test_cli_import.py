from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli_samples import BROKEN_ROWS, PICTURE, PRICES, RVTOOLS, SERVICENOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster, Muster

    Write = Callable[[str, str | bytes], Path]
    Words = tuple[str, ...]


def _assets(muster: Muster, engagement: Words) -> dict[str, Any]:
    return {asset["fqdn"]: asset for asset in muster("export", "assets", *engagement, "--format", "json").json}


def test_an_import_reports_what_became_of_it(muster: Muster, write: Write, engagement: Words) -> None:
    done = muster("import", write("RVTools_tabvInfo.csv", RVTOOLS), *engagement, "--json")

    (entry,) = done.json["imports"]
    assert done.code == 0
    assert (entry["status"], entry["import_category"], entry["source_system"]) == (
        "completed",
        "cmdb_export",
        "rvtools",
    )
    assert entry["records"] == {"total": 2, "valid": 2, "invalid": 0}
    assert entry["assets"] == {"created": 2, "updated": 0, "unchanged": 0, "conflicts": 0}
    assert entry["dependencies"] == {"created": 0, "updated": 0, "unchanged": 0}
    assert entry["findings"]["errors"] == 0
    assert entry["data_import_id"] != entry["master_flow_id"]
    assert entry["duration_seconds"] > 0


def test_two_sources_become_one_inventory_and_each_can_be_taken_back(
    muster: Muster, inside: InsideMuster, write: Write, engagement: Words
) -> None:
    first = muster.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)
    before = _assets(inside, engagement)
    second = muster.imported(write("cmdb_ci_server.csv", SERVICENOW), *engagement)
    merged = _assets(inside, engagement)

    assert first["assets"]["created"] == 2
    assert (second["assets"]["created"], second["assets"]["updated"]) == (1, 1)
    assert set(merged) == {"web-1.example.org", "db-1.example.org", "tape-1.example.org"}
    assert merged["db-1.example.org"]["memory_gb"] == 24
    assert merged["db-1.example.org"]["support_group"] == "Database Team"

    undone = muster("undo", second["data_import_id"], "--json").json

    assert (undone["status"], undone["assets_removed"], undone["assets_reverted"]) == ("undone", 1, 1)
    after_undo = _assets(inside, engagement)
    assert set(after_undo) == {"web-1.example.org", "db-1.example.org"}
    assert "support_group" not in after_undo["db-1.example.org"]
    assert after_undo["db-1.example.org"]["id"] == before["db-1.example.org"]["id"]

    redone = muster("redo", second["data_import_id"], "--json").json

    assert (redone["status"], redone["assets_restored"]) == ("completed", 1)
    assert set(_assets(inside, engagement)) == set(merged)


def test_undoing_twice_says_what_is_possible(inside: InsideMuster, write: Write, engagement: Words) -> None:
    entry = inside.imported(write("cmdb_ci_server.csv", SERVICENOW), *engagement)
    inside("undo", entry["data_import_id"])

    again = inside("undo", entry["data_import_id"])

    assert again.code == 2
    assert "redo" in again.err


def test_why_leads_from_a_value_to_the_cells_behind_it(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)
    inside.imported(write("cmdb_ci_server.csv", SERVICENOW), *engagement)

    (memory,) = inside("why", "db-1.example.org", "memory_gb", *engagement, "--json").json["fields"]
    told = inside("why", "db-1.example.org", "memory_gb", *engagement).text

    assert (memory["value"], memory["unit"]) == (24, "GB")
    won, lost = memory["evidence"]
    assert (won["standing"], won["filename"], won["line"]) == ("won", "RVTools_tabvInfo.csv", 3)
    assert (won["columns"], won["original"]) == (["Memory"], ["24576"])
    assert (lost["standing"], lost["original"]) == ("lost", ["16384"])
    for word in ("memory_gb = 24 GB", "RVTools_tabvInfo.csv", "line 3", "24576", "1024", "lost: 16 GB"):
        assert word in told


def test_the_same_bytes_again_are_unchanged(inside: InsideMuster, write: Write, engagement: Words) -> None:
    path = write("RVTools_tabvInfo.csv", RVTOOLS)
    inside.imported(path, *engagement)

    again = inside("import", path, *engagement, "--json")
    told = inside("import", path, *engagement)

    (entry,) = again.json["imports"]
    assert again.code == told.code == 0
    assert entry["outcome"] == "unchanged"
    assert entry["assets"] == {"created": 0, "updated": 0, "unchanged": 2, "conflicts": 0}
    assert "unchanged" in told.text


def test_a_review_that_was_asked_for_waits_until_it_is_confirmed(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    path = write("RVTools_tabvInfo.csv", RVTOOLS)

    waiting = inside("import", path, *engagement, "--review", "mapping", "--json")

    (entry,) = waiting.json["imports"]
    assert waiting.code == 3
    assert (entry["status"], entry["waiting_for"]) == ("paused", "mapping_review")

    shown = inside("status", entry["data_import_id"], "--json").json
    assert {"source_field": "VM", "target_field": "asset_name"}.items() <= shown["mapping"][0].items()

    mapping = write("mapping.json", '[{"source_field": "Cluster", "target_field": null}]')
    confirmed = inside("confirm", entry["data_import_id"], "--mapping", mapping, "--json")

    assert confirmed.code == 0
    assert confirmed.json["imports"][0]["assets"]["created"] == 2
    assert all("cluster" not in asset for asset in _assets(inside, engagement).values())


def test_without_a_terminal_a_waiting_import_says_how_to_go_on(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    done = inside("import", write("RVTools_tabvInfo.csv", RVTOOLS), *engagement, "--review", "mapping")

    assert done.code == 3
    assert "muster confirm" in done.text


def test_a_bad_file_stops_no_other(inside: InsideMuster, write: Write, engagement: Words, tmp_path: Path) -> None:
    good = write("cmdb_ci_server.csv", SERVICENOW)
    others = [write("picture.csv", PICTURE), write("empty.csv", b""), tmp_path / "vanished.csv"]

    done = inside("import", *others, good, *engagement, "--json")

    *bad, last = done.json["imports"]
    assert done.code == 2
    assert [entry["outcome"] for entry in bad] == ["refused"] * 3
    assert all(entry["error"]["message"] for entry in bad)
    assert all(entry["data_import_id"] is None for entry in bad)
    assert last["outcome"] == "imported"


def test_nothing_of_a_refused_file_is_kept(inside: InsideMuster, write: Write, engagement: Words) -> None:
    inside("import", write("picture.csv", PICTURE), *engagement)

    assert inside("imports", *engagement, "--json").json == {"imports": []}


def test_a_file_of_no_known_kind_fails_with_a_reason(inside: InsideMuster, write: Write, engagement: Words) -> None:
    done = inside("import", write("prices.csv", PRICES), *engagement)

    assert done.code == 2
    assert "fits no import category" in done.text


def test_rows_that_were_held_back_come_back_with_the_reason(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    entry = inside.imported(write("apps.csv", BROKEN_ROWS), *engagement)

    rejects = inside("export", "rejects", "--import", entry["data_import_id"])
    findings = inside("export", "findings", "--import", entry["data_import_id"], "--json")

    assert entry["records"] == {"total": 3, "valid": 2, "invalid": 1}
    header, row = rejects.out.decode("utf-8-sig").splitlines()
    assert header.startswith("Hostname,FQDN,")
    assert row.startswith(",,Debian 12,8,")
    assert "required_value_missing" in {one["code"] for one in findings.json}


def test_strict_fails_the_import_at_the_first_error(inside: InsideMuster, write: Write, engagement: Words) -> None:
    done = inside("import", write("apps.csv", BROKEN_ROWS), *engagement, "--strict", "--json")

    assert done.code == 1
    assert done.json["imports"][0]["status"] == "failed"
    assert inside("export", "assets", *engagement, "--json").json == []


def test_of_two_files_without_a_date_the_one_named_later_is_the_newer(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    first = write("first.csv", RVTOOLS)
    second = write("second.csv", RVTOOLS.replace("24576", "4096"))

    inside("import", first, second, "--feed", "vcenter", *engagement)

    assert _assets(inside, engagement)["db-1.example.org"]["memory_gb"] == 4


def test_an_older_observation_does_not_overrule_a_newer_one(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    feed = ("--feed", "vcenter", *engagement)
    inside.imported(write("new.csv", RVTOOLS), *feed, "--observed-at", "2024-05-31T00:00:00Z")
    inside.imported(write("old.csv", RVTOOLS.replace("24576", "4096")), *feed, "--observed-at", "2023-05-31T00:00:00Z")

    assert _assets(inside, engagement)["db-1.example.org"]["memory_gb"] == 24


def test_assets_are_written_to_a_file_in_the_format_of_its_name(
    inside: InsideMuster, write: Write, engagement: Words, tmp_path: Path
) -> None:
    inside.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)

    book = inside("export", "assets", *engagement, "-o", tmp_path / "assets.xlsx")
    sheet = inside("export", "assets", *engagement)

    assert book.out == b""
    assert (tmp_path / "assets.xlsx").read_bytes().startswith(b"PK")
    lines = sheet.out.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id,")
    assert len(lines) == 3


def test_an_export_that_can_not_be_written_leaves_the_old_file(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    inside.imported(write("RVTools_tabvInfo.csv", RVTOOLS), *engagement)
    target = write("assets.txt", "old")

    done = inside("export", "assets", *engagement, "--format", "pdf", "-o", target)

    assert done.code == 2
    assert target.read_text() == "old"


def test_a_list_and_a_status_need_no_engagement_but_the_last_used(own_home: InsideMuster, write: Write) -> None:
    entry = own_home.imported(write("RVTools_tabvInfo.csv", RVTOOLS))

    (listed,) = own_home("imports", "--json").json["imports"]
    flow = own_home("status", entry["master_flow_id"], "--json").json

    assert listed["data_import_id"] == flow["data_import_id"] == entry["data_import_id"]
    assert flow["status"] == "completed"
    assert flow["poll_after_seconds"] is None

    own_home.imported(write("cmdb_ci_server.csv", SERVICENOW), "--engagement", "second")
    assert len(own_home("imports", "--json").json["imports"]) == 1
    assert len(own_home("imports", "--engagement", "local", "--json").json["imports"]) == 1
    assert own_home("imports", "--engagement", "third").code == 2
