"""What helps a worker ends with it, even where a cancellation is lost on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from muster.queue import worker

if TYPE_CHECKING:
    import pytest


async def test_a_task_that_passes_over_its_first_cancellation_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_CANCEL_AGAIN_SECONDS", 0.01)
    begun = asyncio.Event()

    async def stubborn() -> None:
        for _ in range(2):
            try:
                begun.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await begun.wait()
    await worker.end_tasks([task])
    assert task.cancelled()
