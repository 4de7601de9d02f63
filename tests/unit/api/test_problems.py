from __future__ import annotations

import importlib
import json
import pkgutil
import re

import httpx
import pytest
from fastapi import FastAPI

import muster
from muster.api import problems
from muster.api.observe import Measurements, Observed
from muster.domain.errors import BusyError, DatabaseUnavailableError, IllegalMoveError, MusterError, NotSignedInError

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def all_errors() -> list[type[MusterError]]:
    for module in pkgutil.walk_packages(muster.__path__, "muster."):
        if not module.name.rpartition(".")[2].startswith("_") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    found = [MusterError]
    for kind in found:
        found += [child for child in kind.__subclasses__() if child not in found]
    return [kind for kind in found if kind.__module__.startswith("muster.")]


def serving(error: Exception) -> FastAPI:
    app = FastAPI()
    app.add_middleware(Observed, measurements=Measurements())
    problems.install(app)

    @app.get("/raise")
    async def fail() -> None:
        raise error

    return app


async def answer(error: Exception) -> httpx.Response:
    transport = httpx.ASGITransport(serving(error))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        return await client.get("/raise", headers={"X-Request-ID": "abc-1"})


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
async def test_every_error_is_answered_as_a_problem_with_its_status_and_code(kind: type[MusterError]) -> None:
    response = await answer(kind("Do this next.", things=3))
    document = response.json()
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert response.status_code == document["status"] == kind.status
    assert document["detail"] == "Do this next."
    assert document["things"] == 3
    assert document["request_id"] == "abc-1"
    assert set(document) >= MEMBERS
    assert 400 <= kind.status < 600
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code)


async def test_a_fact_named_like_a_member_of_the_problem_is_kept_beside_it() -> None:
    document = (await answer(IllegalMoveError("No.", status="paused", allowed=["resume"]))).json()
    assert (document["status"], document["current_status"], document["allowed"]) == (409, "paused", ["resume"])


async def test_a_busy_engagement_says_when_to_come_back() -> None:
    assert (await answer(BusyError("Busy.", retry_after=7))).headers["retry-after"] == "7"
    assert (await answer(BusyError("Busy."))).headers["retry-after"] == "2"
    assert (await answer(DatabaseUnavailableError("Away."))).headers["retry-after"] == "2"


async def test_a_missing_sign_in_names_the_scheme() -> None:
    assert (await answer(NotSignedInError("Sign in."))).headers["www-authenticate"] == "Bearer"


async def test_an_unexpected_error_says_nothing_but_the_request_id() -> None:
    response = await answer(ValueError("secret cell value"))
    assert response.status_code == 500
    assert "secret" not in response.text
    assert json.loads(response.text)["code"] == "internal"
    assert json.loads(response.text)["request_id"] == "abc-1"
