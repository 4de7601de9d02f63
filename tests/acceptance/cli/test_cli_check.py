from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_samples import BROKEN_ROWS, PICTURE, PRICES, RVTOOLS, WARNINGS_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command_line import InsideMuster, Muster

    Write = Callable[[str, str | bytes], Path]


def test_a_clean_file_is_described_in_one_document(muster: Muster, write: Write) -> None:
    path = write("RVTools_tabvInfo.csv", RVTOOLS)

    done = muster("check", path, "--json")

    report = done.json
    assert done.code == 0
    assert report["is_valid"] is report["usable"] is True
    assert report["file"] == str(path)
    assert report["format"] == {"kind": "csv", "encoding": "utf-8", "delimiter": ","}
    assert report["detection"]["import_category"] == "cmdb_export"
    assert report["detection"]["source_system"] == "rvtools"
    assert report["records"] == {"total": 2, "valid": 2, "invalid": 0}
    (table,) = report["tables"]
    assert (table["header_row"], table["rows"], table["imported"]) == (1, 2, True)
    mapping = {column["source_field"]: column for column in table["mapping"]}
    assert mapping["VM"]["target_field"] == "asset_name"
    assert set(mapping["VM"]) >= {"source_field", "target_field", "confidence", "match_method", "evidence"}
    assert {agent["agent_name"]: agent["status"] for agent in report["agents"]} == {
        "schema_validation": "completed",
        "duplicate_detection": "completed",
        "data_quality": "completed",
        "security_scan": "completed",
    }


@pytest.mark.parametrize(
    ("content", "fail_on", "code"),
    [
        (BROKEN_ROWS, "error", 1),
        (BROKEN_ROWS, "never", 0),
        (WARNINGS_ONLY, "error", 0),
        (WARNINGS_ONLY, "warning", 1),
    ],
)
def test_fail_on_decides_from_which_findings_on_the_exit_code_is_one(
    inside: InsideMuster, write: Write, content: str, fail_on: str, code: int
) -> None:
    assert inside("check", write("apps.csv", content), "--fail-on", fail_on).code == code


def test_a_finding_names_its_line_and_no_cell(inside: InsideMuster, write: Write) -> None:
    report = inside("check", write("apps.csv", BROKEN_ROWS), "--json").json

    (missing,) = [one for one in report["findings"] if one["severity"] == "error"]
    assert (missing["row_number"], missing["line"], missing["agent"]) == (2, 3, "schema_validation")
    assert "lots" not in str(report["findings"])
    assert report["records"] == {"total": 3, "valid": 2, "invalid": 1}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("empty.csv", "is empty"),
        ("picture.csv", "PNG picture"),
        ("vanished.csv", "There is no file"),
    ],
)
def test_what_can_not_be_read_gets_one_sentence_and_exit_code_two(
    muster: Muster, write: Write, name: str, says: str
) -> None:
    folder = write("empty.csv", b"").parent
    write("picture.csv", PICTURE)

    done = muster("check", folder / name, "--json")

    assert done.code == 2
    (sentence,) = done.err.splitlines()
    assert says in sentence
    assert done.json["is_valid"] is done.json["usable"] is False
    assert done.json["error"]["message"] in sentence
    assert done.json["findings"][0]["severity"] == "error"


def test_a_file_of_no_known_kind_is_never_guessed(inside: InsideMuster, write: Write) -> None:
    done = inside("check", write("prices.csv", PRICES), "--json")

    assert done.code == 1
    assert done.json["detection"]["import_category"] is None
    assert done.json["is_valid"] is done.json["usable"] is False
    assert "unknown_kind" in {one["code"] for one in done.json["findings"]}


def test_a_header_without_rows_is_a_finding(inside: InsideMuster, write: Write) -> None:
    done = inside("check", write("header.csv", "Hostname,Operating System\n"), "--json")

    assert done.code == 1
    assert {one["code"] for one in done.json["findings"] if one["severity"] == "error"} == {"no_rows"}


def test_standard_input_is_read(muster: Muster) -> None:
    done = muster("check", "-", "--json", stdin=WARNINGS_ONLY.encode())

    assert done.code == 0
    assert done.json["file"] == "-"
    assert done.json["records"]["total"] == 2


def test_a_folder_gives_a_report_for_each_file_and_the_worst_exit_code(inside: InsideMuster, write: Write) -> None:
    folder = write("RVTools_tabvInfo.csv", RVTOOLS).parent
    write("picture.csv", PICTURE)

    done = inside("check", folder, "--json")

    assert done.code == 2
    assert [one["usable"] for one in done.json["reports"]] == [True, False]


def test_people_see_mapping_agents_and_findings(muster: Muster, write: Write) -> None:
    done = muster("check", write("apps.csv", BROKEN_ROWS))

    for word in ("Hostname", "hostname", "schema_validation", "required_value_missing", "1 would be held back"):
        assert word in done.text
    assert done.err == ""


def test_a_mapping_file_overrules_the_proposal(inside: InsideMuster, write: Write) -> None:
    path = write("apps.csv", WARNINGS_ONLY)
    mapping = write("mapping.json", '{"Memory (GB)": null}')

    report = inside("check", path, "--mapping", mapping, "--json").json

    columns = {column["source_field"]: column for column in report["tables"][0]["mapping"]}
    assert columns["Memory (GB)"]["target_field"] is None
    assert "wrong_type" not in {one["code"] for one in report["findings"]}


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{file}", "--category", "nonsense"),
        ("check", "{file}", "--mapping", "{file}"),
        ("check", "{file}", "--fail-on", "sometimes"),
        ("check",),
        ("chek", "{file}"),
        ("status", "no-id"),
    ],
)
def test_a_mistake_in_the_command_is_exit_code_two(inside: InsideMuster, write: Write, words: tuple[str, ...]) -> None:
    path = write("apps.csv", WARNINGS_ONLY)

    done = inside(*(word.format(file=path) for word in words))

    assert done.code == 2
    assert done.out == b""
    assert done.err
