"""One asset as it stood at an earlier time: the same claims and the same fold, with what was in force then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import changes as changes_repo
from muster.db.repos import decisions as decisions_repo
from muster.domain.custom_fields import PREFIX
from muster.domain.errors import NotFoundError
from muster.pipeline.mapping.remembered import is_custom
from muster.services.asset_history import everything_around
from muster.services.inventory.claims_of_id import claims_of_id
from muster.services.inventory.ledger import past_ledger, read_ledger
from muster.services.inventory.surroundings import asset_of
from muster.services.list_assets import Asset

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

_BESIDE_VALUES = frozenset({"discovery_source", "conflicts"})


async def asset_at(services: Services, context: RequestContext, asset_id: UUID, moment: datetime) -> Asset:
    """The asset of an id, today's or an earlier one, with its id and values as of `moment` (aware of its zone).

    Raises NotFoundError for an id that never was, and when the asset was not in the inventory then.
    """
    async with services.database.begin(context.tenant) as db:
        version = await changes_repo.version_at(db, context.tenant, moment)
        decisions = await decisions_repo.read_decisions(db, context.tenant)
        async with read_ledger(db, context.tenant, services) as ledger:
            named, today = await claims_of_id(ledger, asset_id)
        async with past_ledger(db, context.tenant, services, version) as ledger:
            around = await everything_around(ledger, [named, *today], decisions)
            found = await asset_of(around, ledger.roster, [[named], today])
    if found is None:
        raise NotFoundError(
            f"This asset was not in the inventory at {moment.isoformat()}; its history says since when it is.",
            asset_id=str(asset_id),
        )
    filled = {name: value for name, value in found.values.items() if value is not None and name not in _BESIDE_VALUES}
    return Asset(
        id=ledger.roster.index.birth_id(found.asset),
        values={name: value for name, value in filled.items() if not is_custom(name)},
        discovery_source=found.values["discovery_source"],
        conflicts=tuple(found.values["conflicts"] or ()),
        custom_fields={name.removeprefix(PREFIX): value for name, value in filled.items() if is_custom(name)},
    )
