"""One-time sign-in links, and the browser sessions they are exchanged for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from muster.db.repos import identity
from muster.domain.errors import NotSignedInError
from muster.kit.ids import uuid7
from muster.services.local_user import local_user
from muster.services.tokens import caller_of, hash_of, new_secret, revoke_token

if TYPE_CHECKING:
    from datetime import datetime

    from muster.domain.ids import UserId
    from muster.services.context import Services
    from muster.services.tokens import Caller

LINK_LIFETIME = timedelta(hours=1)
SESSION_LIFETIME = timedelta(days=7)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A session just opened. `token` goes into the browser's cookie and is kept nowhere else."""

    caller: Caller
    expires_at: datetime
    token: str = field(repr=False)


async def create_sign_in_link(
    services: Services, user_id: UserId | None = None, *, lifetime: timedelta = LINK_LIFETIME
) -> str:
    """Return the secret of a link that signs a user in once within `lifetime`; None: the local user."""
    if user_id is None:
        user_id = (await local_user(services)).user_id
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    expires_at = services.clock() + lifetime
    async with services.database.begin_without_tenant() as session:
        await identity.create_sign_in_link(session, uuid7(), user_id, hash_of(secret), expires_at)
    return secret


async def redeem_sign_in_link(services: Services, secret: str) -> BrowserSession:
    """Exchange a link's secret for a session. Of two at the same time one succeeds.

    Raises NotSignedInError when the link is unknown, used up or expired.
    """
    token = new_secret()
    token_id = uuid7()
    expires_at = services.clock() + SESSION_LIFETIME
    async with services.database.begin_without_tenant() as session:
        user = await identity.redeem_sign_in_link(session, hash_of(secret), token_id, hash_of(token), expires_at)
    if user is None:
        raise NotSignedInError(
            "This sign-in link was used already or has expired: `muster up` prints a new one at its start."
        )
    return BrowserSession(caller=caller_of(user, token_id), expires_at=expires_at, token=token)


async def sign_out(services: Services, caller: Caller) -> None:
    """End the session, or revoke the token, that the caller is signed in with."""
    if caller.token_id is not None:
        await revoke_token(services, caller, caller.token_id)
