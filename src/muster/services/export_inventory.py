"""Hands the inventory out as a file: CSV, JSON, NDJSON, Parquet or a workbook, in bounded memory."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from muster.db.bulk_read import read_frame
from muster.db.repos import custom_fields as custom_fields_repo
from muster.db.repos import inventory as inventory_repo
from muster.kit.spreadsheet import inert
from muster.pipeline.enrich.codec import CUSTOM_FIELDS, custom_values
from muster.pipeline.enrich.fields import with_custom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

_ROWS_AT_ONCE = 20_000
_PIECE = 1 << 20
_LIST_SEPARATOR = "; "


class ExportFormat(StrEnum):
    """The formats that assets are handed out in."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    XLSX = "xlsx"


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class AssetExport:
    """A file to hand out: its name, its media type and its bytes in pieces (read once)."""

    filename: str
    media_type: str
    chunks: AsyncIterator[bytes]


def export_assets(services: Services, context: RequestContext, file_format: ExportFormat) -> AssetExport:
    """Every asset of the engagement with its id, scores, canonical fields and custom ones, oldest first.

    Cells that a spreadsheet program would run are made inert in CSV and XLSX.
    """
    writers = {
        ExportFormat.CSV: _csv,
        ExportFormat.JSON: _json,
        ExportFormat.NDJSON: _ndjson,
        ExportFormat.PARQUET: _parquet,
        ExportFormat.XLSX: _xlsx,
    }
    return AssetExport(f"assets.{file_format}", MEDIA_TYPES[file_format], writers[file_format](services, context))


async def _frames(services: Services, context: RequestContext) -> AsyncIterator[pl.DataFrame]:
    """The assets in pieces of up to 20,000; the first piece comes even when there are none, for its header.

    Each of the engagement's own fields has a column `custom:*`, at the end.
    """
    async with services.database.begin(context.tenant) as db:
        custom = await custom_fields_repo.used_custom_fields(db, context.tenant)
    after = "00000000-0000-0000-0000-000000000000"
    while True:
        frame = await asyncio.to_thread(
            read_frame,
            services.database.url,
            context.tenant,
            inventory_repo.ASSETS_AFTER,
            [after, str(_ROWS_AT_ONCE)],
        )
        yield await asyncio.to_thread(_with_custom, frame, tuple(custom))
        if frame.height < _ROWS_AT_ONCE:
            return
        after = frame["id"][-1]


def _with_custom(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """`frame` with a column for each custom field of `names`, instead of the one for all."""
    rest = frame.drop(CUSTOM_FIELDS)
    return with_custom(rest.with_columns(custom_values(frame[CUSTOM_FIELDS])), names).select(*rest.columns, *names)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists joined to one cell, times in ISO 8601, texts inert."""
    columns = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.List):
            column = column.list.join(_LIST_SEPARATOR)
        elif isinstance(kind, pl.Datetime):
            column = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif kind == pl.Date:
            column = column.cast(pl.String)
        columns.append(column)
    flat = frame.select(columns)
    texts = [name for name, kind in flat.schema.items() if kind == pl.String]
    suspicious = r"^[=+\-@\t\r]"
    return flat.with_columns(
        pl.when(pl.col(name).str.contains(suspicious))
        .then(pl.col(name).map_elements(inert, return_dtype=pl.String))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


async def _csv(services: Services, context: RequestContext) -> AsyncIterator[bytes]:
    first = True
    async for frame in _frames(services, context):
        yield _flat(frame).write_csv(include_header=first, include_bom=first).encode()
        first = False


def _documents(frame: pl.DataFrame) -> list[str]:
    def text(value: Any) -> str:  # noqa: ANN401 - json.dumps hands over whatever it does not know
        return str(value.isoformat())

    return [
        json.dumps({name: value for name, value in row.items() if value is not None}, default=text, ensure_ascii=False)
        for row in frame.iter_rows(named=True)
    ]


async def _ndjson(services: Services, context: RequestContext) -> AsyncIterator[bytes]:
    async for frame in _frames(services, context):
        yield "".join(f"{document}\n" for document in _documents(frame)).encode()


async def _json(services: Services, context: RequestContext) -> AsyncIterator[bytes]:
    opening = "["
    async for frame in _frames(services, context):
        for document in _documents(frame):
            yield f"{opening}\n{document}".encode()
            opening = ","
    yield b"[]\n" if opening == "[" else b"\n]\n"


async def _parquet(services: Services, context: RequestContext) -> AsyncIterator[bytes]:
    async with services.blobs.scratch() as folder:
        path = folder / "assets.parquet"
        writer: pq.ParquetWriter | None = None
        async for frame in _frames(services, context):
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            await asyncio.to_thread(writer.write_table, table)
        if writer is not None:
            writer.close()
        async for piece in _pieces(path):
            yield piece


async def _xlsx(services: Services, context: RequestContext) -> AsyncIterator[bytes]:
    async with services.blobs.scratch() as folder:
        path = folder / "assets.xlsx"
        book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet("assets")
        row_number = 0
        async for frame in _frames(services, context):
            flat = _flat(frame)
            if row_number == 0:
                sheet.write_row(0, 0, flat.columns, book.add_format({"bold": True}))
                sheet.freeze_panes(1, 0)
            for row in flat.iter_rows():
                row_number += 1
                sheet.write_row(row_number, 0, row)
        await asyncio.to_thread(book.close)
        async for piece in _pieces(path):
            yield piece


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
