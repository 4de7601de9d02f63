from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from muster.api import openapi
from muster.api.app import create_app
from muster.api.guard import GuardedRoute, UnguardedRouteError, permission_of
from muster.domain.tenant import Permission

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

PUBLIC = {
    "/",
    "/api/v1/healthz",
    "/api/v1/metrics",
    "/api/v1/openapi.json",
    "/api/v1/readyz",
    "/api/v1/sign-in",
    "/docs",
    "/healthz",
    "/metrics",
    "/readyz",
    "/sign-in",
}


def test_every_route_declares_a_permission(app: FastAPI) -> None:
    routes = list(openapi.routes_of(app))
    assert len(routes) > 40
    assert all(isinstance(permission_of(route), Permission) for route in routes)


def test_what_needs_no_sign_in_is_a_short_list(app: FastAPI) -> None:
    public = {route.path for route in openapi.routes_of(app) if permission_of(route) is Permission.PUBLIC}
    assert public == PUBLIC


def test_a_route_without_a_permission_is_refused_where_it_is_written() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(UnguardedRouteError, match="declares no permission"):
        router.get("/open")(lambda: "anybody")


def test_a_route_past_the_gate_is_refused_at_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Past:
        router = APIRouter()

    Past.router.get("/open")(lambda: PlainTextResponse("anybody"))
    monkeypatch.setattr("muster.api.app.ROUTES", (Past,))
    with pytest.raises(UnguardedRouteError):
        create_app(None)  # type: ignore[arg-type]  # it is refused before it looks


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}])
async def test_a_call_without_a_token_is_answered_401(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await client.get("/api/v1/assets", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


async def test_who_is_not_signed_in_hears_nothing_about_a_broken_body(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/engagements", content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 401


async def test_a_body_that_states_to_be_too_large_is_refused_unread(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/sign-in", content=b'{"link": "' + b"x" * (2 << 20) + b'"}')
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert response.json()["limit_bytes"] == 1 << 20


async def test_a_body_that_grows_too_large_while_it_is_read_is_refused(client: httpx.AsyncClient) -> None:
    async def endless():  # noqa: ANN202 - a generator for httpx
        for _ in range(40):
            yield b"x" * 65_536

    response = await client.post("/api/v1/sign-in", content=endless(), headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("PATCH", "/api/v1/me", 405)])
async def test_addresses_that_are_not_there_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == response.json()["status"] == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_fields_that_are_not_valid_are_listed_without_their_values(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/sign-in", json={"link": 77_123, "colour": "red"})
    document = response.json()
    assert (response.status_code, document["code"]) == (422, "invalid_request")
    assert {entry["field"] for entry in document["errors"]} == {"body.link", "body.colour"}
    assert "77123" not in response.text
