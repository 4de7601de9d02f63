"""Answers with an ETag: a caller that has seen the same gets 304 and no body."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from fastapi import Request
    from pydantic import TypeAdapter

_PRIVATE = {"Cache-Control": "private, no-cache"}


def tagged(request: Request, document: object, adapter: TypeAdapter[Any]) -> Response:
    """Return `document` as JSON with its ETag, or 304 when the request's If-None-Match names it."""
    body = adapter.dump_json(document)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, **_PRIVATE}
    if _names(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _names(if_none_match: str, tag: str) -> bool:
    """Whether the header holds the tag. Compared weakly (RFC 9110, section 13.1.2): proxies may prefix W/."""
    given = [entry.strip().removeprefix("W/") for entry in if_none_match.split(",")]
    return tag in given or "*" in given
