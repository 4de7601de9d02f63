"""`muster reviews`, `decide` and `decisions`: what a person should look at, and what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import Desk, at_desk, read_id
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, ReasonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results, row, table
from muster.cli.views.history import show_decided
from muster.cli.views.text import moment, printable
from muster.domain.decisions import Edit
from muster.pipeline.enrich.review import Suggestion
from muster.services.inventory.decide import list_decisions, undo_decision
from muster.services.list_reviews import decide_review, list_reviews
from muster.services.paging import MAX_LIMIT, PageRequest

if TYPE_CHECKING:
    from muster.domain.decisions import Decision
    from muster.services.inventory.decide import Decided
    from muster.services.list_reviews import Review, ReviewedAsset
    from muster.services.paging import Page

_SHOWN = 20
VerdictArgument = Annotated[Suggestion, typer.Argument(metavar="join|split|leave", help="What you decide.")]


def reviews(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    *,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MAX_LIMIT, metavar="N", help="Most that is shown.")
    ] = _SHOWN,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List what a person should look at.

    Assets that share a key but were not joined, and assets whose records contradict each other; the highest score
    first. `muster decide` settles one.
    """
    del home  # read from the context

    async def read(desk: Desk) -> Page[Review]:
        return await list_reviews(desk.services, await desk.engagement(client, engagement), PageRequest(limit=limit))

    page = at_desk(settings_of(ctx), read)
    if as_json:
        print_json({"items": page.items, "next_cursor": page.next_cursor})
        return
    for review in page.items:
        _show(review)
    if not page.items:
        remarks().print("Nothing waits for a decision.")
    elif page.next_cursor:
        remarks().print("There are more: --limit shows them.")


def decide(  # noqa: PLR0913 - as above
    ctx: typer.Context,
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="Id, as `muster reviews` lists it.")],
    verdict: VerdictArgument,
    *,
    reason: ReasonOption = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Decide a review: join, split, or leave as it is.

    It is shown no more, until the decision is taken back with `muster decisions --undo`.
    """
    del home  # read from the context

    async def work(desk: Desk) -> Decided:
        context = await desk.engagement(client, engagement)
        return await decide_review(desk.services, context, review, verdict, reason)

    _show_decided(at_desk(settings_of(ctx), work), as_json=as_json)


def decisions(  # noqa: PLR0913 - as above
    ctx: typer.Context,
    *,
    undo: Annotated[str | None, typer.Option("--undo", metavar="ID", help="Take this decision back.")] = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List what people decided, or take a decision back.

    Edits, joins, splits, and reviews that were left as they are.
    """
    del home  # read from the context
    if undo is not None:
        decision_id = read_id(undo, "decision")

        async def work(desk: Desk) -> Decided:
            return await undo_decision(desk.services, await desk.engagement(client, engagement), decision_id)

        _show_decided(at_desk(settings_of(ctx), work), as_json=as_json)
        return

    async def read(desk: Desk) -> list[Decision]:
        return await list_decisions(desk.services, await desk.engagement(client, engagement))

    taken = at_desk(settings_of(ctx), read)
    if as_json:
        print_json({"items": [{"kind": item.kind} | _members(item) for item in taken]})
        return
    listed = table("id", "kind", "when", "field", "reason", "taken back", whole=("id",))
    for item in taken:
        field = item.body.field if isinstance(item.body, Edit) else "-"
        row(listed, item.id, item.kind, moment(item.created_at), field, item.reason or "-", moment(item.undone_at))
    results().print(listed)


def _members(decision: Decision) -> dict[str, object]:
    return {name: getattr(decision, name) for name in ("id", "body", "reason", "author", "created_at", "undone_at")}


def _show_decided(decided: Decided, *, as_json: bool) -> None:
    if as_json:
        print_json({"decided": [decided]})
    else:
        show_decided(decided)


def _show(review: Review) -> None:
    console = results()
    console.print(
        f"{review.score:>3}  {review.suggestion}: {_side(review.left)} and {_side(review.right)}", soft_wrap=True
    )
    for sentence in review.evidence:
        console.print(f"     {printable(sentence)}", soft_wrap=True)
    console.print(f"     muster decide {review.id} join|split|leave", soft_wrap=True)


def _side(side: ReviewedAsset) -> str:
    return f"{printable(side.asset_name or 'no name')} ({side.asset_id})"
