"""Builds what agents look at from a small CSV file whose headers are canonical fields; other headers feed nothing.

A header may end in ` (2)` to map a second column to the same field, and may be `record_key`, which no field has: it is
then the key column of a source.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import SourceTable
from muster.catalog.registry import categories
from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import TableInfo, cell_column
from muster.pipeline.mapping.convert import convert
from muster.pipeline.validate import Batch, InMemoryTables, Knowledge, MappedTable, all_agents, run_agent

if TYPE_CHECKING:
    from muster.pipeline.validate import AgentRun

SAMPLES = Path(__file__).resolve().parents[2] / "agents"
AS_OF = date(2025, 6, 30)


def knowledge(**changes: Any) -> Knowledge:
    return replace(Knowledge(as_of=AS_OF, category=categories()["cmdb_export"], fields=FIELDS), **changes)


def batch(text: str, *, name: str = "assets", number: int = 0, parts: bool = False, blank_word: str = "") -> Batch:
    """One table of CSV `text`; `parts`: its rows are parts of assets; `blank_word` fills empty cells."""
    header, *rows = csv.reader(io.StringIO(text.strip()))
    columns = tuple(_mapping(name, position, title) for position, title in enumerate(header))
    info = TableInfo(number, name, tuple(header), 1, len(rows), f"{number}.parquet")
    frame = pl.DataFrame(
        {
            "row_number": pl.Series(range(1, len(rows) + 1), dtype=pl.Int32),
            "line": pl.Series(range(2, len(rows) + 2), dtype=pl.Int32),
            **{
                cell_column(position): pl.Series([row[position] or None for row in rows], dtype=pl.String)
                for position in range(len(header))
            },
        }
    )
    source = SourceTable(
        name=name,
        grain="",
        columns=(),
        record_key=(("record_key",),),
        blank_words={"*": (blank_word,)} if blank_word else {},
    )
    converted = convert(frame, info, columns, source)
    table = replace(MappedTable.of(info, columns, source), one_asset_per_row=not parts)
    return Batch(table, frame, converted.typed, converted.failures)


def run(agent_id: str, *batches: Batch, batch_rows: int = 100_000, **changes: Any) -> AgentRun:
    return run_agent(all_agents()[agent_id], InMemoryTables(batches, batch_rows), knowledge(**changes))


def sample(path: Path) -> tuple[list[Batch], list[list[Any]]]:
    """A CSV sample and what is expected of it: [row or null, field or null, code] per finding, sorted."""
    expected = json.loads((path.parent / "expected.json").read_text("utf-8"))[path.name]
    options = expected.get("options", {})
    return [batch(path.read_text("utf-8"), **options)], sorted(expected["findings"], key=str)


def found(run_: AgentRun) -> list[list[Any]]:
    """The findings of a run in the form of expected.json."""
    return sorted(([item.row_number, item.field, item.code] for item in run_.findings), key=str)


def _mapping(table: str, position: int, title: str) -> ColumnMapping:
    field = title.split(" (", maxsplit=1)[0]
    target = field if field in FIELDS else None
    method = MatchMethod.HEADER if target else MatchMethod.NONE
    return ColumnMapping(table, position, title, target, 1.0 if target else 0.0, method, "", None)
