"""A proposal covers every column and asks for a look where it is unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping_builders import table_of

from muster.catalog.registry import categories, sources
from muster.domain.tables import FileFormat, ReadReport
from muster.pipeline.detect import detect
from muster.pipeline.mapping import propose

if TYPE_CHECKING:
    from muster.domain.mapping import MappingProposal


def proposal_for(columns: tuple[str, ...], *rows: tuple[str | None, ...]) -> MappingProposal:
    report = ReadReport(FileFormat("csv"), (table_of(columns, list(rows), name="t"),))
    detection = detect(report, "t.csv", sources(), categories(), stated_category="cmdb_export")
    return propose(report, detection, sources(), categories())


def test_every_column_is_in_the_proposal_with_evidence_and_null_where_nothing_fits() -> None:
    proposal = proposal_for(("Hostname", "Colour"), ("web01", "red"), ("web02", "blue"))
    assert [(column.source_field, column.target_field) for column in proposal.columns] == [
        ("Hostname", "hostname"),
        ("Colour", None),
    ]
    assert all(column.evidence for column in proposal.columns)
    assert not proposal.needs_review


def test_a_file_without_an_identity_column_asks_for_a_look() -> None:
    proposal = proposal_for(("Colour", "RAM (GB)"), ("red", "8"))
    assert proposal.needs_review
    assert "no column gives one of" in proposal.review_reasons[0]
