"""`muster why`: where the values of an asset come from."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.asset_desk import AssetArgument, enter_asset
from muster.cli.desk import Desk, at_desk
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.why import show_why
from muster.services.explain_value import Why
from muster.services.explain_value import why as explain


def why(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    asset: AssetArgument,
    field: Annotated[
        str | None, typer.Argument(metavar="[FIELD]", help="One field; default: all that have a value.")
    ] = None,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Explain where the values of an asset come from.

    For each field: its value, the rule that chose it, and what every source says, with file, table, row, line, column,
    the cell's own text and how it was read. What lost is shown, too, and so are edits. Without a field also why the
    asset's records are one.
    """
    del home  # read from the context

    async def read(desk: Desk) -> Why:
        context, asset_id = await enter_asset(desk, asset, client, engagement)
        return await explain(desk.services, context, asset_id, field)

    found = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(found)
    else:
        show_why(found)
