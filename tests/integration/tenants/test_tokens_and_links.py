"""Tokens, sign-in links and sessions, on the real functions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError, NotSignedInError
from muster.kit.clock import now
from muster.kit.ids import uuid7
from muster.services.local_user import LOCAL_EMAIL, local_user
from muster.services.sign_in import create_sign_in_link, redeem_sign_in_link, sign_out
from muster.services.tokens import TOKEN_PREFIX, authenticate, create_token, hash_of, list_tokens, revoke_token

if TYPE_CHECKING:
    from muster.services.context import Services
    from support.tenants import Tenants


async def test_a_token_signs_its_user_in(services: Services, tenants: Tenants) -> None:
    user = tenants.new_user()
    created = await create_token(services, user, " nightly import ")
    caller = await authenticate(services, created.token)
    assert (caller.user_id, caller.token_id, caller.is_platform_admin) == (user, created.token_id, False)
    assert created.name == "nightly import"


async def test_a_token_is_256_random_bits_and_never_shown_by_repr(services: Services, tenants: Tenants) -> None:
    created = await create_token(services, tenants.new_user(), "x")
    assert created.token.startswith(TOKEN_PREFIX)
    assert len(created.token.removeprefix(TOKEN_PREFIX)) == 43
    assert created.token not in repr(created)


async def test_only_the_hash_of_a_token_is_kept(services: Services, tenants: Tenants, owner_url: str) -> None:
    created = await create_token(services, tenants.new_user(), "x")
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT t::text, token_hash FROM migration.api_tokens AS t WHERE id = %s", (created.token_id,)
        ).fetchall()
    assert [row[1] for row in rows] == [hash_of(created.token)]
    assert created.token not in rows[0][0]


@pytest.mark.parametrize("token", ["", "muster_", "muster_0000", "nonsense ' ; --", "\u00e9"])
async def test_an_unknown_token_signs_nobody_in(services: Services, token: str) -> None:
    with pytest.raises(NotSignedInError, match="not known"):
        await authenticate(services, token)


async def test_an_expired_token_says_so(services: Services, tenants: Tenants) -> None:
    earlier = replace(services, clock=lambda: now() - timedelta(days=2))
    created = await create_token(earlier, tenants.new_user(), "x", expires_at=now() - timedelta(days=1))
    with pytest.raises(NotSignedInError, match="expired"):
        await authenticate(services, created.token)


async def test_a_revoked_token_says_so_and_revoking_again_is_harmless(services: Services, tenants: Tenants) -> None:
    created = await create_token(services, tenants.new_user(), "x")
    caller = await authenticate(services, created.token)
    await revoke_token(services, caller, created.token_id)
    await revoke_token(services, caller, created.token_id)
    with pytest.raises(NotSignedInError, match="revoked"):
        await authenticate(services, created.token)


async def test_nobody_revokes_a_token_of_another_but_a_platform_admin(services: Services, tenants: Tenants) -> None:
    theirs = await create_token(services, tenants.new_user(), "theirs")
    mine = await authenticate(services, (await create_token(services, tenants.new_user(), "mine")).token)
    with pytest.raises(NotFoundError):
        await revoke_token(services, mine, theirs.token_id)
    await authenticate(services, theirs.token)
    admin = await create_token(services, tenants.new_user(is_platform_admin=True), "admin")
    await revoke_token(services, await authenticate(services, admin.token), theirs.token_id)
    with pytest.raises(NotSignedInError):
        await authenticate(services, theirs.token)


async def test_a_disabled_user_is_not_signed_in(services: Services, tenants: Tenants) -> None:
    created = await create_token(services, tenants.new_user(disabled=True), "x")
    with pytest.raises(NotSignedInError, match="disabled"):
        await authenticate(services, created.token)


async def test_the_use_of_a_token_is_noted_at_most_once_a_minute(
    services: Services, tenants: Tenants, owner_url: str
) -> None:
    created = await create_token(services, tenants.new_user(), "x")
    caller = await authenticate(services, created.token)
    first = (await list_tokens(services, caller))[0].last_used_at
    await authenticate(services, created.token)
    assert first is not None
    assert (await list_tokens(services, caller))[0].last_used_at == first
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE migration.api_tokens SET last_used_at = now() - interval '2 minutes' WHERE id = %s",
            (created.token_id,),
        )
    await authenticate(services, created.token)
    assert (await list_tokens(services, caller))[0].last_used_at > first


async def test_a_user_lists_only_own_tokens(services: Services, tenants: Tenants) -> None:
    user = tenants.new_user()
    await create_token(services, tenants.new_user(), "another's")
    first = await create_token(services, user, "first")
    second = await create_token(services, user, "second")
    caller = await authenticate(services, first.token)
    assert [entry.token_id for entry in await list_tokens(services, caller)] == [second.token_id, first.token_id]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
async def test_a_token_takes_a_name(services: Services, tenants: Tenants, name: str) -> None:
    with pytest.raises(InvalidRequestError):
        await create_token(services, tenants.new_user(), name)


async def test_a_token_expires_in_the_future(services: Services, tenants: Tenants) -> None:
    with pytest.raises(InvalidRequestError):
        await create_token(services, tenants.new_user(), "x", expires_at=now())


async def test_a_link_is_exchanged_for_a_session(services: Services, tenants: Tenants) -> None:
    user = tenants.new_user()
    session = await redeem_sign_in_link(services, await create_sign_in_link(services, user))
    caller = await authenticate(services, session.token)
    assert caller == session.caller
    assert caller.user_id == user
    assert session.token not in repr(session)


async def test_a_link_works_once(services: Services, tenants: Tenants) -> None:
    secret = await create_sign_in_link(services, tenants.new_user())
    await redeem_sign_in_link(services, secret)
    with pytest.raises(NotSignedInError, match="used already"):
        await redeem_sign_in_link(services, secret)


async def test_of_many_who_redeem_a_link_at_the_same_time_one_succeeds(services: Services, tenants: Tenants) -> None:
    secret = await create_sign_in_link(services, tenants.new_user())
    answers = await asyncio.gather(*(redeem_sign_in_link(services, secret) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(answer, NotSignedInError) for answer in answers) == 1


async def test_a_link_expires(services: Services, tenants: Tenants) -> None:
    secret = await create_sign_in_link(services, tenants.new_user(), lifetime=timedelta(seconds=-1))
    with pytest.raises(NotSignedInError):
        await redeem_sign_in_link(services, secret)


async def test_a_link_of_a_disabled_user_is_refused(services: Services, tenants: Tenants) -> None:
    secret = await create_sign_in_link(services, tenants.new_user(disabled=True))
    with pytest.raises(NotSignedInError):
        await redeem_sign_in_link(services, secret)


async def test_a_guessed_link_is_refused(services: Services) -> None:
    with pytest.raises(NotSignedInError):
        await redeem_sign_in_link(services, "guess")


async def test_signing_out_ends_the_session(services: Services, tenants: Tenants) -> None:
    session = await redeem_sign_in_link(services, await create_sign_in_link(services, tenants.new_user()))
    await sign_out(services, session.caller)
    with pytest.raises(NotSignedInError):
        await authenticate(services, session.token)


async def test_a_session_expires(services: Services, tenants: Tenants) -> None:
    secret = await create_sign_in_link(services, tenants.new_user())
    long_ago = replace(services, clock=lambda: now() - timedelta(days=8))
    session = await redeem_sign_in_link(long_ago, secret)
    with pytest.raises(NotSignedInError, match="expired"):
        await authenticate(services, session.token)


async def test_the_local_user_is_made_once_however_many_ask(services: Services) -> None:
    callers = await asyncio.gather(*(local_user(services) for _ in range(5)))
    assert {caller.user_id for caller in callers} == {callers[0].user_id}
    assert callers[0].email == LOCAL_EMAIL
    assert callers[0].is_platform_admin


async def test_a_link_without_a_user_is_the_local_users(services: Services) -> None:
    session = await redeem_sign_in_link(services, await create_sign_in_link(services))
    assert session.caller.user_id == (await local_user(services)).user_id


async def test_a_disabled_local_user_is_refused(services: Services, owner_url: str) -> None:
    await local_user(services)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        switch = "UPDATE migration.users SET disabled_at = %s WHERE email = %s"
        connection.execute(switch, (now(), LOCAL_EMAIL))
        try:
            with pytest.raises(ForbiddenError, match="disabled"):
                await local_user(services)
        finally:
            connection.execute(switch, (None, LOCAL_EMAIL))


async def test_an_id_of_a_token_that_never_was_is_not_found(services: Services) -> None:
    with pytest.raises(NotFoundError):
        await revoke_token(services, await local_user(services), uuid7())
