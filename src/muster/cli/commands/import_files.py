"""`muster import`: takes files the whole way into the inventory."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.desk import Desk, open_desk
from muster.cli.exit_codes import worst
from muster.cli.importing.board import Board
from muster.cli.importing.mapping_file import read_mapping_file
from muster.cli.importing.results import ImportResult, Outcome
from muster.cli.importing.review import Answer, ask_about, ask_about_plan
from muster.cli.importing.sources import collected
from muster.cli.importing.workshop import Wishes, open_workshop
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
from muster.cli.report_error import sentence_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results
from muster.domain.phases import WaitingFor
from muster.domain.plan import PlanStaleError
from muster.domain.processing_config import ProcessingConfig, ReviewRule, parse_time
from muster.services.confirm_mapping import confirm_mapping, read_mapping
from muster.services.decide_plan import accept_plan
from muster.services.plan_import import list_plan, renew_plan
from muster.services.steer_flow import Steering, steer_flow
from muster.services.understand_file import category_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from muster.cli.importing.sources import Source
    from muster.domain.tenant import RequestContext


def import_files(  # noqa: PLR0913 - each is a word of the command line
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
    strict: Annotated[bool, typer.Option("--strict", help="Fail the import at the first error in a row.")] = False,
    review: Annotated[
        ReviewRule,
        typer.Option(help="What to wait for you to look at: mapping, plan, both; auto: the mapping, when not sure."),
    ] = ReviewRule.AUTO,
    observed_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When the source saw what the file says, such as 2024-05-31T14:05:00Z."),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take files into the inventory.

    Every file is read, its kind and source detected, its columns mapped, every row checked, and the good rows
    reconciled with what other files say. New clients and engagements are made by name. A file imported before changes
    nothing and is reported as unchanged. Rows with errors are held back; `muster export rejects` gives them back.

    Exit codes: 0 imported, 1 failed on what the rows say, 2 unreadable or of no known kind, 3 waits for your look.
    """
    del home  # read from the context
    wishes = _wishes(category, review, strict=strict, feed=feed, mapping=mapping, observed_at=observed_at)
    may_ask = sys.stdin.isatty() and sys.stderr.isatty() and not as_json
    settings = settings_of(ctx)

    async def run(sources: Sequence[Source]) -> list[ImportResult]:
        async with open_desk(settings) as desk:
            context = await desk.engagement(client, engagement, create=True)
            done = await _import_all(desk, context, sources, wishes)
            return await _settle(desk, context, done) if may_ask else done

    with collected(files, settings.max_upload_bytes) as sources:
        try:
            done = asyncio.run(run(sources))
        except KeyboardInterrupt:
            remarks().print("Interrupted: the same command again goes on with what has begun.")
            raise
    show_results(done, as_json=as_json)


def show_results(done: Sequence[ImportResult], *, as_json: bool) -> None:
    """Print what became of the files, and end with the worst of their exit codes."""
    if as_json:
        print_json({"imports": [result.as_json() for result in done]})
    else:
        for result in done:
            for line in result.lines():
                results().print(line, soft_wrap=True)
    for result in done:
        if as_json and result.problem is not None:
            remarks().print("\n".join(result.lines()), soft_wrap=True)
    raise typer.Exit(worst(result.exit_code for result in done))


def _wishes(  # noqa: PLR0913 - each is a word of the command line
    category: str,
    review: ReviewRule,
    *,
    strict: bool,
    feed: str | None,
    mapping: Any,  # noqa: ANN401 - a path or None
    observed_at: str | None,
) -> Wishes:
    """What is asked for, checked before anything is started. Raises InvalidRequestError, CommandError."""
    category = category_of(category)
    moment = parse_time(observed_at, "--observed-at")
    config = ProcessingConfig(
        review=review, strict=strict, mapping=read_mapping_file(mapping), feed=feed, observed_at=moment
    ).as_json()
    ProcessingConfig.parse(config)
    return Wishes(category, config)


async def _import_all(
    desk: Desk, context: RequestContext, sources: Sequence[Source], wishes: Wishes
) -> list[ImportResult]:
    with Board() as board:
        async with open_workshop(desk, context, board) as workshop:
            return await asyncio.gather(*(workshop.bring_in(source, wishes) for source in sources))


async def _settle(desk: Desk, context: RequestContext, done: list[ImportResult]) -> list[ImportResult]:
    """Ask about each import that waits for a look at its mapping or its plan, and follow those that go on."""
    settled = list(done)
    asked = dict(enumerate(done))
    while moved := [number for number, result in asked.items() if await _moved_on(desk, context, result)]:
        with Board() as board:
            async with open_workshop(desk, context, board) as workshop:
                for number in moved:
                    flow = settled[number].document
                    if flow is not None:
                        settled[number] = await workshop.follow(flow.data_import_id, done[number].file)
        asked = {number: settled[number] for number in moved}
    return settled


async def _moved_on(desk: Desk, context: RequestContext, result: ImportResult) -> bool:
    """Ask about an import that waits, and do as it is said; whether it has moved."""
    flow = result.document
    if result.outcome is not Outcome.WAITING or flow is None:
        return False
    services, import_id = desk.services, flow.data_import_id
    if flow.waiting_for is WaitingFor.MAPPING_REVIEW:
        answer = ask_about(result.file, await read_mapping(services, context, import_id))
        if answer is Answer.ACCEPT:
            await confirm_mapping(services, context, import_id)
    elif flow.waiting_for is WaitingFor.PLAN_REVIEW:
        answer = await _ask_about_plan(desk, context, result.file, import_id)
    else:
        return False
    if answer is Answer.CANCEL:
        await steer_flow(services, context, import_id, Steering.CANCEL)
    return answer is not Answer.WAIT


async def _ask_about_plan(desk: Desk, context: RequestContext, name: str, import_id: UUID) -> Answer:
    """Show the plan, and the one that takes its place while somebody thinks about it, until there is an answer."""
    while True:
        await renew_plan(desk.services, context, import_id)
        head, page = await list_plan(desk.services, context, import_id)
        answer = ask_about_plan(name, head, page.items)
        if answer is Answer.ACCEPT:
            try:
                await accept_plan(desk.services, context, import_id, head.inventory_version)
            except PlanStaleError as stale:
                remarks().print(sentence_of(stale), soft_wrap=True)
                continue
        return answer
