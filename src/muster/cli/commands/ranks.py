"""`muster ranks`: how far each source is believed, and changing that."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import Desk, at_desk
from muster.cli.importing.board import Board
from muster.cli.importing.workshop import open_workshop
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results, row, table
from muster.cli.views.text import counted, shown
from muster.domain.errors import FlowError
from muster.services.change_ranks import RankChange, RankChangeState, read_rank_change, start_rank_change
from muster.services.set_ranks import RankPlan, RankTable, plan_ranks, read_rank_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.tenant import RequestContext
    from muster.services.own_ranks import OwnRanks

_ALL = "all"
_LOOK_AGAIN_SECONDS = 0.1
_SETTING = re.compile(r"(?P<source>[^.=]+)\.(?P<group>[^.=]+)=(?P<rank>\d{1,9})")
_PLACE = re.compile(r"(?P<source>[^.=]+)\.(?P<group>[^.=]+)")


def ranks(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    *,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SOURCE.GROUP=RANK", help="Believe a source so far on a group; repeatable."),
    ] = None,
    resets: Annotated[
        list[str] | None,
        typer.Option(
            "--reset", metavar="SOURCE.GROUP", help="Back to the usual rank; `all` for every one; repeatable."
        ),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what it would change, and write nothing.")] = False,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show or change how far each source is believed.

    Where sources contradict each other on a field, the one with the larger rank on its group of fields wins. A change
    folds the inventory anew; set the earlier ranks again to take it back.
    """
    del home  # read from the context

    async def work(desk: Desk) -> RankTable | RankPlan | RankChange:
        context = await desk.engagement(client, engagement)
        known = await read_rank_table(desk.services, context)
        if not settings and not resets:
            return known
        wanted = _changed(known.own, settings or (), resets or ())
        if plan:
            return await plan_ranks(desk.services, context, wanted)
        return await _apply(desk, context, wanted)

    if plan and not settings and not resets:
        raise CommandError("Say with --set or --reset what is to be planned.", field="plan")
    found = at_desk(settings_of(ctx), work)
    if as_json:
        print_json(found)
    elif isinstance(found, RankTable):
        _show_table(found)
    elif isinstance(found, RankPlan):
        _show_plan(found)
    else:
        results().print(f"ranks changed; {counted(found.assets_updated or 0, 'asset')} updated")


async def _apply(desk: Desk, context: RequestContext, wanted: OwnRanks) -> RankChange:
    """Put the job into the queue and work on it, unless another worker is quicker."""
    change = await start_rank_change(desk.services, context, wanted)
    with Board() as board:
        async with open_workshop(desk, context, board) as workshop:
            while change.state in {RankChangeState.WAITING, RankChangeState.RUNNING}:
                if workshop.worker.done():
                    workshop.worker.result()
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                change = await read_rank_change(desk.services, context, change.change_id)
    if change.state is RankChangeState.FAILED:
        raise FlowError(change.error or "The ranks could not be changed.", change_id=str(change.change_id))
    return change


def _changed(own: OwnRanks, settings: Sequence[str], resets: Sequence[str]) -> OwnRanks:
    """The engagement's own ranks with what the command line says of them; whether they can be is checked later."""
    made = {} if _ALL in resets else {source: dict(groups) for source, groups in own.items()}
    for text in resets:
        if text == _ALL:
            continue
        if (found := _PLACE.fullmatch(text)) is None:
            raise CommandError(f"{text!r} is not SOURCE.GROUP, such as servicenow.capacity.", field="reset")
        if made.get(found["source"], {}).pop(found["group"], None) is None:
            raise CommandError(f"The engagement has set no rank of its own for {text}.", field="reset")
    for text in settings:
        if (found := _SETTING.fullmatch(text)) is None:
            raise CommandError(f"{text!r} is not SOURCE.GROUP=RANK, such as servicenow.capacity=40.", field="set")
        made.setdefault(found["source"], {})[found["group"]] = int(found["rank"])
    return made


def _show_table(known: RankTable) -> None:
    groups = list(dict.fromkeys(rank.group for rank in known.ranks))
    made = table("source", *groups, right=groups)
    by_place = {(rank.source, rank.group): rank for rank in known.ranks}
    for source in dict.fromkeys(rank.source for rank in known.ranks):
        row(made, source, *(_cell(by_place[source, group].rank, own=by_place[source, group].own) for group in groups))
    results().print(made)
    if known.own:
        results().print("* set by this engagement; `muster ranks --reset SOURCE.GROUP` takes it back")


def _cell(rank: int, *, own: bool) -> str:
    return f"{rank}*" if own else str(rank)


def _show_plan(found: RankPlan) -> None:
    counts = found.counts
    results().print(f"would update {counted(counts.updated, 'asset')}, leave {counts.unchanged:,} as they are")
    made = table("asset", "field", "now", "then")
    for effect in found.first:
        row(made, effect.asset_name or effect.asset_id, effect.field, shown(effect.before), shown(effect.after))
    if found.first:
        results().print(made)
