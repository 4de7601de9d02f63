"""Every sample folder of a source gives what its expected.json says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_files import expected_of, input_of, process, sample_cases

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

    table = next(table for table in done.detection.tables if table.imported)
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
    assert done.proposal.needs_review is expected.get("needs_review", False), done.proposal.review_reasons


SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "real" / "cmdb_export"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not on this machine")
def test_the_real_rvtools_workbook_gives_its_nine_machines_in_gigabytes(tmp_path: Path) -> None:
    done = process(SHARED / "rvtools_kubev2v_example1.xlsx", tmp_path / "staging")
    converted = done.converted["vInfo"]
    assert converted.failures.is_empty()
    typed = converted.typed
    assert typed.height == 9
    first = typed.row(0, named=True)
    assert first["memory_gb"] == 2224 / 1024
    assert first["storage_gb"] == 100494 / 1024
    assert first["storage_used_gb"] == 96952 / 1024
    assert typed["record_key"].n_unique() == 9


@pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not on this machine")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aws_cmf_server-list.csv", {"server_name": "asset_name", "server_fqdn": "fqdn", "app_name": "application_name",
                                     "wave_name": "migration_wave", "r_type": "six_r_strategy",
                                     "server_environment": "environment", "instanceType": None, "aws_accountid": None}),
        ("cybersoluce_sample-assets.csv", {"asset_id": "source_id", "asset_name": "asset_name",
                                           "asset_type": "asset_type", "owner_team": "support_group"}),
        ("konveyor_template_application_import.csv", {"Application Name": "asset_name", "Owner": "business_owner",
                                                      "Business Service": None, "Tags": "tags"}),
    ],
)  # fmt: skip
def test_a_real_list_is_mapped_without_a_false_identity(
    name: str, expected: dict[str, str | None], tmp_path: Path
) -> None:
    done = process(SHARED / name, tmp_path / "staging")
    first = done.proposal.for_table(done.proposal.columns[0].table)
    mapped = {column.source_field: column.target_field for column in first}
    assert {column: mapped[column] for column in expected} == expected
    assert all(converted.failures.is_empty() for converted in done.converted.values())
