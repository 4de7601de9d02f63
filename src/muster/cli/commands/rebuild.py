"""`muster rebuild`: fold the inventory anew, and hold it against what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import Desk, at_desk
from muster.cli.exit_codes import ExitCode
from muster.cli.importing.board import Board
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import plain, print_json
from muster.cli.views.consoles import results, row, table
from muster.cli.views.text import counted
from muster.services.rebuild_inventory import RebuildReport, rebuild_inventory, verify_inventory

if TYPE_CHECKING:
    from rich.progress import TaskID


def rebuild(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Write nothing; exit code 1 when anything differs.")] = False,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Fold the inventory anew from its imports and correct what differs.

    Finds assets that differ, are missing or should not be there, rows that lead to another asset than they should, and
    keys that are not those of the rows. With --verify it says so and leaves everything as it is. Claim files that are
    gone from the blob store are made again from the stored rows.
    """
    del home  # read from the context

    async def work(desk: Desk) -> RebuildReport:
        context = await desk.engagement(client, engagement)
        run = verify_inventory if verify else rebuild_inventory
        with Board() as board:
            bar = board.begin("inventory")
            return await run(desk.services, context, _Progress(board, bar).tell)

    report = at_desk(settings_of(ctx), work)
    if as_json:
        print_json({"is_right": report.is_right, **plain(report)})
    else:
        _show(report)
    raise typer.Exit(ExitCode.FINDINGS if verify and not report.is_right else ExitCode.CLEAN)


class _Progress:
    def __init__(self, board: Board, bar: TaskID) -> None:
        self._board = board
        self._bar = bar

    async def tell(self, done: int, total: int) -> None:
        self._board.stage(self._bar, "folding", done / total if total else 1.0)


def _show(report: RebuildReport) -> None:
    console = results()
    if report.is_right:
        console.print(f"{counted(report.assets, 'asset')}: all as their imports and decisions make them")
        return
    console.print(
        f"{counted(report.assets, 'asset')}: {report.differing:,} differ, {report.missing:,} are missing, "
        f"{report.surplus:,} should not be there; {counted(report.claims_elsewhere, 'row')} lead elsewhere; "
        f"keys of {counted(len(report.keys_differ), 'import')} differ; "
        + ("corrected" if report.written else "nothing was written"),
        soft_wrap=True,
    )
    shown = table("asset", "name", "", "fields", whole=["asset"])
    for entry in report.first:
        row(shown, entry.asset_id, entry.asset_name or "-", entry.difference, ", ".join(entry.fields))
    if report.first:
        console.print(shown)
