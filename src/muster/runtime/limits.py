"""The bounds on untrusted input that the settings state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.services.context import Limits

if TYPE_CHECKING:
    from muster.runtime.settings import Settings

_MB = 1 << 20


def limits_of(settings: Settings) -> Limits:
    """Return the limits for `settings`; without a database at hand, so that `muster check` starts fast."""
    return Limits(
        upload_bytes=settings.max_upload_bytes,
        head_seconds=float(settings.head_seconds),
        read_seconds=float(settings.read_seconds),
        read_memory_bytes=settings.read_memory_mb * _MB,
    )
