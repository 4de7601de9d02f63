"""Hands a plan out as CSV, JSON or text, in pieces, however many entries it has."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.plan import PlanAction, PlanTotals
from muster.kit.spreadsheet import inert
from muster.pipeline.enrich.plan_entries import ENTRIES_SCHEMA, ROW_SEPARATOR
from muster.pipeline.enrich.plan_files import EntryFilter, all_entries, as_entries
from muster.services.export_rejects import ExportFile
from muster.services.plan_import import open_plan, read_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path
    from uuid import UUID

    from muster.domain.plan import PlanEntry
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.plan_import import PlanHead

_ROWS_SHOWN = 5


class PlanFormat(StrEnum):
    """The formats that a plan is shown in."""

    JSON = "json"
    CSV = "csv"
    TEXT = "text"


_MEDIA_TYPES = {
    PlanFormat.JSON: "application/json",
    PlanFormat.CSV: "text/csv; charset=utf-8",
    PlanFormat.TEXT: "text/plain; charset=utf-8",
}


async def export_plan(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    file_format: PlanFormat,
    where: EntryFilter | None = None,
) -> ExportFile:
    """The plan of an import with all its entries. Raises NotFoundError when it has none."""
    head = await read_plan(services, context, data_import_id)

    async def pieces() -> AsyncIterator[bytes]:
        async with open_plan(services, context, data_import_id) as (head, path):
            match file_format:
                case PlanFormat.CSV:
                    parts = plan_as_csv(path, where)
                case PlanFormat.JSON:
                    parts = plan_as_json(plain_head(head), path, where)
                case PlanFormat.TEXT:
                    title = f"{head.filename}, for version {head.inventory_version} of the inventory"
                    parts = plan_as_text(title, head.totals, path, where)
            async for piece in parts:
                yield piece

    ending = "txt" if file_format is PlanFormat.TEXT else str(file_format)
    stem = PurePath(head.filename).stem or "import"
    return ExportFile(f"{stem}-plan.{ending}", _MEDIA_TYPES[file_format], pieces())


def plain_head(head: PlanHead) -> dict[str, object]:
    """A plan without its entries as JSON."""
    members = asdict(head)
    return {
        **{name: value for name, value in members.items() if name != "totals"},
        "data_import_id": str(head.data_import_id),
        "created_at": head.created_at.isoformat(),
        "counts": members["totals"],
    }


async def plan_as_csv(path: Path, where: EntryFilter | None = None) -> AsyncIterator[bytes]:
    """One line for each entry, `rows` as `table:row`; no spreadsheet program takes a cell for a formula."""
    header = pl.DataFrame(schema=dict.fromkeys(ENTRIES_SCHEMA, pl.String))
    yield header.write_csv(include_bom=True).encode()
    async for part in _parts(path, where):
        yield (await asyncio.to_thread(_flat, part)).write_csv(include_header=False).encode()


async def plan_as_json(
    head: Mapping[str, object], path: Path, where: EntryFilter | None = None
) -> AsyncIterator[bytes]:
    """The members of `head` (JSON), and all entries as `entries`."""
    opening = json.dumps(dict(head), ensure_ascii=False, default=str).removesuffix("}")
    yield f'{opening}, "entries": ['.encode("utf-8", "backslashreplace")
    between = ""
    async for part in _parts(path, where):
        lines = [json.dumps(asdict(entry), ensure_ascii=False) for entry in as_entries(part)]
        yield (between + ",\n".join(lines)).encode()
        between = ",\n"
    yield b"]}\n"


async def plan_as_text(title: str, totals: PlanTotals, path: Path, where: EntryFilter | None) -> AsyncIterator[bytes]:
    """What is planned, asset by asset, as lines for a person."""
    yield f"{title}\n{totals_line(totals)}\n".encode("utf-8", "backslashreplace")
    asset: str | None = None
    async for part in _parts(path, where):
        lines: list[str] = []
        for entry in as_entries(part):
            if entry.asset_id != asset:
                asset = entry.asset_id
                lines.append(asset_line(entry))
            if entry.field is not None:
                lines.append(f"    {entry.field}: {entry_line(entry)}")
        yield "".join(f"{line}\n" for line in lines).encode()


def totals_line(totals: PlanTotals) -> str:
    """The counts as a sentence."""
    parts = [
        f"{totals.created:,} created",
        f"{totals.updated:,} updated",
        f"{totals.unchanged:,} unchanged",
        f"{totals.conflicts:,} contradicted",
    ]
    if totals.removed:
        parts.append(f"{totals.removed:,} merged into others")
    if totals.missing:
        parts.append(f"{totals.missing:,} no longer listed")
    return f"assets: {', '.join(parts)}"


def asset_line(entry: PlanEntry) -> str:
    """What happens to the asset of an entry."""
    rows = ", ".join(f"{row.table} row {row.row_number}" for row in entry.rows[:_ROWS_SHOWN])
    more = f" and {len(entry.rows) - _ROWS_SHOWN:,} more" if len(entry.rows) > _ROWS_SHOWN else ""
    name = f"{entry.action} {entry.asset_name or 'an asset without a name'} ({entry.asset_id})"
    if entry.action is PlanAction.REMOVE:
        return f"{name}: part of {entry.merged_into}" if entry.merged_into else name
    return f"{name}, from {rows}{more}" if rows else name


def entry_line(entry: PlanEntry) -> str:
    """What happens to the field of an entry, and who contradicts whom."""
    if entry.before == entry.after:
        told = f"{_word(entry.after)} stays"
    elif entry.before is None:
        told = _word(entry.after)
    else:
        told = f"{_word(entry.before)} -> {_word(entry.after)}"
    if not entry.conflict:
        return told
    whose = f"{entry.source_system} ({entry.feed})" if entry.source_system else "nobody"
    if entry.says is not None and entry.says != entry.after:
        return f"{told}; this import says {entry.says}, {whose} is believed"
    return f"{told}; others contradict {whose}"


def _word(value: str | None) -> str:
    return "(empty)" if value is None else value


async def _parts(path: Path, where: EntryFilter | None) -> AsyncIterator[pl.DataFrame]:
    parts: Iterator[pl.DataFrame] = all_entries(path, where or EntryFilter())
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part


def _flat(part: pl.DataFrame) -> pl.DataFrame:
    flat = part.select(*ENTRIES_SCHEMA).with_columns(pl.col("rows").str.replace_all(ROW_SEPARATOR, "; ", literal=True))
    suspicious = r"^[=+\-@\t\r]"
    return flat.with_columns(
        pl.when(pl.col(name).str.contains(suspicious))
        .then(pl.col(name).map_elements(inert, return_dtype=pl.String))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in flat.schema.items()
        if kind == pl.String
    )
