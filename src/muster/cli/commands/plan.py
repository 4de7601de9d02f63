"""`muster plan`: what an import would do to the inventory."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, open_desk
from muster.cli.exit_codes import ExitCode, worst
from muster.cli.importing.board import Board
from muster.cli.importing.mapping_file import read_mapping_file
from muster.cli.importing.sources import collected
from muster.cli.options import (
    CategoryOption,
    ClientOption,
    EngagementOption,
    FilesArgument,
    HomeOption,
    JsonOption,
    MappingOption,
    settings_of,
)
from muster.cli.report_error import CommandError, error_document, sentence_of
from muster.cli.views.as_json import plain
from muster.cli.views.consoles import remarks, results
from muster.cli.views.plan import MOST_SHOWN, show_difference, show_plan
from muster.cli.views.text import counted, printable
from muster.domain.errors import MusterError
from muster.domain.processing_config import parse_time
from muster.pipeline.enrich.plan_files import EntryFilter, as_entries, read_entries
from muster.services.export_plan import plain_head, plan_as_csv, plan_as_json
from muster.services.plan_file import FilePlan, PlanFileRequest, planned_file
from muster.services.plan_import import open_plan, read_plan, renew_plan
from muster.services.read_status import read_status
from muster.services.understand_file import category_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from muster.cli.importing.sources import Source
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tenant import RequestContext
    from muster.runtime.settings import Settings


class _Shape(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How the files are to be read, and how the plan is to be shown."""

    shape: _Shape
    category: str
    client: str | None
    engagement: str | None
    feed: str | None
    mapping: tuple[MappingChoice, ...]
    observed_at: datetime | None


def plan(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    files: FilesArgument,
    *,
    category: CategoryOption = "auto",
    client: ClientOption = None,
    engagement: EngagementOption = None,
    feed: Annotated[
        str | None,
        typer.Option(
            help="Name of the dataset that the file is a newer snapshot of; default: by source and file name."
        ),
    ] = None,
    mapping: MappingOption = None,
    observed_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When the source saw what the file says, such as 2024-05-31T14:05:00Z."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all entries as CSV.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what an import would do; nothing is written.

    Files are read and checked, and what their import would create, change, leave and contradict is told, each file by
    itself. The id of an import that waits with its plan shows that plan; when the inventory has changed since, it is
    computed anew, and what differs is shown.

    Exit codes: 0 planned, 1 the import would fail on what the rows say, 2 unreadable or of no known kind.
    """
    del home  # read from the context
    if as_csv and (as_json or len(files) > 1):
        raise CommandError("--csv takes one file, and no --json.", field="csv")
    shape = _Shape.CSV if as_csv else _Shape.JSON if as_json else _Shape.TEXT
    wanted = _Wanted(
        shape,
        category_of(category),
        client,
        engagement,
        feed,
        read_mapping_file(mapping),
        parse_time(observed_at, "--observed-at"),
    )
    settings = settings_of(ctx)
    stored = _import_id(files)
    if stored is not None:
        at_desk(settings, partial(_show_stored, stored, shape))
        return
    with collected(files, settings.max_upload_bytes) as sources:
        codes = asyncio.run(_plan_all(settings, sources, wanted))
    raise typer.Exit(worst(codes))


def _import_id(files: Sequence[str]) -> UUID | None:
    """The id that is meant, when a single word is one and no file is called so."""
    if len(files) != 1 or Path(files[0]).exists():
        return None
    try:
        return UUID(files[0])
    except ValueError:
        return None


async def _show_stored(import_id: UUID, shape: _Shape, desk: Desk) -> None:
    context = await desk.engagement_of(import_id, *IMPORT_KINDS)
    data_import_id = (await read_status(desk.services, context, import_id)).data_import_id
    head = await read_plan(desk.services, context, data_import_id)
    difference = (await renew_plan(desk.services, context, data_import_id)).difference if head.stale else None
    async with open_plan(desk.services, context, data_import_id) as (head, path):
        if shape is _Shape.JSON:
            more = {} if difference is None else {"difference": asdict(difference)}
            await _print(plan_as_json({**plain_head(head), **more}, path))
            return
        if shape is _Shape.CSV:
            await _print(plan_as_csv(path))
            return
        console = results()
        state = f"waits: `muster accept {data_import_id}` applies it" if head.waiting else "does not wait any more"
        console.print(f"{printable(head.filename)}: {state}", soft_wrap=True)
        entries = as_entries(read_entries(path, EntryFilter(), 0, MOST_SHOWN))
        show_plan(console, head.totals, entries, everything=f"muster plan {data_import_id} --csv")
        if difference is not None:
            show_difference(console, difference)


async def _plan_all(settings: Settings, sources: Sequence[Source], wanted: _Wanted) -> list[ExitCode]:
    async with open_desk(settings) as desk:
        context = await desk.engagement(wanted.client, wanted.engagement)
        if wanted.shape is not _Shape.JSON:
            return [await _plan_one(desk, context, source, wanted) for source in sources]
        codes, between = [], b'{"plans": ['
        for source in sources:
            sys.stdout.buffer.write(between)
            codes.append(await _plan_one(desk, context, source, wanted))
            between = b","
        sys.stdout.buffer.write(b"]}\n")
        sys.stdout.buffer.flush()
        return codes


async def _plan_one(desk: Desk, context: RequestContext, source: Source, wanted: _Wanted) -> ExitCode:
    request = PlanFileRequest(
        source.path, source.filename, wanted.category, wanted.mapping, wanted.feed, wanted.observed_at
    )
    try:
        if source.problem is not None:
            raise source.problem
        async with AsyncExitStack() as stack:
            with Board() as board:
                board.begin(source.filename)
                planned = await stack.enter_async_context(planned_file(desk.services, context, request))
            await _show_file(source, planned, wanted.shape)
    except (MusterError, OSError) as problem:
        if wanted.shape is _Shape.JSON:
            told: dict[str, object] = {"file": source.name, "counts": None, "entries": []}
            told["error"] = error_document(problem)
            sys.stdout.buffer.write(json.dumps(told, default=plain).encode())
        remarks().print(f"muster: {sentence_of(problem)}", soft_wrap=True)
        return ExitCode.UNUSABLE
    if planned.why_not is not None:
        return ExitCode.UNUSABLE if planned.import_category is None else ExitCode.FINDINGS
    return ExitCode.CLEAN


async def _show_file(source: Source, planned: FilePlan, shape: _Shape) -> None:
    if shape is _Shape.JSON:
        head = _head(source, planned)
        if planned.plan is None:
            sys.stdout.buffer.write(json.dumps({**head, "entries": []}, default=plain).encode())
        else:
            await _print(plan_as_json(json.loads(json.dumps(head, default=plain)), planned.plan.path))
        return
    if planned.plan is None:
        remarks().print(f"{printable(source.name)}: {printable(planned.why_not or '')}", soft_wrap=True)
        return
    if shape is _Shape.CSV:
        await _print(plan_as_csv(planned.plan.path))
        return
    console = results()
    console.print(
        f"{printable(source.name)}: {planned.import_category} from "
        f"{printable(planned.source_system or 'an unnamed source')}, {counted(planned.total_records, 'row')}, "
        f"{planned.total_records - planned.valid_records:,} held back",
        soft_wrap=True,
    )
    entries = as_entries(read_entries(planned.plan.path, EntryFilter(), 0, MOST_SHOWN))
    show_plan(console, planned.plan.totals, entries, everything=f"muster plan {source.name} --csv")
    for reason in planned.review_reasons:
        console.print(f"  look at its mapping first: {printable(reason)}", soft_wrap=True)


def _head(source: Source, planned: FilePlan) -> dict[str, Any]:
    done = planned.plan
    return {
        "file": source.name,
        "import_category": planned.import_category,
        "source_system": planned.source_system,
        "feed": planned.feed,
        "observed_at": planned.observed_at,
        "records": {
            "total": planned.total_records,
            "valid": planned.valid_records,
            "invalid": planned.total_records - planned.valid_records,
        },
        "review_reasons": list(planned.review_reasons),
        "inventory_version": None if done is None else done.inventory_version,
        "counts": None if done is None else asdict(done.totals),
        "error": None if planned.why_not is None else {"code": "import_failed", "message": planned.why_not},
    }


async def _print(pieces: AsyncIterator[bytes]) -> None:
    async for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
