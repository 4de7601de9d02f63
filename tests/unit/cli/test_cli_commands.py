from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from muster.cli.app import load_command
from muster.cli.directory import COMMANDS
from muster.cli.exit_codes import ExitCode, worst
from muster.cli.home_memory import recall, remember
from muster.cli.importing.results import ImportResult, Outcome
from muster.domain.errors import UnreadableFileError
from muster.domain.flow_document import EnrichmentResult, FlowDocument
from muster.domain.ids import ClientAccountId, EngagementId
from muster.domain.phases import FlowStatus, Phase
from muster.domain.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "command-line.md"


def _leaves(name: str) -> Iterator[tuple[str, Any]]:
    command = load_command(name)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    else:
        yield from ((f"{name} {part}", one) for part, one in inner.items())


def _options(command: Any) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts if word.startswith("--")} - {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_title_in_the_directory_is_the_first_line_of_the_help(name: str) -> None:
    assert (load_command(name).help or "").splitlines()[0] == COMMANDS[name].title


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_stands_in_the_reference(name: str) -> None:
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for full_name, command in _leaves(name):
        (section,) = [text for text in sections if re.match(rf"[^\n]*`muster {full_name}[ `]", text)]
        missing = {option for option in _options(command) if f"`{option}" not in section}
        assert missing <= {"--home", "--client", "--engagement", "--json"}, full_name


def test_the_reference_tells_of_no_command_that_does_not_exist() -> None:
    told = re.findall(r"^## .*$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names = {word for line in told for word in re.findall(r"`muster (\w+)", line)}

    assert names == set(COMMANDS)


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], ExitCode.CLEAN),
        ([ExitCode.CLEAN, ExitCode.FINDINGS], ExitCode.FINDINGS),
        ([ExitCode.FINDINGS, ExitCode.WAITS], ExitCode.WAITS),
        ([ExitCode.UNUSABLE, ExitCode.WAITS, ExitCode.FINDINGS], ExitCode.UNUSABLE),
    ],
)
def test_of_several_exit_codes_the_worst_counts(codes: list[ExitCode], code: ExitCode) -> None:
    assert worst(codes) is code


def _document(**members: Any) -> FlowDocument:
    values: dict[str, Any] = {
        "master_flow_id": uuid4(),
        "flow_id": uuid4(),
        "data_import_id": uuid4(),
        "import_category": "cmdb_export",
        "source_system": "rvtools",
        "status": FlowStatus.COMPLETED,
        "current_phase": Phase.COMPLETE,
        "progress_percentage": 100.0,
        "waiting_for": None,
        "detection": "pending",
        "total_records": 3,
        "processed_records": 3,
        "failed_records": 1,
        "validation_results": None,
        "enrichment_summary": EnrichmentResult(0, 0, {"assets_unchanged": 2}),
        "error": None,
        "poll_after_seconds": None,
    }
    return FlowDocument(**{**values, **members})


@pytest.mark.parametrize(
    ("members", "outcome", "code"),
    [
        ({}, Outcome.UNCHANGED, ExitCode.CLEAN),
        ({"enrichment_summary": EnrichmentResult(1, 0)}, Outcome.IMPORTED, ExitCode.CLEAN),
        ({"enrichment_summary": EnrichmentResult(0, 1)}, Outcome.IMPORTED, ExitCode.CLEAN),
        ({"status": FlowStatus.PAUSED}, Outcome.WAITING, ExitCode.WAITS),
        ({"status": FlowStatus.FAILED, "current_phase": Phase.UPLOAD}, Outcome.FAILED, ExitCode.UNUSABLE),
        ({"status": FlowStatus.FAILED, "current_phase": Phase.VALIDATION}, Outcome.FAILED, ExitCode.FINDINGS),
        ({"status": FlowStatus.CANCELLED}, Outcome.CANCELLED, ExitCode.FINDINGS),
    ],
)
def test_the_outcome_of_an_import_follows_from_its_flow(
    members: dict[str, Any], outcome: Outcome, code: ExitCode
) -> None:
    result = ImportResult("a.csv", 1.0, _document(**members))

    assert result.outcome is outcome
    assert result.exit_code is code


def test_a_refused_file_has_the_shape_of_any_other() -> None:
    refused = ImportResult("a.csv", 0.0, problem=UnreadableFileError("It is a picture.", kind="png"))

    assert refused.as_json().keys() == ImportResult("a.csv", 0.0, _document()).as_json().keys()
    assert refused.as_json()["error"] == {"kind": "png", "code": "unreadable_file", "message": "It is a picture."}


def test_the_engagement_used_last_is_remembered(tmp_path: Path) -> None:
    tenant = Tenant(ClientAccountId(uuid4()), EngagementId(uuid4()))

    remember(tmp_path / "home", tenant)

    assert recall(tmp_path / "home") == tenant


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"client_account_id": 1, "engagement_id": 2}', "\ufeff{"])
def test_a_note_that_can_not_be_read_is_none(tmp_path: Path, note: str) -> None:
    (tmp_path / "last-engagement.json").write_text(note)

    assert recall(tmp_path) is None
