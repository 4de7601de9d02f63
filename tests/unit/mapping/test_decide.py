"""What a whole column says about its own writing is decided once, over all rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mapping_builders import column_of, staged_of

from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping import decide_transformations


def decided(field: str, header: str, *cells: str, how: str | None = None) -> tuple[str | None, str]:
    column = replace(column_of(field, transformation=how), source_field=header)
    (result,) = decide_transformations([column], staged_of([(cell,) for cell in cells]).lazy())
    return result.transformation, result.evidence


@pytest.mark.parametrize(
    ("field", "header", "cells", "how"),
    [
        ("memory_gb", "RAM (MB)", ["1", "2"], "unit:MB"),
        ("memory_gb", "RAM", ["8192", "16384"], "unit:MB"),
        ("memory_gb", "RAM", ["8", "16"], None),
        ("memory_gb", "RAM", ["8589934592", "17179869184"], "unit:B"),
        ("memory_gb", "RAM GiB", ["8192", "16384"], "unit:GiB"),
        ("storage_gb", "Disk", ["100000", "200000"], "unit:MB"),
        ("cpu_speed_mhz", "CPU Speed", ["2.6", "3.1"], "unit:GHz"),
        ("memory_gb", "RAM GB", ["1,5", "2", "16"], "decimal:,"),
        ("memory_gb", "RAM GB", ["1.5", "1,024"], None),
        ("storage_gb", "Disk GB", ["1.024,5", "2.048"], "decimal:,"),
        ("cpu_utilization_percent", "CPU %", ["0.25", "0.9", "1"], "fraction"),
        ("cpu_utilization_percent", "CPU %", ["0.25", "90"], None),
        ("cpu_utilization_percent", "CPU %", ["1", "0"], None),
        ("installed_at", "Installed", ["01.02.2024", "31.01.2024"], "date:dmy"),
        ("installed_at", "Installed", ["01/02/2024", "01/31/2024"], "date:mdy"),
        ("installed_at", "Installed", ["01.02.2024"], "date:dmy"),
        ("installed_at", "Installed", ["2024-01-31"], None),
        ("installed_at", "Installed", ["45291", "45300"], "date:excel"),
        ("last_seen", "Seen", ["1704164645"], "date:epoch_s"),
        ("tags", "Tags", ["a;b", "c"], "list:;"),
        ("tags", "Tags", ["a, b", "c"], "list:,"),
        ("tags", "Tags", ["a", "c"], None),
    ],
)
def test_a_column_says_how_it_is_written(field: str, header: str, cells: list[str], how: str | None) -> None:
    transformation, _ = decided(field, header, *cells)
    expected = None if how == "unit:GiB" else how
    assert transformation in {how, expected}


def test_the_conversion_is_stated_in_the_evidence() -> None:
    _, evidence = decided("memory_gb", "RAM (MB)", "8192")
    assert "its header says MB, divided by 1024 to GB" in evidence


def test_dates_that_prove_nothing_say_so() -> None:
    _, evidence = decided("installed_at", "Installed", "01/02/2024", "03/04/2024")
    assert "can not be told apart" in evidence


def test_a_neighbours_proof_settles_what_a_column_leaves_open() -> None:
    columns = [
        column_of("installed_at"),
        column_of("end_of_support_date", 1),
        column_of("memory_gb", 2),
        column_of("storage_gb", 3),
    ]
    rows = [("01/02/2024", "31/12/2030", "1,5", "1.024"), ("03/04/2024", "01/12/2030", "2,5", "2.048")]
    decided_columns = decide_transformations(columns, staged_of(rows).lazy())
    assert [column.transformation for column in decided_columns] == ["date:dmy", "date:dmy", "decimal:,", "decimal:,"]


def test_what_a_source_states_is_kept_and_deciding_twice_changes_nothing() -> None:
    stated = column_of("memory_gb", transformation="unit:MiB")
    columns = [replace(stated, evidence="column “Memory” of vInfo", match_method=MatchMethod.SOURCE_PROFILE)]
    staged = staged_of([("2",), ("4",)]).lazy()
    once = decide_transformations(columns, staged)
    assert once[0].transformation == "unit:MiB"
    assert decide_transformations(once, staged) == once


def test_the_whole_column_counts_not_its_first_rows() -> None:
    cells = ["01/02/2024"] * 5000 + ["13/02/2024"]
    assert decided("installed_at", "Installed", *cells)[0] == "date:dmy"
