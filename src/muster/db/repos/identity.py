"""People, their tokens and sign-in links, by way of the functions in security_definer.sql; all without a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, bindparam, text

from muster.domain.ids import UserId

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_MOMENT = bindparam("expires_at", type_=DateTime(timezone=True))

_FIND_TOKEN = text("SELECT * FROM migration.find_token(:hash)")
_TOUCH_TOKEN = text("SELECT migration.touch_token(:token)")
_CREATE_TOKEN = text(
    "SELECT migration.create_token(:token, :user, :name, :hash, :kind, :expires_at)"
).bindparams(_MOMENT)  # fmt: skip
_REVOKE_TOKEN = text("SELECT migration.revoke_token(:actor, :token)")
_TOKENS_OF = text("SELECT * FROM migration.tokens_of(:user)")
_CREATE_LINK = text("SELECT migration.create_sign_in_link(:link, :user, :hash, :expires_at)").bindparams(_MOMENT)
_REDEEM_LINK = text("SELECT * FROM migration.redeem_sign_in_link(:hash, :token, :token_hash, :expires_at)").bindparams(
    _MOMENT
)
_ENSURE_USER = text("SELECT * FROM migration.ensure_user(:user, :email, :name, :is_platform_admin)")


@dataclass(frozen=True, slots=True)
class FoundUser:
    """A user as sign-in sees one."""

    user_id: UserId
    email: str
    display_name: str
    is_platform_admin: bool


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token by its hash. `state`: valid, expired, revoked, or disabled when its user is."""

    token_id: UUID
    user: FoundUser
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to keep. `hash` is the SHA-256 of its secret; `expires_at` None: never."""

    token_id: UUID
    user_id: UserId
    name: str
    hash: bytes
    kind: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token in its user's list."""

    token_id: UUID
    name: str
    kind: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


async def find_token(session: AsyncSession, token_hash: bytes) -> FoundToken | None:
    """The token whose secret has this SHA-256, in whatever state."""
    row = (await session.execute(_FIND_TOKEN, {"hash": token_hash})).one_or_none()
    if row is None:
        return None
    user = FoundUser(UserId(row.user_id), row.email, row.display_name, row.is_platform_admin)
    return FoundToken(row.token_id, user, row.kind, row.state)


async def touch_token(session: AsyncSession, token_id: UUID) -> None:
    """Note that the token was used; written at most once a minute."""
    await session.execute(_TOUCH_TOKEN, {"token": token_id})


async def create_token(session: AsyncSession, new: NewToken) -> None:
    """Keep a token."""
    await session.execute(
        _CREATE_TOKEN,
        {
            "token": new.token_id,
            "user": new.user_id,
            "name": new.name,
            "hash": new.hash,
            "kind": new.kind,
            "expires_at": new.expires_at,
        },
    )


async def revoke_token(session: AsyncSession, actor: UserId, token_id: UUID) -> bool:
    """Revoke one's own token, or anybody's as platform admin; False when there is none that `actor` may revoke."""
    return bool(await session.scalar(_REVOKE_TOKEN, {"actor": actor, "token": token_id}))


async def tokens_of(session: AsyncSession, user_id: UserId) -> list[TokenEntry]:
    """The tokens of a user, newest first."""
    return [TokenEntry(*row) for row in await session.execute(_TOKENS_OF, {"user": user_id})]


async def create_sign_in_link(
    session: AsyncSession, link_id: UUID, user_id: UserId, secret_hash: bytes, expires_at: datetime
) -> None:
    """Keep a link that can be redeemed once until `expires_at`."""
    await session.execute(
        _CREATE_LINK, {"link": link_id, "user": user_id, "hash": secret_hash, "expires_at": expires_at}
    )


async def redeem_sign_in_link(
    session: AsyncSession, secret_hash: bytes, token_id: UUID, token_hash: bytes, expires_at: datetime
) -> FoundUser | None:
    """Use the link up and keep a session token for its user; None when the link is unknown, used up or expired."""
    found = {"hash": secret_hash, "token": token_id, "token_hash": token_hash, "expires_at": expires_at}
    row = (await session.execute(_REDEEM_LINK, found)).one_or_none()
    return None if row is None else FoundUser(UserId(row.user_id), row.email, row.display_name, row.is_platform_admin)


async def ensure_user(session: AsyncSession, user: FoundUser) -> FoundUser | None:
    """The user with this e-mail address, made when new; None when that one is disabled."""
    row = (
        await session.execute(
            _ENSURE_USER,
            {
                "user": user.user_id,
                "email": user.email,
                "name": user.display_name,
                "is_platform_admin": user.is_platform_admin,
            },
        )
    ).one()
    if row.disabled_at is not None:
        return None
    return FoundUser(UserId(row.user_id), row.email, row.display_name, row.is_platform_admin)
