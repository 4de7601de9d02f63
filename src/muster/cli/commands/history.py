"""`muster history`: what changed an asset, and the asset as it stood at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.asset_desk import AssetArgument, enter_asset
from muster.cli.desk import Desk, at_desk
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.history import show_asset, show_history
from muster.services.asset_at import asset_at
from muster.services.asset_history import AssetHistory, asset_history

if TYPE_CHECKING:
    from muster.services.list_assets import Asset


def history(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    asset: AssetArgument,
    *,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Show the asset as it stood then, in ISO 8601.")
    ] = None,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what changed an asset, and when.

    Every import, undo, redo and decision that altered it, newest first: who, fields before and after, and the records
    that joined or left. With --at the asset as it stood at that time.
    """
    del home  # read from the context
    moment = None if at is None else _moment(at)

    async def read(desk: Desk) -> AssetHistory | Asset:
        context, asset_id = await enter_asset(desk, asset, client, engagement)
        if moment is None:
            return await asset_history(desk.services, context, asset_id)
        return await asset_at(desk.services, context, asset_id, moment)

    found = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(found)
    elif isinstance(found, AssetHistory):
        show_history(found)
    else:
        show_asset(found)


def _moment(text: str) -> datetime:
    """Read a time; one without a zone is in UTC. Raises CommandError."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no time: write it like 2024-05-31T14:05:00Z.", field="at") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
