"""Single rows of a claim file, which is sorted by row number: only the row groups that hold one are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FEW = 10_000
"""So few rows of many groups are picked one by one while the file is read, which takes half the time of a range."""

_MOST_GROUPS = 0.5
"""From this share of a file's groups on, reading the range that the rows span is faster than picking groups."""


def read_rows(path: Path, rows: pl.DataFrame, only: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of a claim file that `rows` (`row_number` and others) names, with the other columns of `rows`.

    `only`: as many of these columns as the file has, instead of all.
    """
    stat = path.stat()
    layout = _layout(path, stat.st_size, stat.st_mtime_ns)
    columns = None if only is None else ["row_number", *(name for name in layout.columns if name in only)]
    groups = layout.groups_of(rows["row_number"].to_numpy())
    if len(groups) > _MOST_GROUPS * len(layout.firsts) and len(layout.firsts) > 1:
        number = pl.col("row_number")
        wanted = number.is_between(rows["row_number"].min(), rows["row_number"].max())
        if rows.height <= _FEW:
            wanted = number.is_in(rows["row_number"].implode())
        scan = pl.scan_parquet(path).filter(wanted)
        near = (scan if columns is None else scan.select(columns)).collect()
    else:
        with pq.ParquetFile(path, metadata=layout.metadata) as file:
            near = pl.DataFrame(file.read_row_groups(groups.tolist(), columns=columns))
    return near.join(rows, on="row_number", how="inner").drop("row_number")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the rows of a claim file stand: `firsts` are the first row numbers of its groups."""

    metadata: pq.FileMetaData
    columns: tuple[str, ...]
    firsts: np.ndarray

    def groups_of(self, row_numbers: np.ndarray) -> np.ndarray:
        """The row groups in which `row_numbers` may stand."""
        return np.unique(np.maximum(np.searchsorted(self.firsts, row_numbers, side="right") - 1, 0))


@lru_cache(maxsize=32)
def _layout(path: Path, size: int, modified: int) -> _Layout:  # noqa: ARG001 - they tell a file from the one before it
    """The layout of a file, which for a million rows takes longer to read than a group of rows."""
    metadata = pq.read_metadata(path)
    schema = metadata.schema.to_arrow_schema()
    place = schema.get_field_index("row_number")
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    firsts = np.array([group.column(place).statistics.min for group in groups], dtype=np.int64)
    return _Layout(metadata, tuple(schema.names), firsts)
