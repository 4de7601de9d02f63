"""`muster confirm`: accepts the mapping that an import waits with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.commands.import_files import show_results
from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.importing.board import Board
from muster.cli.importing.mapping_file import read_mapping_file
from muster.cli.importing.workshop import open_workshop
from muster.cli.options import HomeOption, JsonOption, MappingOption, settings_of
from muster.services.confirm_mapping import confirm_mapping
from muster.services.list_imports import read_import
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from muster.cli.importing.results import ImportResult


def confirm(
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import, as `muster imports` lists it.")],
    *,
    mapping: MappingOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Accept the mapping that an import waits with, and let it go on.

    With `--mapping FILE` the columns that the file names are corrected first. The command then follows the import to
    its end, as `muster import` does, with the same result and exit codes.
    """
    del home  # read from the context
    choices = read_mapping_file(mapping)
    wanted = read_id(import_id)

    async def go_on(desk: Desk) -> ImportResult:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        document = await read_status(desk.services, context, wanted)
        detail = await read_import(desk.services, context, document.data_import_id)
        await confirm_mapping(desk.services, context, document.data_import_id, choices)
        with Board() as board:
            async with open_workshop(desk, context, board) as workshop:
                return await workshop.follow(document.data_import_id, detail.summary.filename)

    show_results([at_desk(settings_of(ctx), go_on)], as_json=as_json)
