"""What reading gives: tables of text, each with where it stood in the file.

A table is staged as Parquet with the columns `row_number` (Int32, 1 = first data row), `line` (Int32, the line of
the file or row of the sheet) and one Utf8 column per source column named `c0`, `c1`, … (null = absent or blank).
Names as the file has them live in `TableInfo.columns`, never as frame columns: two may be equal, or blank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.findings import Finding, FindingCount

ROW_NUMBER = "row_number"
LINE = "line"


def cell_column(position: int) -> str:
    """The staged name of the source column at `position` (0-based)."""
    return f"c{position}"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What the bytes are. `kind` is the id of a module under pipeline/read/formats."""

    kind: str
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table of a file: sheet or whole CSV.

    `number` counts tables of the file from 0. `columns` are unique, non-blank display names made from the headers
    (`Column 3` for a blank one, `Name (2)` for a repeated one). `header_row` is 1-based, None when there is none.
    `staged` is the Parquet file's name inside the staging folder. `sample` holds up to 200 rows of text for detection
    and mapping, spread over the table, each as long as `columns`. `titles` are the lines above the header, each with
    its number and the beginning of its text.
    """

    number: int
    name: str
    columns: tuple[str, ...]
    header_row: int | None
    rows: int
    staged: str
    sample: tuple[tuple[str | None, ...], ...] = ()
    hidden: bool = False
    titles: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A file as read: its format, its tables, and every repair as a finding."""

    file_format: FileFormat
    tables: tuple[TableInfo, ...]
    findings: tuple[Finding, ...] = ()
    counts: Sequence[FindingCount] = field(default_factory=tuple)
    complete: bool = True
    """False when only the head was read (`rows` is then a lower bound)."""
