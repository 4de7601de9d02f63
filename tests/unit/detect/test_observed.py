"""When a file was observed: what it says itself, where it says so, and what does not count."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from muster.catalog.model import ObservationColumn, Source
from muster.catalog.registry import categories, sources
from muster.domain.findings import Severity
from muster.domain.mapping import TableDetection
from muster.domain.tables import TableInfo, cell_column
from muster.pipeline.detect import detect
from muster.pipeline.detect.observed import Observation, StatingTable, Title, observe, stating_tables
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import inspect_upload

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "observed"
UPLOADED = datetime(2024, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("case", sorted(SAMPLES.iterdir()), ids=lambda case: case.name)
def test_a_sample_says_when_it_was_observed(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    (path,) = (path for path in case.iterdir() if path.name != "expected.json")
    report = read_file(inspect_upload(path), tmp_path)
    detection = detect(report, path.name, sources(), categories())
    staged = {table.name: pl.scan_parquet(tmp_path / table.staged) for table in report.tables}
    found = observe(stating_tables(report, detection, staged), sources(), UPLOADED)

    assert [[str(one.evidence), str(one.doubt)] for one in found.refused] == expected["refused"]
    at = None if found.at is None else (found.at.moment.isoformat(), str(found.at.evidence))
    assert at == (None if expected["observed_at"] is None else (expected["observed_at"], expected["place"]))


def table(
    header: str | None = None,
    values: list[str | None] | None = None,
    *,
    titles: tuple[Title, ...] = (),
    imported: bool = True,
    name: str = "t",
) -> StatingTable:
    """A table of the source `probe`, kind `list`, with host names and one column more."""
    cells = {"Hostname": ["a", "b", "c"], **({header: values or []} if header else {})}
    staged = pl.LazyFrame({cell_column(place): column for place, column in enumerate(cells.values())})
    return StatingTable(
        TableInfo(0, name, tuple(cells), 1, 3, "t.parquet"),
        TableDetection(name, "cmdb_export", "probe", "list", 0.9, (), imported),
        staged,
        titles,
    )


def seen(*tables: StatingTable, source: Source | None = None, uploaded_at: datetime = UPLOADED) -> Observation:
    return observe(tables, {} if source is None else {"probe": source}, uploaded_at)


def moment(observation: Observation) -> str | None:
    return None if observation.at is None else observation.at.moment.strftime("%Y-%m-%d %H:%M:%S")


def same(text: str) -> list[str | None]:
    return [text] * 3


@pytest.mark.parametrize(
    "header",
    [
        "Export Date", "export_date", "ExportedAt", "EXPORTED ON", "Snapshot Date", "snapshot time (UTC)",
        "Report Date", "Report generated on", "Scan date", "As of", "as-of date", "AsOfDate", "Exportdatum", "Stichtag",
        "Date d'export", "Fecha de exportación", "Data de extração",
    ],
)  # fmt: skip
def test_a_constant_column_named_like_the_date_of_the_file_counts(header: str) -> None:
    assert moment(seen(table(header, same("2024-05-31T14:05:00Z")))) == "2024-05-31 14:05:00"


@pytest.mark.parametrize(
    "header",
    [
        "Created",
        "Last Scan Date",
        "Warranty date",
        "Report",
        "Reported on",
        "Last seen",
        "Export Date (CET)",
        "Updated",
    ],
)
def test_a_column_that_speaks_of_the_row_does_not_count(header: str) -> None:
    assert seen(table(header, same("2024-05-31"))) == Observation()


def test_a_total_below_the_rows_may_leave_the_column_empty_but_most_rows_may_not() -> None:
    many = StatingTable(
        TableInfo(0, "t", ("Export Date",), 1, 20, "t.parquet"),
        table().detected,
        pl.LazyFrame({"c0": ["2024-05-31"] * 19 + [None]}),
    )
    assert moment(seen(many)) == "2024-05-31 00:00:00"
    assert seen(table("Export Date", ["2024-05-31", None, None])) == Observation()


def test_a_table_that_is_not_imported_dates_nothing_by_a_column() -> None:
    assert seen(table("Export Date", same("2024-05-31"), imported=False)) == Observation()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-31", "2024-05-31 00:00:00"),
        ("2024/05/31 14:05:12", "2024-05-31 14:05:12"),
        ("2024-05-31 14:05", "2024-05-31 14:05:00"),
        ("2024-05-31 14:05 UTC", "2024-05-31 14:05:00"),
        ("2024-05-31T14:05:00+02:00", "2024-05-31 12:05:00"),
        ("2024-05-31T14:05:00.123456789+00:00", "2024-05-31 14:05:00"),
        ("31.05.2024 14:05", "2024-05-31 14:05:00"),
        ("5/31/2024 2:05:12 PM", "2024-05-31 14:05:12"),
        ("04/04/2024", "2024-04-04 00:00:00"),
        ("31 May 2024 14:05 GMT", "2024-05-31 14:05:00"),
        ("May 31, 2024", "2024-05-31 00:00:00"),
    ],
)
def test_a_date_without_a_zone_is_utc_and_its_form_is_free(text: str, expected: str) -> None:
    assert moment(seen(table("Export Date", same(text)))) == expected


@pytest.mark.parametrize("text", ["03/04/2024", "3.4.2024 14:05", "24-05-31", "31.05.24", "01/02/03"])
def test_a_date_whose_order_is_not_proved_is_not_guessed(text: str) -> None:
    found = seen(table("Export Date", same(text)))
    assert found.at is None
    (finding,) = found.findings()
    assert (finding.code, finding.severity) == ("observation_time_ambiguous", Severity.WARNING)


@pytest.mark.parametrize("text", ["yesterday", "45443.5", "20240531", "Q2 2024", "v4.6.1", "10.0.0.1", "14:05", ""])
def test_what_is_no_date_is_passed_over(text: str) -> None:
    assert seen(table("Export Date", same(text))) == Observation()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Report generated on 2024-05-31 14:05 UTC", "2024-05-31 14:05:00"),
        ("Export date: 31.05.2024", "2024-05-31 00:00:00"),
        ("# Exported: 2024-05-31T14:05:00Z", "2024-05-31 14:05:00"),
        ("Servers in scope (as of May 31, 2024)", "2024-05-31 00:00:00"),
        ("Generated by the CMDB on Friday, May 31, 2024 at 2:05 PM", "2024-05-31 14:05:00"),
        ("Generated 2024-05-31 14:05 by admin", "2024-05-31 14:05:00"),
        ("Stand: 31. Mai 2024", "2024-05-31 00:00:00"),
        ("Serverliste, erstellt am 31.05.2024 um 14:05 Uhr", "2024-05-31 14:05:00"),
        ("Date d'export : 31/05/2024", "2024-05-31 00:00:00"),
        ("Fecha de exportación: 31/05/2024", "2024-05-31 00:00:00"),
        ("Snapshot time 2024-05-31T14:05:00+02:00", "2024-05-31 12:05:00"),
    ],
)
def test_a_line_above_the_header_that_announces_its_date_counts(title: str, expected: str) -> None:
    found = seen(table(titles=((1, "CMDB export"), (2, title))))
    assert moment(found) == expected
    assert found.at is not None
    assert str(found.at.evidence) == "table t, line 2, above the header"


@pytest.mark.parametrize(
    "title",
    [
        "CMDB export 2024-05-31",
        "Created 2019-01-01",
        "Report period: 2024-01-01 to 2024-05-31",
        "Report date: 2024-01-01 to 2024-05-31",
        "Next export date: 2024-06-01",
        "Previous report date: 2024-05-01",
        "Exported 45 servers",
        "Generated by tool 4.6.1",
        "Understand: 2024-05-31",
        "Report generated on",
    ],
)
def test_a_line_above_the_header_that_says_something_else_does_not_count(title: str) -> None:
    assert seen(table(titles=((1, title),))) == Observation()


@pytest.mark.parametrize("title", ["Report date: 03/04/2024", "Generated 2024-05-31 14:05 CEST"])
def test_a_line_above_the_header_is_not_guessed_at(title: str) -> None:
    (finding,) = seen(table(titles=((3, title),))).findings()
    assert (finding.code, finding.table, finding.line) == ("observation_time_ambiguous", "t", 3)


SOURCE = Source("probe", "Probe", "cmdb_export", (), observed_in=(ObservationColumn("list", ("Polled", "Poll time")),))


def test_the_newest_moment_of_the_column_that_its_source_declares_counts() -> None:
    polled = table("poll_time", ["2024-05-30", "2024-05-31", None])
    assert moment(seen(polled, source=SOURCE)) == "2024-05-31 00:00:00"
    assert seen(polled) == Observation()


def test_the_order_of_a_declared_column_is_proved_by_one_of_its_dates() -> None:
    assert moment(seen(table("Polled", ["03/04/2024", "31/03/2024", None]), source=SOURCE)) == "2024-04-03 00:00:00"
    assert moment(seen(table("Polled", ["03/04/2024", "03/31/2024", None]), source=SOURCE)) == "2024-03-31 00:00:00"
    both = seen(table("Polled", ["03/04/2024", "31/03/2024", "03/30/2024"]), source=SOURCE)
    assert moment(both) == "2024-03-31 00:00:00"
    assert [one.doubt.name for one in both.refused] == ["ORDER"]


def test_one_date_that_can_not_be_right_leaves_the_others() -> None:
    found = seen(table("Polled", ["2199-01-01", "2024-05-31", "0001-01-01"]), source=SOURCE)
    assert moment(found) == "2024-05-31 00:00:00"
    assert [finding.code for finding in found.findings()] == [
        "observation_time_implausible",
        "observation_time_implausible",
        "observation_time_from_file",
    ]


def test_the_source_goes_before_a_title_and_a_title_before_a_column() -> None:
    title = ((1, "Exported 2024-05-02"),)
    polled = table("Polled", same("2024-05-01"), titles=title)
    exported = table("Export Date", same("2024-05-03"), titles=title)
    assert moment(seen(polled, exported, source=SOURCE)) == "2024-05-01 00:00:00"
    assert moment(seen(exported, source=SOURCE)) == "2024-05-02 00:00:00"


def test_of_several_tables_the_newest_date_counts_whatever_their_order() -> None:
    tables = [table("Export Date", same(day), name=day) for day in ("2024-05-30", "2024-05-31", "2024-05-29")]
    assert {moment(seen(*order)) for order in (tables, tables[::-1])} == {"2024-05-31 00:00:00"}


def test_a_later_upload_of_the_same_file_finds_the_same_moment() -> None:
    exported = table("Export Date", same("2024-05-31 14:05"))
    assert seen(exported) == seen(exported, uploaded_at=UPLOADED + timedelta(days=400))


def test_the_moment_of_the_upload_itself_is_not_after_it() -> None:
    exported = table("Export Date", same(UPLOADED.isoformat()))
    assert moment(seen(exported)) == "2024-06-15 12:00:00"
    assert seen(exported, uploaded_at=UPLOADED - timedelta(seconds=1)).at is None


def test_a_finding_names_the_place_and_no_cell() -> None:
    (used,) = seen(table("Export Date", same("31/05/2024 14:05"))).findings()
    assert (
        used.message
        == "The file says that this was observed at 2024-05-31T14:05:00+00:00 (table t, column “Export Date”)."
    )
    assert (used.severity, used.table, used.field) == (Severity.INFO, "t", "Export Date")
    (refused,) = seen(table("Export Date", same("2199-01-01"))).findings()
    assert refused.message == (
        "The date in table t, column “Export Date” is not taken as the time of observation: it lies after the upload."
    )
    assert "2199" not in str(refused)


def test_a_source_declares_columns_of_tables_that_it_has() -> None:
    for source in sources().values():
        tables = {declared.name: declared for declared in source.tables}
        for declared in source.observed_in:
            spellings = {spelling for column in tables[declared.table].columns for spelling in column.spellings}
            assert set(declared.column) <= spellings
