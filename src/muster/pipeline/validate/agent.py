"""The shape of a validation agent: a named family of checks, pure and vectorised, discovered by its file name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from muster.catalog.model import Category, Field
    from muster.domain.findings import FindingCode
    from muster.pipeline.validate.tables import Batch, MappedTable

FINDINGS_SCHEMA = pl.Schema(
    {
        ROW_NUMBER: pl.Int32,
        LINE: pl.Int32,
        "field": pl.String,
        "code": pl.String,
        "params": pl.String,
        "excerpt": pl.String,
    }
)
"""One place per row. `params` is a JSON object for the code's template; `excerpt` is masked. Both are null beyond the
first PLACES_PER_CODE places of a code and field in one frame, where only row and code still matter."""


@dataclass(frozen=True, slots=True)
class AcceptedException:
    """A user's word that a code is fine here; `field` None means on every field."""

    code: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that an agent may know besides the data, passed in as a value.

    `as_of` is the day that ages are counted from; `fields` is the catalog of canonical fields by name.
    """

    as_of: date
    category: Category
    fields: Mapping[str, Field]
    accepted: frozenset[AcceptedException] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call of a check gives: findings (FINDINGS_SCHEMA), frames kept for `check_table`, figures to show."""

    findings: Sequence[pl.DataFrame] = ()
    gathered: pl.DataFrame | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableView:
    """One whole table for `check_table`: what `check_batch` gathered, and the batches to read again if need be."""

    table: MappedTable
    gathered: pl.DataFrame
    batches: Callable[[], Iterator[Batch]]


@dataclass(frozen=True, slots=True)
class Agent:
    """One check family. Its `id` is its module's name; its `codes` are all clauses that it can report.

    `needs`: canonical fields of which a table must map at least one, else the agent skips it; empty: any table will do.
    `check_mapping` is called once per table before any row is read, `check_batch` per batch, `check_table` once
    after the last batch with what the batches gathered (small columns only, so that ten million rows stay bounded).
    A finding without row_number applies to the column, or without a field to the table; as an error it keeps the
    whole table out.
    """

    id: str
    title: str
    description: str
    codes: tuple[FindingCode, ...]
    needs: tuple[str, ...] = ()
    check_mapping: Callable[[MappedTable, Knowledge], Outcome] | None = None
    check_batch: Callable[[Batch, Knowledge], Outcome] | None = None
    check_table: Callable[[TableView, Knowledge], Outcome] | None = None

    def code(self, name: str) -> FindingCode:
        """The clause called `name`. Raises KeyError when the agent does not declare it."""
        for code in self.codes:
            if code.code == name:
                return code
        raise KeyError(name)


def findings_frame(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Build a small findings frame from dictionaries; missing keys are null."""
    return pl.DataFrame(list(rows), schema=FINDINGS_SCHEMA)


def params_json(**params: str | float) -> str:
    """Return template parameters as the JSON text of the column `params`."""
    return json.dumps(params, ensure_ascii=False)
