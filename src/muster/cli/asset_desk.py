"""How commands about one asset find it and its engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from muster.domain.errors import NotFoundError
from muster.services.list_assets import find_asset
from muster.services.tenants import ThingKind

if TYPE_CHECKING:
    from muster.cli.desk import Desk
    from muster.domain.tenant import RequestContext

AssetArgument = Annotated[
    str, typer.Argument(metavar="ASSET", help="Id, or exactly a name, host name, FQDN or serial number.")
]


async def enter_asset(
    desk: Desk, asset: str, client: str | None, engagement: str | None
) -> tuple[RequestContext, UUID]:
    """The engagement of the asset that a person means, and the asset's id.

    The id of an asset that is gone stays as it is: its history can still be asked for. Raises as `find_asset`.
    """
    try:
        asset_id = UUID(asset)
    except ValueError:
        context = await desk.engagement(client, engagement)
        return context, await find_asset(desk.services, context, asset)
    try:
        return await desk.engagement_of(asset_id, ThingKind.ASSET), asset_id
    except NotFoundError:
        return await desk.engagement(client, engagement), asset_id
