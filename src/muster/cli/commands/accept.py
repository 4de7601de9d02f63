"""`muster accept` and `muster reject`: the word on a plan that an import waits with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from muster.cli.commands.import_files import show_results
from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.exit_codes import ExitCode
from muster.cli.importing.board import Board
from muster.cli.importing.workshop import open_workshop
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError, error_document, sentence_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results
from muster.cli.views.plan import show_difference
from muster.domain.plan import PlanDifference, PlanStaleError
from muster.services.decide_plan import RejectedRows, Rejection, accept_plan, accept_shown_plan, reject_plan
from muster.services.list_imports import read_import
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.cli.importing.results import ImportResult
    from muster.domain.flow_document import FlowDocument

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The import, as `muster imports` lists it.")]


def accept(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    import_id: IdArgument,
    *,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE:ROWS", help="Rows to leave out, such as `vInfo:17` or `vInfo:3,20-29`."),
    ] = None,
    without_asset: Annotated[
        list[str] | None, typer.Option(metavar="ASSET_ID", help="Leave out all rows that speak of this asset.")
    ] = None,
    inventory_version: Annotated[
        int | None,
        typer.Option(metavar="N", help="Version of the plan that you looked at; default: of the one `plan` shows."),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Accept the plan that an import waits with, and let it go on.

    The import is followed to its end, as `muster import` does, with the same result and exit codes. When the inventory
    has changed since the plan was shown, nothing is applied: what differs is shown, and the exit code is 3; the same
    command again accepts the new plan.
    """
    del home  # read from the context
    wanted = read_id(import_id)
    rejection = Rejection(tuple(_rejected(without or ())), tuple(map(_asset, without_asset or ())))

    async def go_on(desk: Desk) -> ImportResult:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        document = await read_status(desk.services, context, wanted)
        data_import_id = document.data_import_id
        filename = (await read_import(desk.services, context, data_import_id)).summary.filename
        if inventory_version is None:
            await accept_shown_plan(desk.services, context, data_import_id, rejection)
        else:
            await accept_plan(desk.services, context, data_import_id, inventory_version, rejection)
        with Board() as board:
            async with open_workshop(desk, context, board) as workshop:
                return await workshop.follow(data_import_id, filename)

    try:
        done = at_desk(settings_of(ctx), go_on)
    except PlanStaleError as stale:
        _show_stale(stale, wanted, as_json=as_json)
        raise typer.Exit(ExitCode.WAITS) from None
    show_results([done], as_json=as_json)


def reject(ctx: typer.Context, import_id: IdArgument, *, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Reject the plan that an import waits with, and end it.

    The inventory stays as it is.
    """
    del home  # read from the context
    wanted = read_id(import_id)

    async def end(desk: Desk) -> FlowDocument:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        document = await read_status(desk.services, context, wanted)
        return await reject_plan(desk.services, context, document.data_import_id)

    document = at_desk(settings_of(ctx), end)
    if as_json:
        print_json(document)
        return
    results().print(f"import {document.data_import_id}: {document.status}; the inventory stays as it is")


def _asset(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id of an asset: `muster plan` shows them.", field="without_asset") from None


def _rejected(words: Sequence[str]) -> Iterator[RejectedRows]:
    """Read `table:3,20-29`. Raises CommandError."""
    for word in words:
        table, _, ranges = word.rpartition(":")
        rows: list[int] = []
        for part in ranges.split(","):
            first, _, last = part.strip().partition("-")
            if not table or not first.isdecimal() or (last and not last.isdecimal()):
                raise CommandError(f"--without takes a table and its rows, such as vInfo:3,20-29; not {word!r}.")
            rows.extend(range(int(first), int(last or first) + 1))
        yield RejectedRows(table, tuple(rows))


def _show_stale(stale: PlanStaleError, import_id: UUID, *, as_json: bool) -> None:
    if as_json:
        print_json({"error": error_document(stale)})
    console = remarks()
    console.print(f"muster: {sentence_of(stale)}", soft_wrap=True)
    if isinstance(difference := stale.facts["difference"], PlanDifference):
        show_difference(console, difference)
    console.print(f"`muster plan {import_id}` shows it all, `muster accept {import_id}` accepts it as it is now.")
