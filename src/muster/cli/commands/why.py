"""`muster why`: where the values of an asset come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from muster.cli.desk import Desk, at_desk
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.why import show_why
from muster.services.explain_value import Why
from muster.services.explain_value import why as explain
from muster.services.list_assets import find_asset
from muster.services.tenants import ThingKind

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext


def why(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="Id, or exactly a name, host name, FQDN or serial.")],
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
    the cell's own text and how it was read. What lost is shown, too.
    """
    del home  # read from the context

    async def read(desk: Desk) -> Why:
        context = await _engagement(desk)
        return await explain(desk.services, context, await find_asset(desk.services, context, asset), field)

    async def _engagement(desk: Desk) -> RequestContext:
        try:
            asset_id = UUID(asset)
        except ValueError:
            return await desk.engagement(client, engagement)
        return await desk.engagement_of(asset_id, ThingKind.ASSET)

    found = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(found)
    else:
        show_why(found)
