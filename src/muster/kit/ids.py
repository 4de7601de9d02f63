"""Identifiers that sort by time (RFC 9562, version 7)."""

from __future__ import annotations

import secrets
import time
import uuid

_UNIX_MS_BITS = 80


def uuid7() -> uuid.UUID:
    """Return a new version 7 UUID: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << _UNIX_MS_BITS | secrets.randbits(_UNIX_MS_BITS)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
