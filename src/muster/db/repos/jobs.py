"""Looks at the job queue from outside: which flows have work coming, and whether anybody works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

_OPEN_JOBS = text("""
SELECT
    job.args ->> 'flow_id' AS flow_id,
    job.args ->> 'phase' AS phase,
    job.status = 'doing' AS is_taken,
    coalesce(worker.last_heartbeat >= now() - make_interval(secs => :silence), false) AS is_worked_on,
    coalesce((job.args ->> 'kills')::int, 0) AS kills
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status IN ('todo', 'doing')
    AND job.args ->> 'flow_id' IS NOT NULL
    AND (CAST(:flow_id AS text) IS NULL OR job.args ->> 'flow_id' = :flow_id)
ORDER BY job.id
""")
_LIVE_WORKERS = text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= now() - make_interval(secs => :silence)"
)


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that waits (`is_taken` False) or was taken by a worker, which may be dead (`is_worked_on` False).

    `kills` counts workers that died while they ran it.
    """

    flow_id: UUID
    phase: str
    is_taken: bool
    is_worked_on: bool
    kills: int

    @property
    def is_stalled(self) -> bool:
        """Whether its worker gives no sign of life."""
        return self.is_taken and not self.is_worked_on


async def open_jobs(session: AsyncSession, silence: float, flow_id: UUID | None = None) -> Sequence[OpenJob]:
    """The open jobs of flows (of one flow), the oldest first. A worker silent for `silence` seconds counts as dead."""
    rows = await session.execute(_OPEN_JOBS, {"silence": silence, "flow_id": None if flow_id is None else str(flow_id)})
    return [OpenJob(UUID(row.flow_id), row.phase, row.is_taken, row.is_worked_on, row.kills) for row in rows]


async def live_workers(session: AsyncSession, silence: float) -> int:
    """How many workers gave a sign of life within the last `silence` seconds."""
    return int((await session.execute(_LIVE_WORKERS, {"silence": silence})).scalar_one())
