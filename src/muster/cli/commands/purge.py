"""`muster purge`: delete what an import holds, for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results
from muster.cli.views.text import counted, printable
from muster.services.list_imports import ImportDetail, read_import
from muster.services.purge_import import PurgeReport, purge_import
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext


def purge(
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import, as `muster imports` lists it.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete an import's file, rows and findings for good.

    An import that takes part in the inventory is taken back first. Its name, its counts and the hash of its file stay;
    it can not be brought back, only imported anew. Asks first; without a terminal say --yes.
    """
    del home  # read from the context
    wanted = read_id(import_id)
    if not yes and not sys.stdin.isatty():
        raise CommandError("A purge can not be taken back: say --yes to have it done without being asked.", field="yes")

    async def work(desk: Desk) -> PurgeReport | None:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        detail = await _detail(desk, context, wanted)
        if not yes and not typer.confirm(_question(detail), err=True):
            return None
        return await purge_import(desk.services, context, detail.summary.data_import_id)

    report = at_desk(settings_of(ctx), work)
    if report is None:
        raise CommandError("Nothing was purged.")
    if as_json:
        print_json(report)
    else:
        _show(report)


async def _detail(desk: Desk, context: RequestContext, wanted: UUID) -> ImportDetail:
    document = await read_status(desk.services, context, wanted)
    return await read_import(desk.services, context, document.data_import_id)


def _question(detail: ImportDetail) -> str:
    fate = "It is in the inventory and is taken back first. " if detail.claims_active else ""
    rows = counted(detail.summary.total_records, "row")
    return f"Delete {printable(detail.summary.filename)} with its {rows} for good? {fate}There is no way back."


def _show(report: PurgeReport) -> None:
    console = results()
    console.print(
        f"import {report.data_import_id}: purged; {counted(report.rows_removed, 'row')} and "
        f"{counted(report.files_removed, 'file')} deleted; {counted(report.assets_removed, 'asset')} removed, "
        f"{report.assets_reverted:,} changed, {report.assets_kept:,} kept",
        soft_wrap=True,
    )
    for edit in report.edits_asleep:
        console.print(f"  {printable(edit.subject)}: {edit.reason}", soft_wrap=True)
