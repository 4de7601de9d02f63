"""The reader's limits for those of the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.pipeline.upload import Limits as ReadLimits
    from muster.services.context import Limits


def read_limits(limits: Limits) -> ReadLimits:
    """What one file may ask for."""
    return replace(
        limits.file,
        file_bytes=limits.upload_bytes,
        memory_bytes=limits.read_memory_bytes,
        head_seconds=limits.head_seconds,
        file_seconds=limits.read_seconds,
    )
