"""Writes workbooks from rows of values, and reads a file back as plain lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import polars as pl
import xlsxwriter

from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from muster.domain.tables import ReadReport


@dataclass(frozen=True)
class Seen:
    """A table as it was read; empty cells are empty text."""

    name: str
    columns: list[str]
    rows: list[list[str]]
    lines: list[int]


def workbook(path: Path, sheets: Mapping[str, Sequence[object]], **options: bool) -> Path:
    """Write sheets of values; None leaves a cell out."""
    book = xlsxwriter.Workbook(path, options)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(cast("list[object]", row)):
                if value is not None:
                    sheet.write(number, place, value)
    book.close()
    return path


def tables_of(path: Path, staging: Path) -> tuple[list[Seen], ReadReport]:
    """Read a file whole."""
    report = read_file(inspect_upload(path), staging)
    seen = []
    for table in report.tables:
        frame = pl.read_parquet(staging / table.staged)
        rows = [[cell or "" for cell in row] for row in frame.drop(ROW_NUMBER, LINE).iter_rows()]
        seen.append(Seen(table.name, list(table.columns), rows, frame[LINE].to_list()))
    return seen, report


def codes_of(report: ReadReport) -> list[str]:
    """The codes of the findings, in order."""
    return [finding.code for finding in report.findings]
