"""Child processes that are kept running: restarted when they crash, stopped with their parent, whatever ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import structlog

from muster.domain.errors import MusterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LIFELINE = "MUSTER_LIFELINE"
"""Names, in a child's environment, the descriptor of a pipe that closes when the parent has ended."""

_GATE = "MUSTER_GATE"
"""Names the descriptor of a pipe that closes when the children, loaded by then, may begin."""

_FIRST_PAUSE = 0.5  # seconds before a restart, doubled with each early end
_LONGEST_PAUSE = 30.0
_SETTLED = 20.0  # seconds of life after which a crash is not counted as one of a row
_MOST_EARLY_ENDS = 6
_STOP_SECONDS = 30.0
_log = structlog.stdlib.get_logger(__name__)


class ChildFailedError(MusterError):
    """A child process ends again and again as soon as it is started; its own last words are in the log."""

    code = "process_failed"
    title = "A part of muster does not start"


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process to keep: its name in the log, its arguments for Python, the descriptors it inherits."""

    name: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


@dataclass(slots=True)
class Children:
    """Keeps processes of our own running. Use as `async with`; leaving the block stops them all.

    They load their programs at once and begin their work when `begin` is called.
    """

    specs: Sequence[ChildSpec]
    environment: Mapping[str, str]
    _processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)
    _lifeline: tuple[int, int] = (-1, -1)
    _gate: tuple[int, int] = (-1, -1)
    _is_open: bool = False
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._lifeline = os.pipe()
        self._gate = os.pipe()
        self._keepers = [asyncio.create_task(self._keep(spec), name=f"keep {spec.name}") for spec in self.specs]
        return self

    async def __aexit__(self, *exception: object) -> None:
        del exception  # whatever ends the block ends the processes
        await self.stop()
        self.begin()
        for descriptor in (*self._lifeline, self._gate[0]):
            os.close(descriptor)

    def begin(self) -> None:
        """Let the processes, those that will be started later too, begin their work."""
        if not self._is_open:
            self._is_open = True
            os.close(self._gate[1])

    async def stop(self) -> None:
        """Ask every process to end, and end those that do not; again is harmless."""
        self._stopping.set()
        for process in self._processes.values():
            _send(process, signal.SIGTERM)
        _, late = await asyncio.wait(self._keepers, timeout=_STOP_SECONDS)
        if late:
            self.kill()
            await asyncio.wait(late)

    def kill(self) -> None:
        """End every process at once."""
        for process in self._processes.values():
            _send(process, signal.SIGKILL)

    def process_ids(self) -> dict[str, int]:
        """Return the ids of the processes by name, of those that were started."""
        return {name: process.pid for name, process in self._processes.items()}

    async def failed(self) -> None:
        """Return never, unless a child could not be kept: then raises ChildFailedError."""
        for finished in asyncio.as_completed(self._keepers):
            await finished

    async def _keep(self, spec: ChildSpec) -> None:
        early_ends = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            process = await self._start(spec)
            code = await process.wait()
            if self._stopping.is_set():
                return
            early_ends = 0 if time.monotonic() - began > _SETTLED else early_ends + 1
            if early_ends >= _MOST_EARLY_ENDS:
                raise ChildFailedError(
                    f"The {spec.name} process ended {early_ends} times right after its start: the lines above say why.",
                    process=spec.name,
                )
            pause = min(_FIRST_PAUSE * 2 ** max(early_ends - 1, 0), _LONGEST_PAUSE)
            _log.warning("process.ended", process=spec.name, exit_code=code, restart_in_seconds=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _start(self, spec: ChildSpec) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            *spec.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            env={**self.environment, _LIFELINE: str(self._lifeline[0]), _GATE: str(self._gate[0])},
            pass_fds=(*spec.descriptors, self._lifeline[0], self._gate[0]),
        )
        self._processes[spec.name] = process
        if self._stopping.is_set():
            _send(process, signal.SIGTERM)
        return process


def hold_lifeline() -> None:
    """In a child: end as if by SIGTERM when the parent is gone. Does nothing without a lifeline."""
    descriptor = os.environ.pop(_LIFELINE, None)
    if descriptor is None:
        return

    def wait(reading: int) -> None:
        os.read(reading, 1)  # nobody writes: it returns when the last writing end is closed
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, args=(int(descriptor),), name="lifeline", daemon=True).start()


def wait_at_gate() -> None:
    """In a child: return when the parent lets it begin. Does nothing without a gate."""
    descriptor = os.environ.pop(_GATE, None)
    if descriptor is not None:
        os.read(int(descriptor), 1)  # nobody writes here either
        os.close(int(descriptor))


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        process.send_signal(number)
