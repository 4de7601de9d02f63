"""Imports for tests: a file taken in, and the work on it done by a worker of the test's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muster.services.run_jobs import run_worker
from muster.services.start_import import ImportStorageHandler, UploadRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

SERVERS = (
    b"Server Name,IP Address,Operating System,CPU Cores,Memory (GB),Serial Number,Environment,Owner\n"
    b"web01,10.0.0.1,Ubuntu 22.04,4,16,SN-0001,production,Ann Lee\n"
    b"web02,10.0.0.2,Ubuntu 22.04,4,16,SN-0002,production,Bo Sze\n"
    b"db01,10.0.0.3,Windows Server 2019,8,64,SN-0003,production,Ann Lee\n"
)
"""Three good rows."""

HELD_BACK = SERVERS + b",999.1.2.3,Ubuntu 22.04,4,16,,test,Cy Dun\n"
"""Three good rows and one that names nothing."""


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def upload(
    services: Services, context: RequestContext, content: bytes = SERVERS, filename: str = "servers.csv", **more: object
) -> FlowDocument:
    """Take a file in; no worker has looked at it yet. `more` are other members of the request."""
    request = replace(UploadRequest(pieces(content), filename), **more)
    return await ImportStorageHandler(services, context).handle_import(request)


async def work(services: Services) -> None:
    """Run every job that waits, and those that they lead to."""
    await run_worker(services, wait=False)
