"""`muster undo` and `muster redo`: take an import back, and bring it in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results
from muster.cli.views.text import counted, printable
from muster.services.inventory.fates import Fate
from muster.services.undo_import import UndoReport, redo_import, undo_import

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

    Change = Callable[[Services, RequestContext, UUID], Awaitable[UndoReport]]

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The import, as `muster imports` lists it.")]


def undo(ctx: typer.Context, import_id: IdArgument, *, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Take an import back out of the inventory.

    Assets that no other import speaks of are removed; the others say again what the other imports say. At any time and
    in any order; `muster redo` brings the import back.
    """
    del home  # read from the context
    report = _change(ctx, import_id, undo_import)
    _show(report, as_json=as_json, fate=f"{counted(report.assets_removed, 'asset')} removed")


def redo(ctx: typer.Context, import_id: IdArgument, *, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Bring an import back that was undone.

    The inventory is then as if it had never been undone.
    """
    del home  # read from the context
    report = _change(ctx, import_id, redo_import)
    _show(report, as_json=as_json, fate=f"{counted(report.assets_restored, 'asset')} restored")


def _change(ctx: typer.Context, import_id: str, change: Change) -> UndoReport:
    wanted = read_id(import_id)

    async def work(desk: Desk) -> UndoReport:
        return await change(desk.services, await desk.engagement_of(wanted, *IMPORT_KINDS), wanted)

    return at_desk(settings_of(ctx), work)


def _show(report: UndoReport, *, as_json: bool, fate: str) -> None:
    if as_json:
        print_json(report)
        return
    console = results()
    console.print(
        f"import {report.data_import_id}: {report.status}; {fate}, {report.assets_reverted:,} changed, "
        f"{report.assets_kept:,} kept",
        soft_wrap=True,
    )
    counts = {
        Fate.REMOVED: (report.assets_removed, "removed, as nothing else speaks of them"),
        Fate.CREATED: (report.assets_restored, "restored"),
        Fate.REVERTED: (report.assets_reverted, "changed: they say what all imports that are in say"),
        Fate.KEPT_EDITED: (report.assets_kept_edited, "kept, as somebody edited them"),
        Fate.KEPT_OTHER: (report.assets_kept_other, "kept, as other imports say the same"),
    }
    for kind, (count, words) in counts.items():
        if count:
            names = [printable(asset.asset_name or str(asset.asset_id)) for asset in report.first.get(kind, ())]
            console.print(f"  {count:,} {words}: {_first(names, count)}", soft_wrap=True)
    for item in report.could_not:
        console.print(f"  not put back: {printable(item.subject)}. {item.reason}", soft_wrap=True)


def _first(names: list[str], count: int) -> str:
    more = count - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")
