"""Units are proved by how many numbers would be those of a machine, and asked for where that is contradictory."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from mapping_builders import column_of, staged_of, table_of, values_of

from muster.catalog.registry import categories, sources
from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import FileFormat, ReadReport
from muster.pipeline.detect import detect
from muster.pipeline.mapping import decide_transformations, propose, refined
from muster.pipeline.mapping.decide import questions_of


def decided(field: str, header: str, *cells: str, method: MatchMethod = MatchMethod.HEADER) -> ColumnMapping:
    column = replace(column_of(field), source_field=header, match_method=method)
    (result,) = decide_transformations([column], staged_of([(cell,) for cell in cells]).lazy())
    return result


def test_the_proof_says_how_many_values_support_it() -> None:
    found = decided("memory_gb", "RAM", *["8192", "16384", "32768"] * 4)
    assert found.transformation == "unit:MB"
    assert "12 of 12 values fit MB and none GB" in found.evidence


def test_cells_that_name_their_unit_need_no_proof() -> None:
    found = decided("memory_gb", "RAM", "8 GB", "16384 MB", "32 GiB")
    assert found.transformation is None
    assert "3 of 3 cells name their unit" in found.evidence


@pytest.mark.parametrize(
    ("field", "header", "cells"),
    [
        ("memory_gb", "RAM (GB)", ["8192", "16384", "32768"]),
        ("memory_gb", "RAM (MB)", ["8", "16", "32"]),
        ("installed_at", "Installed", ["31/01/2024", "01/31/2024"]),
        ("storage_gb", "Disk GB", ["1,5", "2,25", "1.5", "2.25"]),
    ],
)
def test_values_that_contradict_are_a_question(field: str, header: str, cells: list[str]) -> None:
    (question,) = questions_of(decided(field, header, *cells))
    assert question.endswith("?")


def test_a_slip_of_the_hand_among_many_is_no_question() -> None:
    assert questions_of(decided("installed_at", "Installed", *["31/01/2024"] * 200, "01/31/2024")) == ()


def test_a_person_who_has_spoken_is_not_asked() -> None:
    said = decided("memory_gb", "RAM (GB)", "8192", "16384", "32768", method=MatchMethod.USER)
    assert questions_of(said) == ()


def test_a_question_makes_the_mapping_wait() -> None:
    columns, rows = ("Hostname", "RAM (GB)"), [("web01", "8192"), ("web02", "16384"), ("web03", "32768")]
    report = ReadReport(FileFormat("csv"), (table_of(columns, list(rows)),))
    proposal = propose(report, detect(report, "t.csv", sources(), categories()), sources(), categories())
    assert proposal.needs_review
    assert "is it GB or MB?" in proposal.review_reasons[0]


def test_what_the_whole_column_says_goes_before_what_a_sample_said() -> None:
    table = table_of(("Hostname", "Installed"), [("web01", "01/02/2024"), ("web02", "03/04/2024")])
    report = ReadReport(FileFormat("csv"), (table,))
    proposal = propose(report, detect(report, "t.csv", sources(), categories()), sources(), categories())
    assert proposal.columns[1].transformation == "date:mdy"
    whole = staged_of([("web01", "01/02/2024"), ("web02", "03/04/2024"), ("web03", "31/12/2024")]).lazy()
    assert refined(proposal, {table.name: whole}).columns[1].transformation == "date:dmy"


def test_a_share_of_one_is_a_fraction_only_where_some_machine_is_busy() -> None:
    busy = decided("cpu_utilization_percent", "CPU", "0.25", "0.9", "0.4")
    idle = decided("cpu_utilization_percent", "CPU", "0.05", "0.13", "0.09")
    assert (busy.transformation, idle.transformation) == ("fraction", None)


def test_a_header_that_says_decimal_settles_it() -> None:
    assert decided("cpu_utilization_percent", "avgCpuUsagePctDec (%)", "0.05", "0.13").transformation == "fraction"


def test_a_stated_percent_is_never_taken_for_a_fraction() -> None:
    column = replace(column_of("cpu_utilization_percent", transformation="unit:percent"), match_method=MatchMethod.USER)
    (found,) = decide_transformations([column], pl.LazyFrame({"c0": ["0.25", "0.9"]}))
    assert found.transformation == "unit:percent"


def test_a_rate_in_bytes_becomes_bits() -> None:
    assert decided("network_throughput_mbps", "Network (MB/s)", "10", "20").transformation == "unit:MB/s"
    assert decided("network_throughput_mbps", "Network Mbps", "10", "20").transformation is None


def test_line_breaks_part_values_before_any_other_mark() -> None:
    assert decided("tags", "Tags", "Owner=Example, Jane\nTier=1", "a").transformation == "list:newline"


def held_against(used: list[str], whole: list[str], used_header: str = "In use") -> ColumnMapping:
    columns = [
        replace(column_of("storage_gb"), source_field="Capacity GB"),
        replace(column_of("storage_used_gb", 1), source_field=used_header),
    ]
    rows = list(zip(whole, used, strict=True))
    return decide_transformations(columns, staged_of(rows).lazy())[1]


def test_what_is_used_is_held_against_the_whole() -> None:
    found = held_against(["20", "30", "40"], ["100", "200", "300"])
    assert "at most “Capacity GB” in 3 of 3 rows" in found.evidence


def test_a_part_without_a_unit_takes_the_one_in_which_it_is_less_than_the_whole() -> None:
    found = held_against(["9000", "15000", "12000"], ["10", "20", "30"])
    assert found.transformation == "unit:MB"
    assert "so taken for MB" in found.evidence or "fit MB" in found.evidence


def test_a_stated_unit_in_which_a_part_is_more_than_the_whole_is_a_question() -> None:
    found = held_against(["500", "900", "1500"], ["10", "20", "30"], "Used GB")
    assert "is it GB or MB?" in questions_of(found)[-1]


def cores_beside(sockets: list[str], cores: list[str]) -> ColumnMapping:
    columns = [column_of("cpu_sockets"), replace(column_of("cpu_cores", 1), source_field="Cores")]
    rows = list(zip(sockets, cores, strict=True))
    return decide_transformations(columns, staged_of(rows).lazy())[1]


def test_cores_in_all_are_a_multiple_of_the_sockets() -> None:
    assert "a multiple of “h0” in 3 of 3 rows" in cores_beside(["1", "2", "4"], ["8", "16", "64"]).evidence


def test_fewer_cores_than_sockets_are_a_question() -> None:
    (question,) = questions_of(cores_beside(["2", "4", "8"], ["1", "2", "4"]))
    assert question.endswith("are they counted for each socket?")


def test_a_rate_in_a_cell_goes_before_that_of_its_column() -> None:
    assert values_of("disk_throughput_mbps", "10 MB/s", "80 Mbit/s", "500 KB/s", "12") == [10.0, 10.0, 0.5, 12.0]


def test_a_question_of_the_sample_falls_when_the_whole_column_answers_it() -> None:
    table = table_of(("Hostname", "Installed"), [("web01", "31/01/2024"), ("web02", "01/31/2024")])
    report = ReadReport(FileFormat("csv"), (table,))
    proposal = propose(report, detect(report, "t.csv", sources(), categories()), sources(), categories())
    assert proposal.needs_review
    whole = staged_of([("web01", "31/01/2024")] * 300 + [("web02", "01/31/2024")]).lazy()
    assert not refined(proposal, {table.name: whole}).needs_review
