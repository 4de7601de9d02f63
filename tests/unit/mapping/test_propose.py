"""A proposal covers every column, asks for a look where it is unsure, and gives way to the user's word."""

from __future__ import annotations

import json

import pytest
from mapping_builders import table_of

from muster.catalog.registry import categories, sources
from muster.domain.errors import InvalidRequestError
from muster.domain.mapping import Detection, MappingProposal, MatchMethod
from muster.domain.tables import FileFormat, ReadReport
from muster.pipeline.detect import detect
from muster.pipeline.mapping import apply_override, propose, read_override


def proposal_for(columns: tuple[str, ...], *rows: tuple[str | None, ...]) -> tuple[MappingProposal, Detection]:
    report = ReadReport(FileFormat("csv"), (table_of(columns, list(rows), name="t"),))
    detection = detect(report, "t.csv", sources(), categories(), stated_category="cmdb_export")
    return propose(report, detection, sources(), categories()), detection


def overridden(document: object, columns: tuple[str, ...], *rows: tuple[str | None, ...]) -> dict[str, str | None]:
    proposal, detection = proposal_for(columns, *rows)
    changed = apply_override(proposal, read_override(json.dumps(document)), detection, categories())
    return {column.source_field: column.target_field for column in changed.columns}


def test_every_column_is_in_the_proposal_with_evidence_and_null_where_nothing_fits() -> None:
    proposal, _ = proposal_for(("Hostname", "Colour"), ("web01", "red"), ("web02", "blue"))
    assert [(column.source_field, column.target_field) for column in proposal.columns] == [
        ("Hostname", "hostname"),
        ("Colour", None),
    ]
    assert all(column.evidence for column in proposal.columns)
    assert not proposal.needs_review


def test_a_file_without_an_identity_column_asks_for_a_look() -> None:
    proposal, _ = proposal_for(("Colour", "RAM (GB)"), ("red", "8"))
    assert proposal.needs_review
    assert "no column gives one of" in proposal.review_reasons[0]


def test_the_users_word_comes_first_and_frees_the_field_from_another_column() -> None:
    mapped = overridden({"Alias": "asset_name"}, ("Server Name", "Alias"), ("web01", "shop"))
    assert mapped == {"Server Name": None, "Alias": "asset_name"}


def test_the_users_mapping_may_name_the_table_and_take_a_column_out() -> None:
    mapped = overridden({"T": {"os": None}}, ("Hostname", "OS"), ("web01", "Ubuntu"))
    assert mapped == {"Hostname": "hostname", "OS": None}


def test_the_users_word_is_marked_as_such() -> None:
    proposal, detection = proposal_for(("Hostname", "Colour"), ("web01", "red"))
    changed = apply_override(proposal, read_override('{"Colour": "tags"}'), detection, categories())
    column = changed.columns[1]
    assert (column.target_field, column.confidence, column.match_method) == ("tags", 1.0, MatchMethod.USER)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "no JSON"),
        ("[1]", "must be a JSON object"),
        ('{"Hostname": "colour"}', "'colour', which is no field"),
        ('{"Hostname": 3}', "3, which is no field"),
        ('{"sheet9": {"Hostname": "hostname"}}', "'sheet9'; this import has t"),
        ('{"Nope": "hostname"}', "'Nope'"),
    ],
)
def test_a_mapping_that_can_not_be_meant_is_refused_by_name(text: str, names: str) -> None:
    proposal, detection = proposal_for(("Hostname",), ("web01",))
    with pytest.raises(InvalidRequestError) as refusal:
        apply_override(proposal, read_override(text), detection, categories())
    assert names in refusal.value.message
