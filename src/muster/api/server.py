"""Serves the application with uvicorn on a socket that listens already."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import uvicorn

from muster.api.app import create_app
from muster.runtime.wiring import open_services

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from muster.runtime.settings import Settings

_KEEP_ALIVE_SECONDS = 15
_GRACE_SECONDS = 10
_MOST_CONNECTIONS = 512
_MOST_HEADER_BYTES = 32 * 1024


def run(settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then let calls under way end (10 s). Raises as `open_services` does."""
    asyncio.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    async with open_services(settings) as services:
        config = uvicorn.Config(
            create_app(services, version=version("passmuster")),
            lifespan="off",  # the services are opened here, outside of the application
            log_config=None,
            log_level="warning",
            access_log=False,  # Observed logs each call, without its query string
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
        )
        await _Server(config).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's own handling raises the signal again at the end, before the services are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True
