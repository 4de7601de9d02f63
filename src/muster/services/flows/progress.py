"""Tells how far an import is, in short transactions of their own, and notices when the attempt no longer counts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from muster.db.repos import flows
from muster.domain.flow_state import Fence, SupersededError
from muster.domain.phases import Phase

if TYPE_CHECKING:
    from concurrent.futures import Future

    from muster.domain.ids import DataImportId
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.flows.work import PhaseWork

BANDS: dict[Phase, tuple[float, float]] = {
    Phase.UPLOAD: (0.0, 25.0),
    Phase.VALIDATION: (25.0, 60.0),
    Phase.ENRICHMENT: (60.0, 98.0),
    Phase.COMPLETE: (98.0, 100.0),
}
"""Which part of the whole each phase is, in percent."""

_SECONDS_BETWEEN = 0.5


def percentage(phase: Phase, processed: int, total: int) -> float:
    """How far the whole import is (0-100) when `processed` of `total` rows of `phase` are done."""
    low, high = BANDS[phase]
    share = min(max(processed / total, 0.0), 1.0) if total > 0 else 0.0
    return round(low + (high - low) * share, 1)


async def report_progress(  # noqa: PLR0913, PLR0917 - its signature is agreed between the phases
    services: Services,
    tenant: Tenant,
    data_import_id: DataImportId,
    attempt: int,
    phase: Phase,
    processed: int,
    total: int,
) -> None:
    """Write the progress of one attempt in a transaction of its own; it never goes backwards.

    Raises SupersededError when another attempt has taken over, or the user has paused or cancelled the flow.
    """
    told = flows.Progress(percentage(phase, processed, total), processed, total)
    async with services.database.begin(tenant) as session:
        counts = await flows.write_progress(session, tenant.engagement_id, data_import_id, Fence(phase, attempt), told)
    if not counts:
        raise SupersededError


class ProgressTicker:
    """Progress told from a worker thread, at most twice a second.

    Make it on the event loop, call it from whatever thread does the work.
    """

    def __init__(self, work: PhaseWork) -> None:
        self._work = work
        self._next = 0.0
        self._loop = asyncio.get_running_loop()
        self._pending: Future[None] | None = None
        self._closed = False

    def close(self) -> None:
        """The work is over, done or not: a thread that still goes on is stopped by its next `tell`."""
        self._closed = True

    def tell(self, processed: int, total: int) -> None:
        """Say that `processed` of `total` are done.

        Raises SupersededError soon after the attempt has stopped to count, and once closed.
        """
        if self._closed:
            raise SupersededError
        if self._pending is not None:
            if not self._pending.done():
                return
            self._pending.result()
            self._pending = None
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN
        work = self._work
        self._pending = asyncio.run_coroutine_threadsafe(
            report_progress(
                work.services,
                work.context.tenant,
                work.data_import_id,
                work.attempt,
                work.phase,
                processed,
                total,
            ),
            self._loop,
        )
