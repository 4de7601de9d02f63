"""`muster doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.exit_codes import ExitCode
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results, row, table
from muster.cli.views.status import status_lines
from muster.cli.views.text import printable
from muster.domain.errors import MusterError
from muster.domain.phases import FlowStatus
from muster.services.doctor import Examined, Health, examine
from muster.services.examine_flow import ExaminedFlow, examine_flow
from muster.services.list_imports import read_import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.runtime.settings import Settings


def doctor(
    ctx: typer.Context,
    flow_id: Annotated[
        str | None, typer.Argument(metavar="[FLOW_ID]", help="A flow or an import; default: the whole set-up.")
    ] = None,
    *,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Look for what is wrong, in the set-up or with one import.

    Without an id: database, blob store, queue, flows without work, stored files. With one: where it stands, what its
    steps did, whether anybody works on it, and what to do. Nothing is changed. Exit code 1 when something is wrong.
    """
    del home  # read from the context
    settings = settings_of(ctx)
    if flow_id is None:
        found = _examine(settings)
        _show_all(found, as_json=as_json)
        raise typer.Exit(ExitCode.FINDINGS if any(one.health is not Health.OK for one in found) else ExitCode.CLEAN)
    wanted = read_id(flow_id, "flow")

    async def look(desk: Desk) -> tuple[ExaminedFlow, str]:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        flow = await examine_flow(desk.services, context, wanted)
        detail = await read_import(desk.services, context, flow.document.data_import_id)
        return flow, detail.summary.filename

    flow, filename = at_desk(settings, look)
    if as_json:
        print_json(flow)
    else:
        _show_flow(flow, filename)
    raise typer.Exit(ExitCode.FINDINGS if flow.document.status is FlowStatus.FAILED else ExitCode.CLEAN)


def _examine(settings: Settings) -> Sequence[Examined]:
    """What the doctor finds; that there is no way to the database is a finding, too."""

    async def look(desk: Desk) -> Sequence[Examined]:
        return await examine(desk.services, desk.caller)

    try:
        return at_desk(settings, look)
    except MusterError as error:
        return [Examined("database", Health.FAILED, error.message)]


def _show_all(found: Sequence[Examined], *, as_json: bool) -> None:
    if as_json:
        print_json({"is_well": all(one.health is Health.OK for one in found), "examined": found})
        return
    shown = table("looked at", "", "found", "what to do")
    for one in found:
        row(shown, one.name, one.health, one.message, one.advice)
    results().print(shown)


def _show_flow(flow: ExaminedFlow, filename: str) -> None:
    console = results()
    for line in status_lines(flow.document, filename):
        console.print(line, soft_wrap=True)
    taken = sum(job.is_worked_on for job in flow.jobs)
    console.print(f"attempt {flow.attempt}; {len(flow.jobs)} jobs, {taken} at work; {flow.live_workers} workers")
    shown = table("step", "phase", "state", "rows", "seconds", "error", right=["rows", "seconds"])
    for step in flow.steps:
        seconds = "-" if step.duration_seconds is None else f"{step.duration_seconds:.2f}"
        error = (
            ""
            if step.error_details is None
            else "; ".join(f"{key}: {text}" for key, text in step.error_details.items())
        )
        row(shown, step.step_name, step.phase, step.status, f"{step.records_processed:,}", seconds, error)
    console.print(shown)
    console.print(printable(flow.advice), soft_wrap=True)
