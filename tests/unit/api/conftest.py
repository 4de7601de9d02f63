from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio

from muster.api.app import create_app
from muster.services.context import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI


class NoServices:
    """Stands where services would: public addresses need none, and one that does fails loudly."""

    limits = Limits(upload_bytes=1000)


@pytest.fixture
def app() -> FastAPI:
    return create_app(NoServices())  # type: ignore[arg-type]  # see NoServices


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.test") as opened:
        yield opened
