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
from muster.pipeline.validate.quality import row_quality
from muster.services.processors.row_json import cleansed_delta, errors_json, raw_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from muster.domain.flow_state import Fence
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.processors.staged_tables import CheckedBatch, StagedTables
    from muster.services.processors.verdict import TableVerdict, Verdict

CLAIM_GROUP_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at the validation of one import. `as_of` is the day that ages are counted from."""

    services: Services
    tenant: Tenant
    data_import_id: DataImportId
    fence: Fence
    as_of: date


async def write_checked_rows(
    attempt: Attempt, tables: StagedTables, verdict: Verdict, folder: Path, on_rows: Callable[[int], None]
) -> None:
    """Write every row of the imported tables, tagged with the attempt, and the typed claims to the blob store.

    Batch by batch, each in a transaction of its own, which nobody sees until the import's `rows_attempt` names the
    attempt. `folder` is scratch. Raises SupersededError when the attempt no longer counts, and StorageFullError.
    """
    async with _Writers(attempt, on_rows) as writers:
        for table in verdict.tables:
            batches = tables.checked_batches(table.table)
            place = 0
            while (checked := await asyncio.to_thread(next, batches, None)) is not None:
                rows, claims = await asyncio.to_thread(_rows_and_claims, checked, table, attempt.as_of)
                if claims.height or not place:  # a table without a valid row has a file too, without rows
                    await asyncio.to_thread(claims.write_ipc, folder / f"claims-{table.table.number}-{place}.arrow")
                    place += 1
                await writers.write(rows)
            if place:
                await _store_claims(attempt, table.table.number, folder, place)


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


async def _store_claims(attempt: Attempt, number: int, folder: Path, parts: int) -> None:
    """Put the parts of one table's claims together and keep them in the blob store."""
    paths = [folder / f"claims-{number}-{place}.arrow" for place in range(parts)]
    target = folder / f"claims-{number}.parquet"
    whole = pl.scan_ipc(paths)
    await asyncio.to_thread(whole.sink_parquet, target, row_group_size=CLAIM_GROUP_ROWS, maintain_order=True)
    for path in paths:
        await asyncio.to_thread(path.unlink)
    key = claims_key(attempt.tenant.engagement_id, attempt.data_import_id, attempt.fence.attempt, number)
    await attempt.services.blobs.keep(key, target)


def _rows_and_claims(checked: CheckedBatch, verdict: TableVerdict, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A batch as rows for the database (import_rows.COLUMNS), and the typed claims of its valid rows."""
    batch = checked.batch
    table = verdict.table
    # the batch's own rows only: the frame of the whole table may be large
    here = verdict.held_back.filter(
        pl.col(ROW_NUMBER).is_between(batch.text.item(0, ROW_NUMBER), batch.text.item(-1, ROW_NUMBER))
    )
    rows = (
        batch.text.select(
            pl.lit(table.number).alias("table_number"),
            ROW_NUMBER,
            LINE,
            raw_cells(batch.text, len(table.info.columns)),
        )
        .join(cleansed_delta(batch.text, batch.typed, table.columns), on=ROW_NUMBER, how="left", maintain_order="left")
        .join(errors_json(here), on=ROW_NUMBER, how="left", maintain_order="left")
    )
    is_valid = pl.lit(value=False) if verdict.blocked else pl.col("errors").is_null()
    if checked.skipped.height:
        # a row that is no record of the inventory is neither valid nor held back
        no_record = pl.col(ROW_NUMBER).is_in(checked.skipped[ROW_NUMBER].implode())
        is_valid = pl.when(~no_record).then(is_valid)
    rows = rows.with_columns(is_valid.alias("is_valid"))
    if verdict.blocked:
        return rows, batch.typed.clear()
    return rows, _claims(
        batch.typed.join(here.select(ROW_NUMBER), on=ROW_NUMBER, how="anti", maintain_order="left"), as_of
    )


def _claims(typed: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The typed claims of valid rows, with their two scores (0 to 100)."""
    scores = row_quality(typed, as_of).rename({"completeness_score": "completeness", "quality_score": "quality"})
    fields = [name for name in typed.columns if name not in {ROW_NUMBER, LINE, RECORD_KEY, CLEARED_FIELDS}]
    return typed.hstack(scores).select(ROW_NUMBER, RECORD_KEY, CLEARED_FIELDS, "completeness", "quality", *fields)


def raw_rows(table_number: int, frame: pl.DataFrame, width: int) -> Iterator[pl.DataFrame]:
    """Staged rows that nobody has checked yet, as rows for the database, in batches."""
    for start in range(0, frame.height, CLAIM_GROUP_ROWS):
        part = frame.slice(start, CLAIM_GROUP_ROWS)
        yield part.select(
            pl.lit(table_number).alias("table_number"),
            ROW_NUMBER,
            LINE,
            pl.lit(None, dtype=pl.Boolean).alias("is_valid"),
            raw_cells(part, width),
            pl.lit(None, dtype=pl.String).alias("cleansed"),
            pl.lit(None, dtype=pl.String).alias("errors"),
        )
