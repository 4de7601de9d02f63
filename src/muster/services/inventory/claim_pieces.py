"""Cuts a claim file into one piece for each batch of assets, when its rows stand in another order than the assets.

Without it every batch would read the whole file to find its rows: a million rows in ten batches are read ten times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

ROWS_WORTH_CUTTING = 200_000
_ROWS_AT_ONCE = 131_072  # whole row groups of a claim file


def is_scattered(rows: pl.DataFrame) -> bool:
    """Whether `rows` (`row_number`, `batch`) are many, and batches do not follow each other in the file."""
    return rows.height >= ROWS_WORTH_CUTTING and not rows.sort("row_number")["batch"].is_sorted()


def cut(path: Path, rows: pl.DataFrame, folder: Path, name: str) -> dict[int, list[Path]]:
    """Write the rows of a claim file that `rows` names (`row_number`, `batch`) to `folder`, piece by piece.

    Returns the pieces of each batch; their names begin with `name`.
    """
    pieces: dict[int, list[Path]] = {}
    wanted = rows.sort("row_number")
    numbers = wanted["row_number"]
    low, last = int(numbers[0]), int(numbers[-1])
    while low <= last:
        high = low + _ROWS_AT_ONCE - 1
        here = wanted.filter(pl.col("row_number").is_between(low, high))
        found = (
            pl.scan_parquet(path)
            .filter(pl.col("row_number").is_between(low, high))
            .join(here.lazy(), on="row_number", how="inner")
            .collect()
        )
        for (batch,), part in found.group_by("batch"):
            piece = folder / f"{name}-{batch}-{low}.arrow"
            part.drop("batch").write_ipc(piece, compression="lz4")
            pieces.setdefault(int(str(batch)), []).append(piece)
        low = high + 1
    return pieces
