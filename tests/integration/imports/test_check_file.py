"""Checking a file without a database: the same verdict as an import's, in one document."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import InvalidRequestError, MusterError, UnreadableFileError
from muster.domain.findings import Severity
from muster.domain.phases import StepStatus
from muster.domain.processing_config import MappingChoice
from muster.services.check_file import CheckReport, CheckRequest, check_file
from support.bad_files import HEADER_ONLY, REFUSED
from support.imports import HELD_BACK, SERVERS

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 11, 20)


async def check(tmp_path: Path, content: bytes, filename: str = "servers.csv", **more: object) -> CheckReport:
    path = tmp_path / filename
    path.write_bytes(content)
    return await check_file(CheckRequest(path, AS_OF, **more))


async def test_a_clean_file_is_valid_and_usable(tmp_path: Path) -> None:
    report = await check(tmp_path, SERVERS)
    assert report.is_valid
    assert report.usable
    assert (report.records.total, report.records.valid, report.records.invalid) == (3, 3, 0)
    assert [agent.agent_name for agent in report.agents] == [
        "schema_validation",
        "duplicate_detection",
        "data_quality",
        "security_scan",
    ]
    assert {agent.status for agent in report.agents} == {StepStatus.COMPLETED}


async def test_the_document_has_the_members_of_the_contract(tmp_path: Path) -> None:
    document = json.loads(json.dumps((await check(tmp_path, HELD_BACK, name="given/servers.csv")).as_json()))
    assert document["file"] == "given/servers.csv"
    assert len(document["sha256"]) == 64
    assert document["format"] == {"kind": "csv", "encoding": document["format"]["encoding"], "delimiter": ","}
    assert set(document["detection"]) == {"import_category", "source_system", "confidence", "reasons"}
    (table,) = document["tables"]
    assert {"name", "header_row", "rows", "imported", "mapping"} <= set(table)
    assert {"source_field", "target_field", "confidence", "match_method", "evidence"} <= set(table["mapping"][0])
    assert document["records"] == {"total": 4, "valid": 3, "invalid": 1}
    agent = document["agents"][0]
    assert {"agent_name", "status", "error_count", "warning_count", "duration_seconds"} <= set(agent)
    finding = next(item for item in document["findings"] if item["severity"] == "error")
    assert (finding["table"], finding["row_number"], finding["line"]) == ("servers", 4, 5)
    assert {"field", "code", "agent", "message"} <= set(finding)
    assert "999.1.2.3" not in json.dumps(document)


async def test_a_bad_row_makes_it_invalid_but_usable(tmp_path: Path) -> None:
    report = await check(tmp_path, HELD_BACK)
    assert not report.is_valid
    assert report.usable
    assert report.total(Severity.ERROR) == 1


async def test_what_fits_nothing_is_named_unknown(tmp_path: Path) -> None:
    report = await check(tmp_path, b"Colour,Meaning\nred,stop\ngreen,go\n", "legend.csv")
    assert report.detection.import_category is None
    assert not report.is_valid
    assert not report.usable
    assert [finding.code for finding in report.findings] == ["unknown_kind"]
    assert report.agents == ()


async def test_a_header_alone_is_a_finding(tmp_path: Path) -> None:
    report = await check(tmp_path, HEADER_ONLY)
    assert not report.usable
    assert not report.is_valid
    assert "no_rows" in [finding.code for finding in report.findings]
    assert "unknown_kind" not in [finding.code for finding in report.findings]


async def test_a_stated_category_without_a_required_column_is_not_usable(tmp_path: Path) -> None:
    report = await check(tmp_path, b"Thing,Blob\nx1,b\nx2,d\n", category="cmdb")
    assert not report.usable
    assert "required_column_missing" in [finding.code for finding in report.findings]


async def test_a_stated_mapping_is_used(tmp_path: Path) -> None:
    report = await check(
        tmp_path, b"Thing,Blob\nx1,b\nx2,d\n", category="cmdb_export", mapping=(MappingChoice("Thing", "asset_name"),)
    )
    assert report.usable
    assert [(column.source_field, column.target_field) for column in report.tables[0].mapping] == [
        ("Thing", "asset_name"),
        ("Blob", None),
    ]


async def test_only_the_agents_asked_for_run(tmp_path: Path) -> None:
    report = await check(tmp_path, SERVERS, agents=("data_quality",))
    assert [agent.status for agent in report.agents] == [
        StepStatus.SKIPPED,
        StepStatus.SKIPPED,
        StepStatus.COMPLETED,
        StepStatus.SKIPPED,
    ]


@pytest.mark.parametrize(
    "more", [{"category": "horoscope"}, {"agents": ("x",)}, {"mapping": (MappingChoice("Owner", "lord"),)}]
)
async def test_what_does_not_exist_is_refused(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(InvalidRequestError):
        await check(tmp_path, SERVERS, **more)


@pytest.mark.parametrize("case", REFUSED)
async def test_what_can_not_be_read_is_refused_in_a_sentence(tmp_path: Path, case: str) -> None:
    filename, content, said = REFUSED[case]
    with pytest.raises(MusterError, match=said):
        await check(tmp_path, content, filename)


async def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="not there any more"):
        await check_file(CheckRequest(tmp_path / "gone.csv", AS_OF))


async def test_progress_names_each_stage(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_bytes(SERVERS)
    told: list[tuple[str, float]] = []
    await check_file(CheckRequest(path, AS_OF), on_progress=lambda stage, share: told.append((stage, share)))
    assert told[0] == ("reading", 0.0)
    assert ("converting", 1.0) in told
    assert ("security_scan", 1.0) in told
