"""Knows a reject file that comes back: its tables are called as they were, and its reasons are no data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.read.report import dump_report
from muster.services.inert_cells import restored, restored_cell
from muster.services.reason_column import table_of_reasons

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport, TableInfo


def without_reasons(report: ReadReport) -> ReadReport:
    """The report of a reject file as that of the user's own: columns of reasons are gone, cells are as they were.

    The report of any other file is returned as it is.
    """
    returned = _returned(report)
    if not returned:
        return report
    tables = tuple(returned[table.number].info if table.number in returned else table for table in report.tables)
    names = {table.name: new.name for table, new in zip(report.tables, tables, strict=True)}
    return replace(
        report,
        tables=tables,
        findings=tuple(
            replace(finding, table=names.get(finding.table or "", finding.table)) for finding in report.findings
        ),
        counts=tuple(replace(count, table=names.get(count.table or "", count.table)) for count in report.counts),
    )


def staged_without_reasons(report: ReadReport, folder: Path) -> ReadReport:
    """`without_reasons` for a file that is staged in `folder`: its tables and its report are written anew."""
    returned = _returned(report)
    if not returned:
        return report
    for table in report.tables:
        if table.number in returned:
            _rewrite(folder / table.staged, returned[table.number].kept)
    plain = without_reasons(report)
    dump_report(plain, folder)
    return plain


@dataclass(frozen=True, slots=True)
class _Returned:
    """A table with reasons as it was sent out; `kept` are the places of the columns that are the user's."""

    info: TableInfo
    kept: tuple[int, ...]


def _returned(report: ReadReport) -> dict[int, _Returned]:
    """By number, the tables that have a column of reasons."""
    taken = {table.name for table in report.tables}
    found: dict[int, _Returned] = {}
    for table in report.tables:
        said = [name for column in table.columns if (name := table_of_reasons(column)) is not None]
        if not said:
            continue
        kept = tuple(place for place, column in enumerate(table.columns) if table_of_reasons(column) is None)
        name = said[0] if said[0] not in taken else table.name
        taken.add(name)
        info = replace(
            table,
            name=name,
            columns=tuple(table.columns[place] for place in kept),
            sample=tuple(tuple(_restored(row[place]) for place in kept) for row in table.sample),
        )
        found[table.number] = _Returned(info, kept)
    return found


def _restored(cell: str | None) -> str | None:
    return None if cell is None else restored_cell(cell)


def _rewrite(staged: Path, kept: tuple[int, ...]) -> None:
    draft = staged.with_name(f"{staged.name}.plain")
    cells = [restored(pl.col(cell_column(place))).alias(cell_column(new)) for new, place in enumerate(kept)]
    pl.scan_parquet(staged).select(ROW_NUMBER, LINE, *cells).sink_parquet(draft, maintain_order=True)
    draft.replace(staged)
