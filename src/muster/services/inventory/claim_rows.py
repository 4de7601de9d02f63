"""Single rows of a claim file, which is sorted by row number: only the row groups that hold one are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MOST_GROUPS = 0.5
"""From this share of a file's groups on, reading the range that the rows span is faster than picking groups."""


def read_rows(path: Path, rows: pl.DataFrame, only: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of a claim file that `rows` (`row_number` and others) names, with the other columns of `rows`.

    `only`: as many of these columns as the file has, instead of all.
    """
    file = pq.ParquetFile(path)
    columns = None if only is None else ["row_number", *(name for name in file.schema_arrow.names if name in only)]
    groups = _groups(file, rows["row_number"].to_numpy())
    if len(groups) > _MOST_GROUPS * file.num_row_groups and file.num_row_groups > 1:
        low, high = rows["row_number"].min(), rows["row_number"].max()
        scan = pl.scan_parquet(path).filter(pl.col("row_number").is_between(low, high))
        near = (scan if columns is None else scan.select(columns)).collect()
    else:
        near = pl.DataFrame(file.read_row_groups(groups.tolist(), columns=columns))
    return near.join(rows, on="row_number", how="inner").drop("row_number")


def _groups(file: pq.ParquetFile, row_numbers: np.ndarray) -> np.ndarray:
    """The row groups in which `row_numbers` may stand."""
    place = file.schema_arrow.get_field_index("row_number")
    firsts = [file.metadata.row_group(at).column(place).statistics.min for at in range(file.num_row_groups)]
    return np.unique(np.maximum(np.searchsorted(firsts, row_numbers, side="right") - 1, 0))
