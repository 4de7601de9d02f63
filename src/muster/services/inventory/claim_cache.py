"""Claim files are a cache: one that is gone from the blob store is made again from the stored rows.

The rows of the attempt that counts are converted once more by the import's mapping, which never changes once it was
used: what comes out is what validation wrote.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import polars as pl

from muster.blobs.keys import claims_key
from muster.catalog.registry import sources
from muster.db.bulk_read import FrameReader
from muster.db.repos import import_tables
from muster.db.repos.stored_rows import ROWS_AFTER, read_stored
from muster.domain.errors import ConflictError
from muster.domain.ids import DataImportId
from muster.domain.tables import LINE, ROW_NUMBER, TableInfo, cell_column
from muster.pipeline.mapping.convert import convert
from muster.pipeline.mapping.source_tables import source_table_of
from muster.services.import_rows import write_claim_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from muster.catalog.model import SourceTable
    from muster.db.repos.claims import ClaimImport
    from muster.db.repos.import_values import StoredTable
    from muster.domain.mapping import ColumnMapping
    from muster.domain.tenant import Tenant
    from muster.services.context import Services

_BLOCKS_AT_ONCE = 200


class ClaimsLostError(ConflictError):
    """What an import claims is gone, from the blob store and from the database; facts name the import."""


async def restore_claim_file(services: Services, tenant: Tenant, item: ClaimImport, table_number: int) -> None:
    """Put the claim file of one table back under its key.

    Raises ClaimsLostError when the rows, or the mapping that made claims of them, are not stored either.
    """
    import_id = DataImportId(item.import_id)
    async with services.database.begin(tenant) as db:
        tables = await import_tables.read_tables(db, tenant.engagement_id, import_id)
        mappings = await import_tables.read_mappings(db, tenant.engagement_id, import_id)
        stored = await read_stored(db, tenant, import_id, item.claims_attempt, table_number)
    table = next((table for table in tables if table.number == table_number), None)
    if table is None or stored.rows < table.rows:
        raise _lost(item, stored.filename)
    columns = [mapping.column for mapping in mappings if mapping.column.table == table.name]
    async with services.blobs.scratch() as folder:
        target = folder / "claims.parquet"
        source = (str(item.import_id), str(item.claims_attempt))
        await asyncio.to_thread(
            _convert_again, services.database.url, tenant, source, table, columns, stored.created_at.date(), target
        )
        key = claims_key(tenant.engagement_id, item.import_id, item.claims_attempt, table_number)
        await services.blobs.keep(key, target)


def _convert_again(  # noqa: PLR0913, PLR0917 - all that makes claims of rows
    url: str,
    tenant: Tenant,
    source: tuple[str, str],
    table: StoredTable,
    columns: Sequence[ColumnMapping],
    as_of: date,
    target: Path,
) -> None:
    """Convert the valid rows of `table` batch by batch, `source` being import and attempt, into `target`."""
    info = TableInfo(table.number, table.name, table.columns, table.header_row, table.rows, staged="")
    known = source_table_of(table.detected, sources())
    parts = [target.with_name("0.arrow")]
    _write_typed(_text(_NO_ROWS, table), info, columns, known, parts[0])
    with FrameReader(url, tenant) as reader:
        last = 0
        while (rows := reader.read(ROWS_AFTER, (*source, str(table.number), str(last), str(_BLOCKS_AT_ONCE)))).height:
            last = rows.item(-1, ROW_NUMBER)
            parts.append(target.with_name(f"{last}.arrow"))
            _write_typed(_text(rows.filter("is_valid"), table), info, columns, known, parts[-1])
    write_claim_file(pl.scan_ipc(parts), as_of, target)


_NO_ROWS = pl.DataFrame(schema={ROW_NUMBER: pl.Int32, LINE: pl.Int32, "raw": pl.String})


def _text(rows: pl.DataFrame, table: StoredTable) -> pl.DataFrame:
    """The staged text of stored rows: their cells, which are stored as a JSON array, as columns."""
    cells = pl.col("raw").str.json_decode(pl.List(pl.String))
    return rows.select(pl.col(ROW_NUMBER).cast(pl.Int32), pl.col(LINE).cast(pl.Int32), cells.alias("cells")).select(
        ROW_NUMBER,
        LINE,
        *(
            pl.col("cells").list.get(place, null_on_oob=True).alias(cell_column(place))
            for place in range(len(table.columns))
        ),
    )


def _write_typed(
    text: pl.DataFrame, info: TableInfo, columns: Sequence[ColumnMapping], known: SourceTable | None, path: Path
) -> None:
    convert(text, info, columns, known).typed.write_ipc(path, compression="lz4")


def _lost(item: ClaimImport, filename: str) -> ClaimsLostError:
    return ClaimsLostError(
        f"What {filename} brought is lost: neither the blob store nor the database has its rows. Bring both back from "
        "a backup, or purge this import and import its file again.",
        data_import_id=str(item.import_id),
    )
