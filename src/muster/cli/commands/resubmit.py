"""`muster resubmit`: sends the corrected rows of an import back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.commands.import_files import show_results
from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.importing.board import Board
from muster.cli.importing.sources import collected
from muster.cli.importing.workshop import open_workshop
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from muster.cli.importing.results import ImportResult

_PIECE = 1 << 20


def resubmit(
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import whose rows were corrected.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="The reject file, corrected; `-` reads standard input.")],
    *,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Send the corrected rows of an import back.

    Takes the file of `muster export rejects`, or any file with the same columns. Only the rows that it lists are said
    anew, with the category, source, feed and mapping of the import; rows that say what was said before change nothing.
    Result and exit codes are those of `muster import`.
    """
    del home  # read from the context
    wanted = read_id(import_id)
    settings = settings_of(ctx)
    with collected([file], settings.max_upload_bytes) as sources:
        if len(sources) != 1:
            raise CommandError(f"{file} is a folder: name one file.", field="file")
        (source,) = sources
        if source.problem is not None:
            raise source.problem

        async def send(desk: Desk) -> ImportResult:
            context = await desk.engagement_of(wanted, *IMPORT_KINDS)
            corrected = (await read_status(desk.services, context, wanted)).data_import_id
            sent = Resubmission(_pieces(source.path), source.filename)
            document = await resubmit_import(desk.services, context, corrected, sent)
            with Board() as board:
                async with open_workshop(desk, context, board) as workshop:
                    return await workshop.follow(document.data_import_id, source.name)

        done = at_desk(settings, send)
    show_results([done], as_json=as_json)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
