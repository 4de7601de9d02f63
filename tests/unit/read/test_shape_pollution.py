"""Systematically polluted files are read as a careful person would read them, and whole ones are left whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from mixed_tables import combined, plain_tables
from pollution import Polluted, Table, pollutions

from muster.domain.errors import MusterError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from pathlib import Path

LEAST_SCORE = 0.97
"""The best that is published for Pollock's files is 96.6 % (csv-nose); CleverCSV 95.2 %, DuckDB 84.1 %."""


def _read(case: Polluted, folder: Path) -> list[Table] | None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "servers.csv"
    path.write_bytes(case.data)
    try:
        report = read_file(inspect_upload(path), folder / "staging")
    except MusterError:
        return None
    tables = []
    for table in report.tables:
        frame = pl.read_parquet(folder / "staging" / table.staged).drop(ROW_NUMBER, LINE)
        tables.append(Table(list(table.columns), [[cell or "" for cell in row] for row in frame.iter_rows()]))
    return tables


@pytest.mark.parametrize("case", list(pollutions()), ids=lambda case: case.name)
def test_a_polluted_file_is_read_as_a_careful_person_would(case: Polluted, tmp_path: Path) -> None:
    assert _read(case, tmp_path) == case.truth


def test_files_polluted_above_and_below_are_read_as_well(tmp_path: Path) -> None:
    cases = combined(250, seed=7)
    wrong = [case.name for number, case in enumerate(cases) if _read(case, tmp_path / str(number)) != case.truth]
    score = 1 - len(wrong) / len(cases)
    assert score >= LEAST_SCORE, f"{score:.1%} of {len(cases)} files; not: {wrong}"


def test_a_table_of_any_values_is_neither_cut_nor_shortened(tmp_path: Path) -> None:
    cases = plain_tables(120, seed=11)
    wrong = [case.name for number, case in enumerate(cases) if _read(case, tmp_path / str(number)) != case.truth]
    assert wrong == []
