"""How a worker works: how many jobs at once, its signs of life, its patience, and how it gets its database back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """All in seconds. A killed worker's job runs again after at most `stalled_after + recovery + polling` (40.5 s).

    `grace` is how long a worker that is told to stop lets its jobs finish before it hands them back; `polling` bounds
    the wait of jobs that no notification announces (retries, and those behind a lock). The wait before a retry
    doubles from `first_retry`, that before a new connection from `reconnect` to `longest_reconnect`.
    """

    heartbeat: float = 5.0
    stalled_after: float = 30.0
    recovery: float = 10.0
    polling: float = 0.5
    grace: float = 20.0
    first_retry: float = 1.0
    reconnect: float = 0.2
    longest_reconnect: float = 5.0


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`kill_limit` runs that ended with the worker's death, or `error_limit` that ended with an error: no more tries.

    `ensure_running` is awaited before each connection (the embedded server starts there). With `handle_signals`,
    SIGTERM and SIGINT stop the worker.
    """

    concurrency: int = 1
    times: WorkerTimes = field(default_factory=WorkerTimes)
    kill_limit: int = 3
    error_limit: int = 5
    ensure_running: Callable[[], Awaitable[None]] | None = None
    handle_signals: bool = False
