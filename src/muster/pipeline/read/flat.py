"""A table that comes with types (Parquet): each column as text, as a person would write its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.read import codes
from muster.pipeline.read.nested.columns import Columns
from muster.pipeline.read.nested.shapes import text_of_bytes
from muster.pipeline.read.staging import blank_to_null

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

    from muster.domain.findings import FindingCode, FindingLog
    from muster.pipeline.upload import Limits, Upload

_WHOLE = 1e15
"""Below this a floating-point number without a fraction is written as a whole one: columns with gaps hold them."""


class FlatTable:
    """One table while its batches come: plain values, structures of them (flattened), and lists of them (joined).

    `rows` counts those staged so far. `schema` is pyarrow's.
    """

    def __init__(self, upload: Upload, limits: Limits, log: FindingLog, schema: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        self.columns = Columns(upload.filename, limits)
        self.rows = 0
        self._name = upload.stem
        self._limits = limits
        self._log = log
        self._line = 0
        self._blank = 0
        self._blank_line = 0
        self._cells: list[pl.Expr] = []
        for name, kind in pl.DataFrame(pl.from_arrow(schema.empty_table())).schema.items():
            for path, text in _flat(name, pl.col(name), kind):
                place = self.columns.add(path)
                self._cells.append(blank_to_null(text).alias(cell_column(place)))

    def staged(self, batch: Any) -> pl.DataFrame:  # noqa: ANN401 - likewise
        """The frame to stage for a record batch of pyarrow; rows without any value are left out."""
        frame = pl.DataFrame(pl.from_arrow(batch))
        text = frame.select(*self._cells).with_columns(
            pl.int_range(self._line + 1, self._line + 1 + frame.height, dtype=pl.Int32, eager=True).alias(LINE)
        )
        self._line += frame.height
        empty = pl.all_horizontal(pl.exclude(LINE).is_null())
        blank = text.filter(empty)
        if blank.height:
            self._blank += blank.height
            self._blank_line = self._blank_line or int(blank[LINE][0])
            text = text.filter(~empty)
        numbers = pl.int_range(self.rows + 1, self.rows + 1 + text.height, dtype=pl.Int32, eager=True).alias(ROW_NUMBER)
        text = text.with_columns(numbers)
        self.rows += text.height
        return self._repaired(text).select(ROW_NUMBER, LINE, pl.exclude(ROW_NUMBER, LINE))

    def finish(self) -> None:
        """Tell what concerns the table as a whole."""
        if self._blank:
            finding = codes.note(codes.BLANK_ROWS, table=self._name, line=self._blank_line, count=self._blank)
            self._log.add(finding)
        if not self.rows:
            self._log.add(codes.note(codes.NO_ROWS, table=self._name))

    def _repaired(self, text: pl.DataFrame) -> pl.DataFrame:
        """Remove NULs and hold out cells that are too large, each told."""
        limit = self._limits.cell_bytes
        for place, name in enumerate(self.columns.names):
            cell = pl.col(cell_column(place))
            found = text.select(
                nul=cell.str.contains("\x00", literal=True).any(), large=(cell.str.len_bytes() > limit).any()
            )
            if found["nul"][0]:
                where = text.filter(cell.str.contains("\x00", literal=True)).with_columns(
                    cell.str.count_matches("\x00", literal=True).alias("count")
                )
                self._tell(codes.CHARACTERS_REMOVED, where, name, repair="NUL character(s)")
                text = text.with_columns(cell.str.replace_all("\x00", "", literal=True))
            if found["large"][0]:
                where = text.filter(cell.str.len_bytes() > limit).with_columns(cell.str.len_bytes().alias("count"))
                self._tell(codes.CELL_TOO_LARGE, where, name, limit=limit)
                text = text.with_columns(pl.when(cell.str.len_bytes() <= limit).then(cell))
        return text

    def _tell(self, code: FindingCode, where: pl.DataFrame, field: str, **params: str | int) -> None:
        for row, line, count in where.select(ROW_NUMBER, LINE, "count").iter_rows():
            words = {**params, "count": count, "bytes": count}
            self._log.add(codes.note(code, table=self._name, row_number=row, line=line, field=field, **words))


def _flat(path: str, value: pl.Expr, kind: pl.DataType) -> list[tuple[str, pl.Expr]]:
    """The plain columns of a column: itself, or the fields of a structure under names joined by dots."""
    if isinstance(kind, pl.Struct):
        return [
            part
            for inner in kind.fields
            for part in _flat(f"{path}.{inner.name}", value.struct.field(inner.name), _type(inner.dtype))
        ]
    return [(path, _text(value, kind))]


def _type(kind: PolarsDataType) -> pl.DataType:
    return kind if isinstance(kind, pl.DataType) else kind()


def _text(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column's values as text: dates in ISO 8601, whole numbers without `.0`, bytes as text or hexadecimal."""
    if isinstance(kind, pl.List | pl.Array):
        inner = _text(pl.element(), _type(kind.inner))
        return (value.arr.to_list() if isinstance(kind, pl.Array) else value).list.eval(inner).list.join(";")
    if isinstance(kind, pl.Datetime):
        zone = "%:z" if kind.time_zone else ""
        return value.dt.to_string(f"%Y-%m-%dT%H:%M:%S%.f{zone}")
    if isinstance(kind, pl.Float32 | pl.Float64):
        whole = value.is_finite() & (value == value.floor()) & (value.abs() < _WHOLE)
        number = pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String))
        return number.when(value.is_finite()).then(value.cast(pl.String))
    if isinstance(kind, pl.Duration):
        return value.dt.to_string()
    if isinstance(kind, pl.Binary):
        return value.map_batches(_texts_of_bytes, return_dtype=pl.String)
    return value.cast(pl.String)


def _texts_of_bytes(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, [None if value is None else text_of_bytes(value) for value in values], pl.String)
