"""Bearer tokens: made, revoked, and exchanged for who is calling. A token is shown once; its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.db.repos import identity
from muster.domain.errors import InvalidRequestError, NotFoundError, NotSignedInError
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from muster.domain.ids import UserId
    from muster.services.context import Services

TOKEN_PREFIX = "muster_"  # noqa: S105 - how a token begins, so that scanners for leaked secrets find one
_SECRET_BYTES = 32
_LONGEST_NAME = 200

_REFUSALS = {
    "expired": "This sign-in has expired: open a new sign-in link, or make a token with `muster token create`.",
    "revoked": "This token was revoked: make another one with `muster token create`.",
    "disabled": "This account is disabled: ask an administrator.",
}
_UNKNOWN = "This token is not known here: make one with `muster token create`."


class TokenKind(StrEnum):
    """What a token is for."""

    API = "api"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is signed in. `token_id` is None for the local user of the command line."""

    user_id: UserId
    email: str
    display_name: str
    is_platform_admin: bool
    token_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new token. `token` is what its owner keeps; it can not be shown again."""

    token_id: UUID
    name: str
    expires_at: datetime | None
    token: str = field(repr=False)


def new_secret() -> str:
    """Return a token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def hash_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret. It needs no salt and no slow hash: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


async def authenticate(services: Services, token: str) -> Caller:
    """Return who holds `token`. Raises NotSignedInError when it is unknown, expired, revoked, or its user disabled."""
    async with services.database.begin_without_tenant() as session:
        found = await identity.find_token(session, hash_of(token))
        if found is not None and found.state == "valid":
            await identity.touch_token(session, found.token_id)
    if found is None:
        raise NotSignedInError(_UNKNOWN)
    if found.state in _REFUSALS:
        raise NotSignedInError(_REFUSALS[found.state], state=found.state)
    return caller_of(found.user, found.token_id)


async def create_token(
    services: Services, user_id: UserId, name: str, *, expires_at: datetime | None = None
) -> CreatedToken:
    """Make a token for a user. Raises InvalidRequestError for a name that is empty or too long, or a past expiry."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidRequestError(f"A token takes a name of 1 to {_LONGEST_NAME} characters.", field="name")
    if expires_at is not None and expires_at <= services.clock():
        raise InvalidRequestError("A token expires in the future, or never.", field="expires_at")
    token = new_secret()
    new = identity.NewToken(uuid7(), user_id, name, hash_of(token), str(TokenKind.API), expires_at)
    async with services.database.begin_without_tenant() as session:
        await identity.create_token(session, new)
    return CreatedToken(token_id=new.token_id, name=name, expires_at=expires_at, token=token)


async def revoke_token(services: Services, caller: Caller, token_id: UUID) -> None:
    """Revoke a token of the caller's, or anybody's as platform admin; again is harmless. Raises NotFoundError."""
    async with services.database.begin_without_tenant() as session:
        revoked = await identity.revoke_token(session, caller.user_id, token_id)
    if not revoked:
        raise NotFoundError("You have no token with this id.", token_id=str(token_id))


async def list_tokens(services: Services, caller: Caller) -> list[identity.TokenEntry]:
    """The caller's own tokens and browser sessions, newest first, never their secrets."""
    async with services.database.begin_without_tenant() as session:
        return await identity.tokens_of(session, caller.user_id)


def caller_of(user: identity.FoundUser, token_id: UUID | None = None) -> Caller:
    """Return `user` as the one who is calling."""
    return Caller(user.user_id, user.email, user.display_name, user.is_platform_admin, token_id)
