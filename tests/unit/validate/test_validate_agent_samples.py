"""Every agent against its own samples: the good ones give nothing, the bad ones exactly what is expected."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from validate_samples import SAMPLES, found, knowledge, run, sample

from muster.domain.phases import StepStatus
from muster.pipeline.validate import InMemoryTables, all_agents, run_agent

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(path for agent_id in all_agents() for path in (SAMPLES / agent_id).glob("*.csv"))
CODES = [(agent.id, code.code) for agent in all_agents().values() for code in agent.codes]


def _expected(agent_id: str) -> dict[str, list[list[object]]]:
    expected = json.loads((SAMPLES / agent_id / "expected.json").read_text("utf-8"))
    return {name: entry["findings"] for name, entry in expected.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_sample_gives_the_findings_that_stand_beside_it(path: Path) -> None:
    batches, expected = sample(path)
    outcome = run(path.parent.name, *batches)
    assert outcome.status is StepStatus.COMPLETED, outcome.reason
    assert found(outcome) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_size_of_batches_changes_no_finding(path: Path) -> None:
    batches, expected = sample(path)
    assert found(run(path.parent.name, *batches, batch_rows=2)) == expected


@pytest.mark.parametrize(("agent_id", "code"), CODES)
def test_a_code_is_caught_by_a_sample(agent_id: str, code: str) -> None:
    caught = {place[2] for places in _expected(agent_id).values() for place in places}
    assert code in caught


@pytest.mark.parametrize(("agent_id", "code"), CODES)
def test_switching_off_a_code_spoils_a_sample(agent_id: str, code: str) -> None:
    agent = all_agents()[agent_id]
    less = replace(agent, codes=tuple(item for item in agent.codes if item.code != code))
    outcomes = []
    for path in sorted((SAMPLES / agent_id).glob("*.csv")):
        batches, expected = sample(path)
        outcomes.append(found(run_agent(less, InMemoryTables(tuple(batches)), knowledge())) == expected)
    assert not all(outcomes)


@pytest.mark.parametrize("agent_id", sorted(all_agents()))
def test_every_expected_code_is_declared(agent_id: str) -> None:
    declared = {code.code for code in all_agents()[agent_id].codes}
    assert {place[2] for places in _expected(agent_id).values() for place in places} == declared


@pytest.mark.parametrize("agent_id", sorted(all_agents()))
def test_an_agent_has_a_good_sample_without_findings(agent_id: str) -> None:
    assert _expected(agent_id)["good.csv"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_finding_shows_no_cell_of_the_file(path: Path) -> None:
    (batch,), _ = sample(path)
    cells = {cell for row in batch.text.drop("row_number", "line").rows() for cell in row if cell}
    distinctive = {cell for cell in cells if len(cell) > 7 and any(char.isdigit() for char in cell)}
    shown = [f"{item.message} {item.excerpt} {dict(item.params)}" for item in run(path.parent.name, batch).findings]
    assert not [cell for cell in distinctive if any(cell in text for text in shown)]


def test_the_agents_of_a_cmdb_export_are_there() -> None:
    assert {"schema_validation", "duplicate_detection", "data_quality", "security_scan"} <= all_agents().keys()
