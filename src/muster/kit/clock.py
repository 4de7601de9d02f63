"""The one place that reads the clock, so that a test can pass another."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC, aware of its zone."""
    return datetime.now(UTC)
