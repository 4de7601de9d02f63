"""Every sample folder of a source gives what its expected.json says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sample_files import expected_of, input_of, process, sample_cases

if TYPE_CHECKING:
    from pathlib import Path

CASES = sample_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_sample_is_understood_as_expected(case: Path, tmp_path: Path) -> None:
    expected = expected_of(case)
    done = process(input_of(case), tmp_path / "staging")

    assert done.detection.import_category == expected["import_category"], done.detection.reasons
    if expected["import_category"] is None:
        assert expected["reason"] in " ".join(done.detection.reasons)
        assert not any(table.imported for table in done.detection.tables)
        return

    (table,) = done.detection.tables
    assert (table.source_system, table.source_table) == (expected["source_system"], expected["source_table"])
    mapped = {column.source_field: column.target_field for column in done.proposal.columns}
    assert {name: mapped[name] for name in expected["mapping"]} == expected["mapping"]
    converted = done.converted[table.table]
    assert converted.skipped["reason"].to_list() == expected["skipped"]
    failures = converted.failures.select("row_number", "field", "code").rows()
    assert sorted(failures) == sorted(tuple(failure) for failure in expected["failures"])
    rows = done.rows(table.table)
    assert len(rows) == len(expected["rows"])
    for row, wanted in zip(rows, expected["rows"], strict=True):
        assert {name: row.get(name) for name in wanted} == wanted
    assert not done.proposal.needs_review, done.proposal.review_reasons
