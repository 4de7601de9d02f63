"""A reject file that comes back is read as the user's own: the same tables, columns and cells, and no reasons."""

from __future__ import annotations

import asyncio
import codecs
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.blobs.store import Blobs
from muster.db.repos.import_values import StoredTable
from muster.domain.mapping import TableDetection
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read.reader import read_file, read_head
from muster.pipeline.read.text.mojibake import is_likely
from muster.pipeline.upload import Limits, inspect_upload
from muster.services.reject_dialect import TextDialect, dialect_of
from muster.services.reject_files import Reject, rejects_as_csv, rejects_as_xlsx, sheet_name
from muster.services.returned_rejects import staged_without_reasons, without_reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from muster.domain.tables import ReadReport

REASON = "Owner: the word is unknown; IP Address: no address, see its findings"
UTF8 = TextDialect("utf-8", b"", ",", '"', "\n")
DIALECTS = [
    TextDialect(),
    UTF8,
    TextDialect("utf-8", b"", "\t", '"', "\n"),
    TextDialect("cp1252", b"", ";", '"', "\r\n"),
    TextDialect("cp1252", b"", "|", "'", "\r"),
    TextDialect("utf-16-le", codecs.BOM_UTF16_LE, ";", '"', "\r\n"),
]

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Held:
    """A table with its rows that were held back; the second cell of each is the bad one."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class Pages:
    """Tables as the writers ask for them."""

    held: Sequence[Held]

    def tables(self) -> list[StoredTable]:
        unknown = TableDetection("", None, None, None, 0.0, (), imported=True)
        return [
            StoredTable(number, held.name, held.columns, 1, len(held.rows), imported=True, detected=unknown)
            for number, held in enumerate(self.held)
        ]

    async def rows(self, table: StoredTable) -> AsyncIterator[list[Reject]]:
        rows = [Reject(2, row, {1: "no address"}, REASON) for row in self.held[table.number].rows]
        if rows:
            yield rows


SERVERS = Held(
    "servers",
    ("Name", "IP Address", "Operating System", "Owner", "Notes"),
    (
        ("web01", "10.0.0.300", "Ubuntu 22.04", "Ann Lee", "=1+1"),
        (None, "10.0.0.2", "Größe; 5,5", 'the "new" one', "'=kept"),
        ("0012", None, "Ubuntu 22.04", None, "two\nlines"),
    ),
)
HOSTS = Held("hosts: a/b [of the second floor, room 12]", ("Host", "CPU model", "Memory"), (("esx01", "x", "a lot"),))


def written(held: Sequence[Held], dialect: TextDialect | None, folder: Path) -> Path:
    """A reject file: text in a dialect, else a workbook."""
    blobs, pages = Blobs(str(folder / "blobs")), Pages(held)
    path = folder / f"servers-rejects.{'csv' if dialect else 'xlsx'}"

    async def write() -> None:
        pieces = rejects_as_csv(pages, blobs, dialect) if dialect else rejects_as_xlsx(pages, blobs)
        path.write_bytes(b"".join([piece async for piece in pieces]))

    asyncio.run(write())
    return path


def read_back(path: Path) -> tuple[ReadReport, list[Held]]:
    """The report of a file, and its tables with their rows."""
    staging = path.parent / "staging"
    limits = Limits()
    upload = inspect_upload(path, limits, filename=path.name)
    report = staged_without_reasons(read_file(upload, staging, limits), staging)
    found = [
        Held(
            table.name, table.columns, tuple(pl.read_parquet(staging / table.staged).drop(ROW_NUMBER, LINE).iter_rows())
        )
        for table in report.tables
    ]
    return report, found


@pytest.mark.parametrize("dialect", [*DIALECTS, None])
def test_tables_columns_and_cells_come_back_as_they_were_sent(dialect: TextDialect | None, tmp_path: Path) -> None:
    report, found = read_back(written([SERVERS, HOSTS], dialect, tmp_path))
    assert found == [SERVERS, HOSTS]
    assert not [finding for finding in report.findings if finding.severity != "info"]


@pytest.mark.parametrize("dialect", [UTF8, None])
def test_the_head_is_read_as_the_whole_is(dialect: TextDialect | None, tmp_path: Path) -> None:
    path = written([SERVERS], dialect, tmp_path)
    report = without_reasons(read_head(inspect_upload(path, Limits(), filename=path.name)))
    assert report.tables[0].columns == SERVERS.columns
    assert report.tables[0].name == "servers"
    assert report.tables[0].sample == SERVERS.rows


def test_a_table_is_called_as_before_in_whatever_file_it_is_saved(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Tabelle1"
    for row in [("Name", "muster reason: vInfo", "Note"), ("web01", "why", "added by hand")]:
        book.active.append(row)
    book.save(tmp_path / "saved.xlsx")
    _, found = read_back(tmp_path / "saved.xlsx")
    assert found == [Held("vInfo", ("Name", "Note"), (("web01", "added by hand"),))]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Name,Reason,Notes\nweb01,old,'=1+1\nweb02,new,x\n")
    _, found = read_back(path)
    assert found == [Held("own", ("Name", "Reason", "Notes"), (("web01", "old", "'=1+1"), ("web02", "new", "x")))]


def test_a_character_that_the_encoding_lacks_makes_the_file_utf8(tmp_path: Path) -> None:
    held = Held("servers", ("Name", "City"), (("web01", "Łódź"), ("web02", "Köln")))
    path = written([held], TextDialect("cp1252", b"", ";"), tmp_path)
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    assert read_back(path)[1] == [held]


def test_quotation_marks_are_not_put_between_apostrophes(tmp_path: Path) -> None:
    held = Held("servers", ("Name", "Note"), (("web01", 'a "b"; c'), ("web02", "x")))
    assert read_back(written([held], TextDialect("utf-8", b"", ";", "'"), tmp_path))[1] == [held]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"a,b\n1,2\n", TextDialect("utf-8", b"", ",", '"', "\n")),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", TextDialect("utf-8", codecs.BOM_UTF8, ",", '"', "\r\n")),
        (b"'a','b'\r'1','2,5'\r", TextDialect("utf-8", b"", ",", "'", "\r")),
        (b'a,b\r\n1,"2\n3\n4\n5"\r\n', TextDialect("utf-8", b"", ",", '"', "\r\n")),
    ],
)
def test_the_writing_of_the_users_file_is_told_by_its_first_bytes(head: bytes, expected: TextDialect) -> None:
    encoding = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    assert dialect_of({"kind": "csv", "encoding": encoding, "delimiter": ","}, head) == expected


def test_without_its_bytes_a_file_is_given_back_in_its_encoding() -> None:
    known = {"kind": "csv", "encoding": "cp1252", "delimiter": ";"}
    assert dialect_of(known, None) == TextDialect("cp1252", b"", ";")
    assert dialect_of({"kind": "json"}, None) == TextDialect()


def test_sheets_have_names_that_excel_takes() -> None:
    taken: set[str] = set()
    names = [sheet_name(name, taken) for name in ("a/b: [c]", "A_B_ _C_", "x" * 40, "x" * 50, "History", "")]
    assert names == ["a_b_ _c_", "A_B_ _C_ (2)", "x" * 31, "x" * 27 + " (2)", "History_", "rows"]


# what UTF-8 looks like in Windows-1252 is left out: it is repaired
WORDS = st.text(st.characters(codec="cp1252", categories=["L", "Nd", "P", "S"]), min_size=1, max_size=8).filter(
    lambda word: not is_likely(word)
)
CELL = st.one_of(st.none(), WORDS, st.sampled_from(["=1+1", "'=x", "-5", "a,b", "a;b", 'say "x"', "10.0.0.1", "0012"]))


@st.composite
def tables(draw: st.DrawFn) -> Held:
    """A table of servers with the usual headers and cells of any kind; most cells of a row are filled.

    A last row of a cell or two may be a note: what stands below a table is told apart from its rows.
    """
    columns = ("Name", "IP Address", "Operating System", "Owner", "Serial Number")[: draw(st.integers(2, 5))]
    cells = st.tuples(*[CELL for _ in columns]).filter(lambda row: sum(map(bool, row)) > len(columns) // 2)
    return Held("servers", columns, tuple(draw(st.lists(cells, min_size=1, max_size=8))))


@given(tables(), st.sampled_from([*DIALECTS, None]))
@settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_any_rows_come_back(held: Held, dialect: TextDialect | None) -> None:
    with TemporaryDirectory() as folder:
        assert read_back(written([held], dialect, Path(folder)))[1] == [held]
