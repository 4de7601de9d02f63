"""Pins values to an asset and unpins fields, as one call of somebody who edits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.domain.errors import InvalidRequestError
from muster.services.edit_assets import canonical, edit_asset, unpin_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.decide import Decided


async def pin_values(  # noqa: PLR0913 - what to pin, what to unpin, and why
    services: Services,
    context: RequestContext,
    asset_id: UUID,
    values: Mapping[str, Any],
    *,
    unpin: Sequence[str] = (),
    reason: str | None = None,
) -> list[Decided]:
    """Pin `values` (None empties a field), and let the sources speak again on the fields in `unpin`.

    Raises InvalidRequestError when there is nothing to do, or one field is to be pinned and unpinned, and as
    `edit_asset` and `unpin_fields` do.
    """
    if both := sorted(set(values) & set(unpin)):
        raise InvalidRequestError(f"{both[0]} can not be pinned and unpinned at once.", field=both[0])
    if not values and not unpin:
        raise InvalidRequestError("Name values to pin, or fields to unpin.", field="values")
    typed = {name: canonical(name, value) for name, value in values.items()}  # what is refused changes nothing
    done = [await unpin_fields(services, context, asset_id, unpin)] if unpin else []
    if typed:
        done.append(await edit_asset(services, context, asset_id, typed, reason))
    return done
