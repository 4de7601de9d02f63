"""Tokens of the caller, and the browser's session."""

from uuid import UUID

from fastapi import Request, Response

from muster.api.caller import Provided, SignedIn
from muster.api.documents.tenants import (
    MeDocument,
    NewTokenDocument,
    NewTokenRequest,
    SignInRequest,
    TokenDocument,
    TokensDocument,
)
from muster.api.routing import API, Routes
from muster.api.session_cookie import clear_session, set_session
from muster.domain.tenant import Permission
from muster.services.sign_in import redeem_sign_in_link, sign_out
from muster.services.tokens import create_token, list_tokens, revoke_token

routes = Routes(API, "sign-in")


@routes.get("/tokens", Permission.SIGNED_IN)
async def list_my_tokens(services: Provided, caller: SignedIn) -> TokensDocument:
    """The caller's tokens and browser sessions, newest first, without their secrets."""
    return TokensDocument(items=tuple(TokenDocument.of(entry) for entry in await list_tokens(services, caller)))


@routes.post("/tokens", Permission.SIGNED_IN, status=201)
async def create_my_token(services: Provided, caller: SignedIn, body: NewTokenRequest) -> NewTokenDocument:
    """Make a token for the caller; its secret is shown this once."""
    return NewTokenDocument.of(await create_token(services, caller.user_id, body.name, expires_at=body.expires_at))


@routes.delete("/tokens/{token_id}", Permission.SIGNED_IN, status=204)
async def revoke_my_token(services: Provided, caller: SignedIn, token_id: UUID) -> None:
    """Revoke a token of the caller's, or anybody's as platform admin."""
    await revoke_token(services, caller, token_id)


@routes.post("/sign-in", Permission.PUBLIC)
async def sign_in(request: Request, response: Response, services: Provided, body: SignInRequest) -> MeDocument:
    """Exchange the secret of a one-time link for a browser session, which is set as a cookie."""
    session = await redeem_sign_in_link(services, body.link)
    set_session(request, response, session)
    return MeDocument.of(session.caller)


@routes.post("/sign-out", Permission.SIGNED_IN, status=204)
async def sign_out_caller(response: Response, services: Provided, caller: SignedIn) -> None:
    """End the session, or revoke the token, that this call came with."""
    await sign_out(services, caller)
    clear_session(response)
