"""Starts the entrances by module name: `serve`, `work`, and `up`, which keeps all of them running together."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from muster.runtime.children import Children, ChildSpec, hold_lifeline, wait_at_gate
from muster.runtime.listen import address_of, listen, reach_of
from muster.runtime.logging import configure_logging
from muster.runtime.settings import FEATURE_PREFIX, PREFIX, Settings, load_settings
from muster.runtime.wiring import open_services
from muster.services.sign_in import create_sign_in_link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

API_MODULE = "muster.api.server"
WORKER_MODULE = "muster.worker.main"
LOCALHOST = "127.0.0.1"
PORT = 8000

_THIS = "muster.runtime.launch"
_ASK_AGAIN_SECONDS = 0.2
_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Running:
    """What `up` has started: the address, and a link that signs one browser in, once."""

    address: str
    sign_in_url: str


def serve(settings: Settings, *, host: str = LOCALHOST, port: int = PORT) -> None:
    """Serve HTTP in this process until it is told to stop. Raises PortError, or as `open_services` does."""
    with listen(host, port) as listener:
        importlib.import_module(API_MODULE).run(settings, listener)


def work(settings: Settings, *, concurrency: int | None = None) -> None:
    """Run jobs in this process until it is told to stop. Raises as `open_services` does."""
    importlib.import_module(WORKER_MODULE).run(settings, concurrency or settings.worker_concurrency)


def up(
    settings: Settings,
    when_ready: Callable[[Running], Awaitable[None]],
    *,
    host: str = LOCALHOST,
    port: int = PORT,
    workers: int = 1,
) -> None:
    """Run database, HTTP and workers until Ctrl-C or SIGTERM; `when_ready` is awaited once HTTP answers.

    A part that crashes is started again. Raises PortError, ChildFailedError, or as `open_services` does.
    """
    with listen(host, port) as listener:
        asyncio.run(_up(settings, when_ready, listener, workers))


async def _up(
    settings: Settings, when_ready: Callable[[Running], Awaitable[None]], listener: socket.socket, workers: int
) -> None:
    specs = [
        ChildSpec("api", ("-m", _THIS, "serve", str(listener.fileno())), (listener.fileno(),)),
        *(ChildSpec(f"worker-{number}", ("-m", _THIS, "work")) for number in range(1, workers + 1)),
    ]
    with _told_to_stop() as stop:
        # Outside of the services: the children load their programs while the database starts.
        async with Children(specs, environment(settings)) as children, open_services(settings, pool_size=2) as services:
            secret = await create_sign_in_link(services)
            running = Running(address_of(listener), f"{address_of(listener)}/sign-in?link={secret}")
            children.begin()
            tasks = (
                asyncio.create_task(children.failed()),
                asyncio.create_task(stop.wait()),
                asyncio.create_task(_announce(when_ready, running, reach_of(listener))),
            )
            try:
                await _until_stopped(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await children.stop()


async def _until_stopped(failed: asyncio.Task[None], stopped: asyncio.Task[bool], ready: asyncio.Task[None]) -> None:
    """Return when `stopped` has; raise what `failed` or `ready` raises."""
    waiting = {failed, stopped, ready}
    while not stopped.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _announce(when_ready: Callable[[Running], Awaitable[None]], running: Running, where: tuple[str, int]) -> None:
    """Tell once HTTP answers. The socket listens already, so the question waits there until a server takes it up."""
    while not await _answers(*where):  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(_ASK_AGAIN_SECONDS)
    await when_ready(running)


async def _answers(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except ConnectionError:
        return False
    try:
        writer.write(_HEALTH)
        await writer.drain()
        return b" 200 " in await reader.readline()
    except ConnectionError:
        return False  # the server that took it up has crashed; its successor is asked again
    finally:
        writer.close()


def environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with every setting that has a value written into it, for a child."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    for name, value in settings:
        if name == "features":
            own.update({f"{FEATURE_PREFIX}{flag.upper()}": str(int(on)) for flag, on in settings.features.items()})
        elif value is not None:
            own[f"{PREFIX}{name.upper()}"] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return own


@contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """Set the event at the first SIGINT or SIGTERM; a second one is not needed, for every wait is bounded."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _child() -> None:
    """Be one of the processes that `up` keeps: `serve DESCRIPTOR` or `work`, with the settings of the environment."""
    hold_lifeline()
    settings = load_settings()
    configure_logging(settings.log_level)
    match sys.argv[1:]:
        case ["serve", descriptor]:
            api = importlib.import_module(API_MODULE)
            wait_at_gate()
            with socket.socket(fileno=int(descriptor)) as listener:
                api.run(settings, listener)
        case ["work"]:
            worker = importlib.import_module(WORKER_MODULE)
            wait_at_gate()
            worker.run(settings, settings.worker_concurrency)
        case other:
            raise SystemExit(f"{_THIS} takes `serve DESCRIPTOR` or `work`, not {other}")


if __name__ == "__main__":
    _child()
