"""The reader's limits for those of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.upload import Limits as ReadLimits

if TYPE_CHECKING:
    from muster.services.context import Limits


def read_limits(limits: Limits) -> ReadLimits:
    """What one file may ask for."""
    return ReadLimits(
        file_bytes=limits.upload_bytes,
        memory_bytes=limits.read_memory_bytes,
        head_seconds=limits.head_seconds,
        file_seconds=limits.read_seconds,
    )
