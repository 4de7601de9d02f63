"""The user of this machine: who has the files of the home has the inventory in it, and needs no sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import identity
from muster.domain.errors import ForbiddenError
from muster.domain.ids import UserId
from muster.kit.ids import uuid7
from muster.services.tokens import caller_of

if TYPE_CHECKING:
    from muster.services.context import Services
    from muster.services.tokens import Caller

LOCAL_EMAIL = "local@muster"


async def local_user(services: Services) -> Caller:
    """Return the platform admin that the command line acts as, made when first needed.

    Raises ForbiddenError when an administrator has disabled it.
    """
    wanted = identity.FoundUser(UserId(uuid7()), LOCAL_EMAIL, "This machine", is_platform_admin=True)
    async with services.database.begin_without_tenant() as session:
        found = await identity.ensure_user(session, wanted)
    if found is None:
        raise ForbiddenError(f"The user {LOCAL_EMAIL} of the command line is disabled in this database.")
    return caller_of(found)
