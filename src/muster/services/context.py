"""What every use case needs besides the caller: database, blobs, queue, limits and the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.kit.clock import now
from muster.pipeline.upload import Limits as FileLimits
from muster.services.disk_space import LocalDisks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from muster.blobs.store import Blobs
    from muster.db.session import Database
    from muster.queue.app import Queue


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on untrusted input; runtime/settings.py fills them."""

    upload_bytes: int = 5 * 1024**3
    head_seconds: float = 10.0
    read_seconds: float = 3_600.0
    read_memory_bytes: int = 1024**3
    file: FileLimits = field(default_factory=FileLimits)
    """What one file may hold; its own size, memory and times are those above."""


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to every use case by runtime/wiring.py; built once per process."""

    database: Database
    blobs: Blobs
    queue: Queue
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = now
    disks: LocalDisks = field(default_factory=LocalDisks)
