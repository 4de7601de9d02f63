"""Waiting for what another process does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_AGAIN = 0.1  # seconds


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return once `condition` holds. Raises AssertionError when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(_LOOK_AGAIN)
