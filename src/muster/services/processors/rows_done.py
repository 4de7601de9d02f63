"""Counts the rows that a validation has done, over all its stages."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITING = 2
"""Writing weighs as much as this many of the other stages: conversion, and each agent."""


class RowsDone:
    """Tells `on_progress` the share of the work that is done, as rows of `rows`."""

    def __init__(self, on_progress: Callable[[int, int], None], rows: int, agents: int) -> None:
        self._tell = on_progress
        self._rows = rows
        self._stages = 1 + agents + _WRITING
        self._done = 0
        self._one_by_one = Lock()

    def add(self, rows: int) -> None:
        """Count rows of one stage, from any thread. Raises what `on_progress` raises."""
        with self._one_by_one:
            self._done += rows
            self._tell(min(self._done // self._stages, self._rows), self._rows)
