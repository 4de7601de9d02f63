"""The cookie of a browser session: for us alone, unreadable to scripts, not sent along from other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.api.caller import SESSION_COOKIE

if TYPE_CHECKING:
    from fastapi import Request, Response

    from muster.services.sign_in import BrowserSession


def set_session(request: Request, response: Response, session: BrowserSession) -> None:
    """Put `session` into the browser; over HTTPS the cookie is for HTTPS only."""
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        expires=session.expires_at,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def clear_session(response: Response) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
