"""On the command line: mappings are corrected, confirmed, remembered, kept as YAML, brought elsewhere and forgotten."""

from __future__ import annotations

from csv import DictReader
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.command_line import InsideMuster

    Words = tuple[str, ...]
    Write = Callable[[str, str | bytes], Path]

SERVERS = (
    "Server Name,IP Address,Operating System,CPU Cores,RAM,Serial Number,Owner\n"
    "web01,10.0.0.1,Ubuntu 22.04,4,16384,SN-0001,Ann Lee\n"
    "web02,10.0.0.2,Ubuntu 22.04,4,32768,SN-0002,Bo Sze\n"
)


def waiting(inside: InsideMuster, write: Write, engagement: Words) -> str:
    """The id of an import that waits with its mapping."""
    path = write("servers.csv", SERVERS)
    (entry,) = inside("import", path, *engagement, "--review", "mapping", "--json").json["imports"]
    return str(entry["data_import_id"])


def columns(document: Any) -> dict[str, Any]:
    return {column["source_field"]: column for column in document["columns"]}


def confirmed(inside: InsideMuster, write: Write, engagement: Words, *words: str) -> Any:
    import_id = waiting(inside, write, engagement)
    done = inside("confirm", import_id, "--set", "Owner=technical_owner", "--ignore", "CPU Cores", *words, "--json")
    assert done.code == 0, done.text
    return inside("mappings", "list", *engagement, "--json").json["items"]


def test_a_review_is_shown_corrected_column_by_column_and_confirmed(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    import_id = waiting(inside, write, engagement)
    shown = inside("confirm", import_id, "--show")
    assert shown.code == 0
    assert "asset_name" in shown.text
    assert f"muster confirm {import_id} confirms it" in shown.text

    corrections = ("--set", "Owner=technical_owner", "--unit", "RAM=MiB", "--ignore", "CPU Cores")
    corrected = columns(inside("confirm", import_id, *corrections, "--show", "--json").json)
    assert corrected["Owner"]["target_field"] == "technical_owner"
    assert (corrected["RAM"]["target_field"], corrected["RAM"]["transformation"]) == ("memory_gb", "unit:MiB")
    assert (corrected["CPU Cores"]["target_field"], corrected["CPU Cores"]["match_method"]) == (None, "user")

    done = inside("confirm", import_id, "--json")
    assert (done.code, done.json["imports"][0]["status"]) == (0, "completed")
    assets = inside("export", "assets", *engagement, "--json").json
    assert {(asset["memory_gb"], asset["technical_owner"]) for asset in assets} == {(16, "Ann Lee"), (32, "Bo Sze")}
    assert "does not wait" in inside("confirm", import_id, "--show").text


def test_corrections_that_can_not_be_are_refused(inside: InsideMuster, write: Write, engagement: Words) -> None:
    import_id = waiting(inside, write, engagement)
    for words, said in (
        (("--set", "Owner"), "takes a column and a word"),
        (("--set", "Owner=lord"), "no field 'lord'"),
        (("--set", "Besitzer=technical_owner"), "no column 'Besitzer'"),
        (("--unit", "RAM=stone"), "not given in 'stone'"),
        (("--unit", "Owner=GB"), "it is no quantity"),
        (("--ignore", "RAM", "--unit", "RAM=GB"), "say one"),
    ):
        refused = inside("confirm", import_id, *words)
        assert refused.code == 2
        assert said in refused.err, refused.err


def test_what_was_confirmed_is_listed_shown_and_used(inside: InsideMuster, write: Write, engagement: Words) -> None:
    (layout,) = confirmed(inside, write, engagement)
    assert (layout["table"], layout["filename"], layout["scope"]) == ("servers", "servers.csv", "engagement")
    assert "servers.csv" in inside("mappings", "list", *engagement).text
    shown = inside("mappings", "show", layout["layout_id"], *engagement).text
    assert "technical_owner" in shown
    assert "corrected by" in shown

    again = inside.imported(write("june.csv", SERVERS.replace("web", "app").replace("SN-", "SM-")), *engagement)
    assert again["outcome"] == "imported"
    mapping = columns(inside("confirm", again["data_import_id"], "--show", "--json").json)
    assert (mapping["Owner"]["target_field"], mapping["Owner"]["match_method"]) == ("technical_owner", "remembered")


def test_an_export_is_a_preset_and_imported_elsewhere_gives_the_same(
    inside: InsideMuster, write: Write, engagement: Words, tmp_path: Path
) -> None:
    assert inside("fields", "add", "boss", "--title", "Boss", *engagement).code == 0
    confirmed(inside, write, engagement, "--set", "Serial Number=custom:boss")
    kept, again = tmp_path / "kept.yaml", tmp_path / "again.yaml"
    assert inside("mappings", "export", "-o", kept, *engagement).code == 0
    elsewhere = ("--client", "Others", "--engagement", f"engagement {uuid4()}")

    path = write("next.csv", SERVERS)
    checked = inside("check", path, "--mapping", kept, "--json").json
    mapped = {column["source_field"]: column["target_field"] for column in checked["tables"][0]["mapping"]}
    assert (mapped["Owner"], mapped["Serial Number"], mapped["CPU Cores"]) == ("technical_owner", "custom:boss", None)
    refused = inside("import", path, "--mapping", kept, *elsewhere, "--json")
    assert refused.code == 2
    assert "declared no field" in refused.text

    taken = inside("mappings", "import", kept, *elsewhere, "--json")
    assert taken.json == {"layouts": 1, "columns": 7, "custom_fields": ["boss"]}
    assert inside("mappings", "export", "-o", again, *elsewhere).code == 0
    assert again.read_text() == kept.read_text()
    assert inside.imported(path, "--mapping", str(kept), *elsewhere)["outcome"] == "imported"


def test_what_is_forgotten_is_not_used_again(inside: InsideMuster, write: Write, engagement: Words) -> None:
    (layout,) = confirmed(inside, write, engagement)
    forgotten = inside("mappings", "forget", layout["layout_id"], "owner", *engagement, "--json")
    assert forgotten.json["forgotten"] == 1
    assert inside("mappings", "forget", layout["layout_id"], "owner", *engagement).code == 2
    assert inside("mappings", "forget", layout["layout_id"], *engagement).code == 0
    assert inside("mappings", "list", *engagement, "--json").json == {"items": []}
    assert inside("mappings", "show", layout["layout_id"], *engagement).code == 2


def test_a_confirmation_can_hold_for_the_client_or_not_at_all(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    assert confirmed(inside, write, engagement, "--remember", "never") == []
    client = ("--client", f"client {uuid4()}")
    (layout,) = confirmed(inside, write, (*client, "--engagement", "one"), "--remember", "client")
    assert layout["scope"] == "client"
    inside("fields", "add", "boss", *client, "--engagement", "two")
    assert [
        one["layout_id"] for one in inside("mappings", "list", *client, "--engagement", "two", "--json").json["items"]
    ] == [layout["layout_id"]]


def test_files_of_mappings_that_are_none_are_refused(inside: InsideMuster, write: Write, engagement: Words) -> None:
    for content, said in (("layouts: [", "line 1"), ("x: 1", "version, layouts"), (b"\xff\xfe\x00", "UTF-8")):
        refused = inside("mappings", "import", write("bad.yaml", content), *engagement)
        assert refused.code == 2
        assert said in refused.err
    assert inside("mappings", "import", Path("not-there.yaml"), *engagement).code == 2
    path = write("servers.csv", SERVERS)
    refused = inside("check", path, "--mapping", write("bad.yaml", "a: [1\n"))
    assert refused.code == 2
    assert "neither JSON nor YAML" in refused.err


def test_fields_of_ones_own_are_declared_listed_and_removed(inside: InsideMuster, engagement: Words) -> None:
    added = inside("fields", "add", "tier", "--type", "word", "--word", "gold", "--word", "silver", *engagement)
    assert (added.code, added.text) == (0, "map columns to custom:tier\n")
    inside("fields", "add", "price", "--type", "number", "--unit", "EUR", *engagement)
    listed = inside("fields", "list", *engagement, "--json").json["items"]
    assert [field["target"] for field in listed] == ["custom:price", "custom:tier"]
    assert "gold, silver" in inside("fields", "list", *engagement).text
    assert inside("fields", "add", "tier", "--type", "word", *engagement).code == 2
    assert inside("fields", "remove", "tier", *engagement).code == 0
    assert inside("fields", "remove", "tier", *engagement).code == 2


def test_the_value_of_a_field_of_ones_own_is_explained_and_not_edited(
    inside: InsideMuster, write: Write, engagement: Words
) -> None:
    inside("fields", "add", "boss", *engagement)
    mapping = write("mapping.yaml", "layouts: [{mapping: {Owner: 'custom:boss'}}]\ncustom_fields: [{name: boss}]")
    taken = inside("import", write("servers.csv", SERVERS), "--review", "never", "--mapping", mapping, *engagement)
    assert taken.code == 0, taken.err
    (row, *_) = list(DictReader(StringIO(inside("export", "assets", *engagement).text.removeprefix("\ufeff"))))
    assert row["custom:boss"]
    told = inside("why", row["asset_name"], "custom:boss", *engagement)
    assert told.code == 0
    assert f"custom:boss = {row['custom:boss']}" in told.text
    assert f"Owner “{row['custom:boss']}”" in told.text
    refused = inside("edit", row["asset_name"], "custom:boss=Ann", *engagement)
    assert refused.code == 2
    assert "field of the engagement's own" in refused.err
