from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import structlog

from muster.api.pages import Place, Visit, landing, refused, welcome
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI


async def test_a_request_id_comes_back_and_a_strange_one_is_replaced(client: httpx.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-ID": "run-7.1"})
    assert kept.headers["x-request-id"] == "run-7.1"
    replaced = await client.get("/healthz", headers={"X-Request-ID": "two words"})
    assert re.fullmatch("[0-9a-f]{32}", replaced.headers["x-request-id"])


async def test_the_log_has_the_route_but_no_query_and_no_id(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as events:
        await client.get("/api/v1/assets/0192f0c1-0000-7000-8000-000000000001?field=hidden-word")
    assert [event["route"] for event in events] == ["/api/v1/assets/{asset_id}"]
    assert "hidden-word" not in str(events)
    assert "0192f0c1" not in str(events)


async def test_measurements_count_calls_by_route_and_name_no_tenant(client: httpx.AsyncClient) -> None:
    tenant = str(uuid7())
    await client.get("/api/v1/assets", headers={"X-Client-Account-ID": tenant, "X-Engagement-ID": tenant})
    await client.get(f"/api/v1/nothing/{tenant}")
    text = (await client.get("/metrics")).text
    assert 'muster_http_requests_total{method="GET",route="/api/v1/assets",status="401"} 1.0' in text
    assert tenant not in text


@pytest.mark.parametrize("path", ["/", "/docs", "/sign-in", "/healthz", "/api/v1/nothing"])
async def test_answers_carry_a_strict_policy_and_are_not_kept(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_pages_fetch_nothing_from_elsewhere_and_run_no_script(client: httpx.AsyncClient, path: str) -> None:
    text = (await client.get(path)).text
    assert not re.search(r"<script|https?://|@import|url\(", text)


async def test_the_api_page_names_every_operation(client: httpx.AsyncClient, app: FastAPI) -> None:
    text = (await client.get("/docs")).text
    assert all(f"<code>{path}</code>" in text for path in app.openapi()["paths"])


def test_names_on_pages_are_shown_as_text() -> None:
    nasty = "<img src=x onerror=alert(1)>\"'"
    shown = landing(Visit(nasty, [Place(uuid7(), nasty)])).body.decode() + refused(nasty).body.decode()
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "Sign in" in welcome().body.decode()
