"""What conversion leaves behind: the typed frame's own columns, and the cells that could not be converted.

A typed frame has `row_number` and `line` (domain.tables), `record_key`, `cleared_fields`, then one typed column per
canonical field that the mapping or the source's defaults feed (types: catalog.dtypes). A cell that can not be
converted is null there and one row of the failures frame, whose columns are `FAILURE_SCHEMA`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

RECORD_KEY = "record_key"
"""Utf8: what the source itself calls the record within its feed; null when the source names none."""

CLEARED_FIELDS = "cleared_fields"
"""List(Utf8), never null: the fields whose cell says `<clear>` (their typed value is null), sorted."""

CLEAR_WORD = "<clear>"
"""A cell with this text (any case) wipes the field's value; an empty cell never does."""


class FailureCode(StrEnum):
    """Why a cell has no typed value."""

    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_WORD = "unknown_word"


FAILURE_SCHEMA: dict[str, type[pl.DataType]] = {
    "row_number": pl.Int32,  # of the data row, 1-based, as in the staged table
    "line": pl.Int32,  # of the file, or row of the sheet
    "field": pl.String,  # canonical field
    "position": pl.Int32,  # 0-based source column of the cell
    "code": pl.String,  # a FailureCode
    "expected": pl.String,  # what the cell should hold, in words: "a whole number from 1 to 65535"
    "nearest": pl.String,  # the nearest known word for unknown_word when there is one, else null
    "excerpt": pl.String,  # the masked shape of the cell (kit.masking), never its value
}
"""One row per cell that could not be converted, sorted by row_number, then position."""

SKIPPED_SCHEMA: dict[str, type[pl.DataType]] = {
    "row_number": pl.Int32,
    "line": pl.Int32,
    "reason": pl.String,  # the column and word that leave it out: "Template = True"
}
"""One row per row that the source says is no record (RVTools templates); such rows are not in the typed frame."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A batch of a staged table after conversion: three frames as described in this module."""

    typed: pl.DataFrame
    failures: pl.DataFrame
    skipped: pl.DataFrame
