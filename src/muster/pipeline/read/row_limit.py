"""Holds a file to the rows it may have, counted over all its tables while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from muster.pipeline.upload import Limits


class RowLimit:
    """The rows of one file so far."""

    def __init__(self, filename: str, limits: Limits) -> None:
        self._filename = filename
        self._most = limits.rows
        self._rows = 0

    def add(self, rows: int = 1) -> None:
        """Count more rows. Raises UnreadableFileError beyond the limit."""
        self._rows += rows
        if self._rows > self._most:
            raise beyond_limit(
                self._filename,
                f"has more than {self._most:,} rows",
                "split it and send the parts",
                setting="max_rows",
                limit=self._most,
                kind="too_many_rows",
            )

    def counted(self, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The frames as they come, their rows counted."""
        for frame in frames:
            self.add(frame.height)
            yield frame
