"""`muster confirm`: shows, corrects and confirms the mapping that an import waits with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.commands.import_files import show_results
from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.importing.board import Board
from muster.cli.importing.choices import Corrections, choices_of
from muster.cli.importing.mapping_file import read_mapping_file
from muster.cli.importing.workshop import open_workshop
from muster.cli.options import HomeOption, JsonOption, MappingOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results
from muster.cli.views.mapping import mapping_table
from muster.cli.views.text import printable
from muster.domain.mapping_memory import Remember
from muster.services.confirm_mapping import FieldMappings, confirm_mapping, correct_mapping, read_mapping
from muster.services.list_imports import read_import
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from muster.cli.importing.results import ImportResult


def confirm(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import, as `muster imports` lists it.")],
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Show the mapping, with what is corrected here, and go on waiting.")
    ] = False,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=FIELD", help="Feed this field by the column; repeatable."),
    ] = None,
    units: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="COLUMN=UNIT", help="Its numbers are in this unit, such as MiB; repeatable."),
    ] = None,
    ignored: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="COLUMN", help="Keep the column with its rows, feed nothing; repeatable."),
    ] = None,
    mapping: MappingOption = None,
    remember: Annotated[
        Remember, typer.Option("--remember", help="Where it is offered for the next file of the kind.")
    ] = Remember.ENGAGEMENT,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show, correct and confirm the mapping that an import waits with.

    What is named with --set, --unit, --ignore or in the file of --mapping is corrected, then all of it is confirmed and
    remembered. The command follows the import to its end, as `muster import` does, with the same result and exit codes.
    """
    del home  # read from the context
    in_file = read_mapping_file(mapping)
    corrections = Corrections.parse(fields or (), units or (), ignored or ())
    wanted = read_id(import_id)
    settings = settings_of(ctx)

    async def look(desk: Desk) -> FieldMappings:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        data_import_id = (await read_status(desk.services, context, wanted)).data_import_id
        known = await read_mapping(desk.services, context, data_import_id)
        choices = (*in_file, *choices_of(corrections, known.columns))
        if not choices:
            return known
        return await correct_mapping(desk.services, context, data_import_id, choices)

    async def go_on(desk: Desk) -> ImportResult:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        data_import_id = (await read_status(desk.services, context, wanted)).data_import_id
        detail = await read_import(desk.services, context, data_import_id)
        known = await read_mapping(desk.services, context, data_import_id)
        choices = (*in_file, *choices_of(corrections, known.columns))
        await confirm_mapping(desk.services, context, data_import_id, choices, remember.scope)
        with Board() as board:
            async with open_workshop(desk, context, board) as workshop:
                return await workshop.follow(data_import_id, detail.summary.filename)

    if not show:
        show_results([at_desk(settings, go_on)], as_json=as_json)
        return
    found = at_desk(settings, look)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: FieldMappings) -> None:
    console = results()
    for reason in found.review_reasons:
        console.print(printable(reason), soft_wrap=True)
    for shown in mapping_table(found.columns):
        console.print(shown)
    if found.editable:
        console.print(f"muster confirm {found.data_import_id} confirms it", soft_wrap=True)
    else:
        console.print("It does not wait to be confirmed.")
