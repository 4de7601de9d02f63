"""Writes a table to Parquet while it is read: bounded memory, widening when rows bring more cells than the header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from polars.io.plugins import register_io_source

from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.rows import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from muster.pipeline.read.rows import Row

ROW_GROUP_ROWS = 65_536
_FAST_ZSTD = 1
"""Staging is read once or twice: level 1 costs two thirds of the default's time for the same size here."""


_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


@dataclass(frozen=True, slots=True)
class Staged:
    """What was written: rows, cells of the widest row, and the sample."""

    rows: int
    width: int
    sample: Sample


def frame_of(rows: Sequence[Row], width: int) -> pl.DataFrame:
    """Rows as a staged frame of `width` cells; short rows are filled with nulls, blank cells become null."""
    numbers = [number for number, _, _ in rows]
    lines = [line for _, line, _ in rows]
    cells = [row if len(row) == width else row + [None] * (width - len(row)) for _, _, row in rows]
    columns = zip(*cells, strict=True) if cells else ([] for _ in range(width))
    frame = pl.DataFrame(
        [
            pl.Series(ROW_NUMBER, numbers, pl.Int32),
            pl.Series(LINE, lines, pl.Int32),
            *(pl.Series(cell_column(place), values, pl.String) for place, values in enumerate(columns)),
        ]
    )
    return frame.with_columns(blank_to_null(pl.col(pl.String)))


def widened(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    """The frame with empty columns added at the right, up to `width` cells."""
    missing = range(frame.width - 2, width)
    if not missing:
        return frame
    return frame.with_columns(pl.lit(None, pl.String).alias(cell_column(place)) for place in missing)


def blank_to_null(cells: pl.Expr) -> pl.Expr:
    """Null for what is blank, the text as it stands for the rest."""
    return pl.when(cells.str.strip_chars(BLANKS) != "").then(cells)


def offer(sample: Sample, frame: pl.DataFrame) -> None:
    """Offer the rows of a staged frame, which are numbered without gaps, to a sample."""
    # They are taken one by one: anything else would wait for Polars' threads, which are busy with what comes next.
    first = frame.item(0, ROW_NUMBER) if frame.height else 0
    index = 0
    while index < frame.height:
        index += -(first + index - 1) % sample.stride
        if index < frame.height:
            sample.add(first + index, frame.row(index)[2:])
        index += 1


def stage(frames: Iterator[pl.DataFrame], width: int, target: Path) -> Staged:
    """Write the frames to `target` in order. `width` is the width of the table should no frame come.

    Each frame is at least as wide as the one before. An error of the iterator passes through unchanged.
    """
    source = _Frames(frames, width)
    parts: list[Path] = []
    widths: list[int] = []
    while not parts or source.waiting is not None:
        part = target.with_name(f"{target.name}.part{len(parts)}")
        widths.append(source.width)
        schema = _schema(source.width)
        _sink(register_io_source(source.pull, schema=schema), part)
        parts.append(part)
    if len(parts) == 1:
        parts[0].replace(target)
    else:
        _sink(pl.concat([pl.scan_parquet(part) for part in parts], how="diagonal"), target)
        for part in parts:
            part.unlink()
    return Staged(source.rows, widths[-1], source.sample)


class Parts:
    """A table written in pieces while others grow beside it; a piece is a file of its own until all are there."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._parts: list[Path] = []

    def write(self, frames: Sequence[pl.DataFrame], width: int) -> None:
        """Write frames of at most `width` cells as one piece; later pieces may be wider."""
        part = self._folder / f"{self._name}.part{len(self._parts)}"
        _sink(pl.concat([widened(frame, width) for frame in frames]).lazy(), part)
        self._parts.append(part)

    def join(self, width: int, name: str, *, left_out: int = 0) -> None:
        """Make the pieces one table of `width` cells, without its first `left_out` ones, in the file `name`."""
        target = self._folder / name
        if len(self._parts) == 1 and not left_out and len(pl.read_parquet_schema(self._parts[0])) == width + 2:
            self._parts.pop().replace(target)
            return
        frames = [pl.scan_parquet(part) for part in self._parts] or [pl.LazyFrame(schema=_schema(width))]
        whole = pl.concat(frames, how="diagonal")
        there = set(whole.collect_schema().names())
        cells = [
            (pl.col(cell_column(place)) if cell_column(place) in there else pl.lit(None, pl.String)).alias(
                cell_column(place - left_out)
            )
            for place in range(left_out, width)
        ]
        _sink(whole.select(ROW_NUMBER, LINE, *cells), target)
        self.discard()

    def discard(self) -> None:
        """Remove the pieces."""
        for part in self._parts:
            part.unlink()
        self._parts.clear()


def _sink(lazy: pl.LazyFrame, path: Path) -> None:
    try:
        lazy.sink_parquet(path, compression="zstd", compression_level=_FAST_ZSTD, row_group_size=ROW_GROUP_ROWS)
    except pl.exceptions.ComputeError as error:
        # Polars hands a failed write on as its own error, the number of the system's error in its text.
        number = _SYSTEM_ERROR.search(str(error))
        if number is None:
            raise
        raise OSError(int(number.group(1)), "writing a staged table failed") from error


def _schema(width: int) -> dict[str, type[pl.DataType]]:
    cells: dict[str, type[pl.DataType]] = {cell_column(place): pl.String for place in range(width)}
    return {ROW_NUMBER: pl.Int32, LINE: pl.Int32, **cells}


class _Frames:
    """Hands frames of one width to Polars; a wider one waits for the next part."""

    def __init__(self, frames: Iterator[pl.DataFrame], width: int) -> None:
        self._frames = frames
        self.rows = 0
        self.sample = Sample()
        self.waiting = next(frames, None)
        self.width = width if self.waiting is None else self.waiting.width - 2

    def pull(
        self,
        with_columns: list[str] | None,
        predicate: pl.Expr | None,  # noqa: ARG002 - the shape that Polars calls; a sink filters nothing
        n_rows: int | None,  # noqa: ARG002 - likewise
        batch_size: int | None,  # noqa: ARG002 - likewise
    ) -> Iterator[pl.DataFrame]:
        width = self.width
        while self.waiting is not None and self.waiting.width - 2 == width:
            frame, self.waiting = self.waiting, None
            self._look_at(frame)
            yield frame if with_columns is None else frame.select(with_columns)
            self.waiting = next(self._frames, None)
        if self.waiting is not None:
            self.width = self.waiting.width - 2

    def _look_at(self, frame: pl.DataFrame) -> None:
        self.rows += frame.height
        offer(self.sample, frame)
