"""Writes the checked rows of an import: raw cells, cleansed values, errors; and the typed claims of the valid ones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import polars as pl

from muster.blobs.keys import claims_key
from muster.db.repos import import_rows, steps
from muster.domain.conversion import CLEARED_FIELDS, RECORD_KEY
from muster.domain.flow_state import SupersededError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.enrich.keys import NAMING_FIELDS
from muster.pipeline.validate import scores
from muster.services.processors.row_json import cleansed_delta, errors_json, raw_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from muster.domain.flow_state import Fence
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import Tenant
    from muster.pipeline.validate import Batch
    from muster.services.context import Services
    from muster.services.processors.staged_tables import StagedBatch, StagedTables
    from muster.services.processors.verdict import TableVerdict, Verdict

CLAIM_GROUP_ROWS = 8_192
"""Rows of a group of a claim file: to explain one value one group is read, in 3 ms; of 65,536 rows it took 15."""
_ROWS_AT_ONCE = 65_536
_FASTEST = 1
"""The level of Zstandard: of claims, it makes files as small as the usual one does in two thirds of its time."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at the validation of one import. `as_of` is the day that ages are counted from."""

    services: Services
    tenant: Tenant
    data_import_id: DataImportId
    fence: Fence
    as_of: date


def keep_cleansed(folder: Path, place: int, batch: Batch) -> None:
    """Keep in `folder` what the cleansed values of a batch are, while its typed values are at hand."""
    cleansed = cleansed_delta(batch.text, batch.typed, batch.table.columns)
    cleansed.write_ipc(_cleansed_path(folder, batch.table.number, place))


async def write_checked_rows(
    attempt: Attempt, tables: StagedTables, verdict: Verdict, folder: Path, on_rows: Callable[[int], None]
) -> None:
    """Write every row of the imported tables, tagged with the attempt, and the typed claims to the blob store.

    Batch by batch, each in a transaction of its own, which nobody sees until the import's `rows_attempt` names the
    attempt. `folder` is scratch, with what `keep_cleansed` has put there for every batch. Raises SupersededError when
    the attempt no longer counts, and StorageFullError.
    """
    claims = asyncio.create_task(_store_claims(attempt, tables, verdict, folder))
    try:
        await _write_rows(attempt, tables, verdict, folder, on_rows)
        await claims
    finally:
        claims.cancel()
        await asyncio.gather(claims, return_exceptions=True)


async def _write_rows(
    attempt: Attempt, tables: StagedTables, verdict: Verdict, folder: Path, on_rows: Callable[[int], None]
) -> None:
    async with _Writers(attempt, on_rows) as writers:
        for table in verdict.tables:
            batches = tables.staged_batches(table.table)
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                path = _cleansed_path(folder, table.table.number, batch.place)
                await writers.write(await asyncio.to_thread(_rows, batch, path, table))


class _Writers:
    """Writes batches on two connections, so that making one, copying one and inserting one overlap."""

    _AT_ONCE = 2

    def __init__(self, attempt: Attempt, on_rows: Callable[[int], None]) -> None:
        self._attempt = attempt
        self._on_rows = on_rows
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            return
        await self._wait(0)

    async def write(self, rows: pl.DataFrame) -> None:
        """Begin to write a batch, as soon as no more than one other is being written."""
        await self._wait(self._AT_ONCE - 1)
        self._tasks.add(asyncio.create_task(self._insert(rows)))

    async def _wait(self, left: int) -> None:
        while len(self._tasks) > left:
            done, self._tasks = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _insert(self, rows: pl.DataFrame) -> None:
        attempt = self._attempt
        engagement_id = attempt.tenant.engagement_id
        async with attempt.services.database.begin(attempt.tenant) as session:
            if not await steps.hold_attempt(session, engagement_id, attempt.data_import_id, attempt.fence):
                raise SupersededError
            await import_rows.insert_rows(session, attempt.tenant, attempt.data_import_id, attempt.fence.attempt, rows)
        self._on_rows(rows.height)


async def _store_claims(attempt: Attempt, tables: StagedTables, verdict: Verdict, folder: Path) -> None:
    """Keep the typed claims of the valid rows, one file for each table that has rows, valid ones or not."""
    for table in verdict.tables:
        typed = tables.typed(table.table)
        if typed is None:
            continue
        target = folder / f"claims-{table.table.number}.parquet"
        await asyncio.to_thread(write_claims, typed, table, attempt.as_of, target)
        key = claims_key(
            attempt.tenant.engagement_id, attempt.data_import_id, attempt.fence.attempt, table.table.number
        )
        await attempt.services.blobs.keep(key, target)


def write_claims(typed: pl.LazyFrame, verdict: TableVerdict, as_of: date, target: Path) -> None:
    """Write the valid ones among the converted rows of a table as claims."""
    if verdict.blocked:
        typed = typed.clear()
    elif verdict.held_back.height:
        typed = typed.filter(~pl.col(ROW_NUMBER).is_in(verdict.held_back[ROW_NUMBER].implode()))
    write_claim_file(typed, as_of, target)


def write_claim_file(typed: pl.LazyFrame, as_of: date, target: Path) -> None:
    """Write converted rows (domain.conversion) as claims, with their two scores (0 to 100) as of a day.

    A row that names no asset is no claim: what is known of connections and of data speaks of assets by other fields.
    """
    schema = typed.collect_schema()
    naming = [name for name in NAMING_FIELDS if name in schema]
    typed = typed.filter(pl.any_horizontal(pl.col(naming).is_not_null())) if naming else typed.clear()
    completeness, quality = scores(schema, as_of)
    fields = [name for name in schema if name not in {ROW_NUMBER, LINE, RECORD_KEY, CLEARED_FIELDS}]
    claims = typed.select(
        ROW_NUMBER, RECORD_KEY, CLEARED_FIELDS, completeness.alias("completeness"), quality.alias("quality"), *fields
    )
    claims.sink_parquet(target, compression_level=_FASTEST, row_group_size=CLAIM_GROUP_ROWS, maintain_order=True)


def _rows(batch: StagedBatch, cleansed: Path, verdict: TableVerdict) -> pl.DataFrame:
    """A batch as rows for the database (import_rows.COLUMNS)."""
    text = batch.text
    # the batch's own rows only: the frame of the whole table may be large
    here = verdict.held_back.filter(pl.col(ROW_NUMBER).is_between(text.item(0, ROW_NUMBER), text.item(-1, ROW_NUMBER)))
    rows = (
        text.select(
            pl.lit(verdict.table.number).alias("table_number"),
            ROW_NUMBER,
            LINE,
            raw_cells(text, len(verdict.table.info.columns)),
        )
        .join(pl.read_ipc(cleansed), on=ROW_NUMBER, how="left", maintain_order="left")
        .join(errors_json(here), on=ROW_NUMBER, how="left", maintain_order="left")
    )
    is_valid = pl.lit(value=False) if verdict.blocked else pl.col("errors").is_null()
    if batch.skipped.height:
        # a row that is no record of the inventory is neither valid nor held back
        no_record = pl.col(ROW_NUMBER).is_in(batch.skipped[ROW_NUMBER].implode())
        is_valid = pl.when(~no_record).then(is_valid)
    return rows.with_columns(is_valid.alias("is_valid"))


def _cleansed_path(folder: Path, number: int, place: int) -> Path:
    return folder / f"{number}-{place}-cleansed.arrow"


def raw_rows(table_number: int, frame: pl.DataFrame, width: int) -> Iterator[pl.DataFrame]:
    """Staged rows that nobody has checked yet, as rows for the database, in batches."""
    for start in range(0, frame.height, _ROWS_AT_ONCE):
        part = frame.slice(start, _ROWS_AT_ONCE)
        yield part.select(
            pl.lit(table_number).alias("table_number"),
            ROW_NUMBER,
            LINE,
            pl.lit(None, dtype=pl.Boolean).alias("is_valid"),
            raw_cells(part, width),
            pl.lit(None, dtype=pl.String).alias("cleansed"),
            pl.lit(None, dtype=pl.String).alias("errors"),
        )
