"""`muster edit`, `merge` and `split`: what somebody knows better than the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.asset_desk import AssetArgument, enter_asset
from muster.cli.desk import Desk, at_desk, read_id
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, ReasonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.history import show_decided
from muster.services.edit_assets import merge_assets, split_asset
from muster.services.pin_values import pin_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.services.inventory.decide import Decided


def edit(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    asset: AssetArgument,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIELD=VALUE…", help="Values to pin; FIELD= empties the field.", show_default=False),
    ] = None,
    *,
    unpin: Annotated[
        list[str] | None,
        typer.Option("--unpin", metavar="FIELD", help="The sources are to speak again on this field."),
    ] = None,
    reason: ReasonOption = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Pin values to an asset, whatever the sources say.

    A pinned value stands above all sources, those of later imports included, until it is unpinned.
    """
    del home  # read from the context
    wanted = dict(_pair(text) for text in values or ())

    async def work(desk: Desk) -> list[Decided]:
        context, asset_id = await enter_asset(desk, asset, client, engagement)
        return await pin_values(desk.services, context, asset_id, wanted, unpin=unpin or (), reason=reason)

    _show(at_desk(settings_of(ctx), work), as_json=as_json)


def merge(  # noqa: PLR0913 - as above
    ctx: typer.Context,
    assets: Annotated[list[str], typer.Argument(metavar="ASSET ASSET…", help="Ids or names.", show_default=False)],
    *,
    reason: ReasonOption = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say that several assets are one.

    Their records are joined for good, until the decision is taken back.
    """
    del home  # read from the context

    async def work(desk: Desk) -> list[Decided]:
        found = [await enter_asset(desk, asset, client, engagement) for asset in assets]
        return [await merge_assets(desk.services, found[0][0], [asset_id for _, asset_id in found], reason)]

    _show(at_desk(settings_of(ctx), work), as_json=as_json)


def split(  # noqa: PLR0913 - as above
    ctx: typer.Context,
    asset: AssetArgument,
    claims: Annotated[
        list[str],
        typer.Argument(metavar="CLAIM…", help="Claim ids, as `muster why` shows them.", show_default=False),
    ],
    *,
    reason: ReasonOption = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say that some records of an asset speak of another thing.

    The keys that tie them to the rest identify them no longer, until the decision is taken back.
    """
    del home  # read from the context
    claim_ids = [read_id(claim, "claim") for claim in claims]

    async def work(desk: Desk) -> list[Decided]:
        context, asset_id = await enter_asset(desk, asset, client, engagement)
        return [await split_asset(desk.services, context, asset_id, claim_ids, reason)]

    _show(at_desk(settings_of(ctx), work), as_json=as_json)


def _pair(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CommandError(f"{text!r} is no value to pin: write FIELD=VALUE.", field="values")
    return name.strip(), value or None


def _show(decided: Sequence[Decided], *, as_json: bool) -> None:
    if as_json:
        print_json({"decided": decided})
    else:
        show_decided(*decided)
