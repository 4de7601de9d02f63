"""Asks for other ranks of an engagement's sources: a job of the queue changes them; how far it is can be read.

To take a change back, set the earlier ranks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast
from uuid import UUID

import structlog

from muster.db.repos import rank_changes as rank_changes_repo
from muster.db.repos.rank_changes import CHANGE_ID
from muster.domain.errors import NotFoundError
from muster.domain.ids import ClientAccountId, EngagementId, UserId
from muster.domain.tenant import RequestContext, Tenant
from muster.kit.ids import uuid7
from muster.services.background import BackgroundExecutionService
from muster.services.own_ranks import OwnRanks, checked_ranks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.queue.jobs import Abandoned, JobRun, JsonValue
    from muster.services.context import Services

log = structlog.get_logger()


class RankChangeState(StrEnum):
    """How far a change of ranks is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_STATES = {"todo": RankChangeState.WAITING, "doing": RankChangeState.RUNNING}


@dataclass(frozen=True, slots=True)
class RankChange:
    """A change of ranks. Once it is done: the version of the inventory after it, and the assets it updated."""

    change_id: UUID
    state: RankChangeState
    inventory_version: int | None = None
    assets_updated: int | None = None
    assets_unchanged: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RefoldJob:
    """The arguments of a REFOLD job."""

    context: RequestContext
    change_id: UUID
    ranks: OwnRanks

    def to_args(self) -> dict[str, JsonValue]:
        """The job as JSON."""
        return {
            "client_account_id": str(self.context.client_account_id),
            "engagement_id": str(self.context.engagement_id),
            "user_id": str(self.context.user_id),
            "request_id": self.context.request_id,
            CHANGE_ID: str(self.change_id),
            "ranks": cast("JsonValue", self.ranks),
        }

    @classmethod
    def from_args(cls, args: Mapping[str, JsonValue]) -> RefoldJob:
        """Read what `to_args` wrote. The context carries no roles: permission was checked where the job was made."""
        tenant = Tenant(
            ClientAccountId(UUID(str(args["client_account_id"]))), EngagementId(UUID(str(args["engagement_id"])))
        )
        return cls(
            RequestContext(tenant, UserId(UUID(str(args["user_id"]))), request_id=str(args["request_id"])),
            UUID(str(args[CHANGE_ID])),
            cast("OwnRanks", args["ranks"]),
        )


async def start_rank_change(
    services: Services, context: RequestContext, ranks: Mapping[str, Mapping[str, int]]
) -> RankChange:
    """Let the engagement's own ranks be `ranks`, all others the catalog's; a worker does it.

    One change after the other, and none beside an enrichment of the engagement. Raises InvalidRequestError.
    """
    job = RefoldJob(context, uuid7(), checked_ranks(ranks))
    async with services.database.begin(context.tenant) as db:
        await BackgroundExecutionService(services).start_refold(db, context, job.to_args())
    return RankChange(job.change_id, RankChangeState.WAITING)


async def read_rank_change(services: Services, context: RequestContext, change_id: UUID) -> RankChange:
    """How far a change of ranks is. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as db:
        # the job first: it goes once the change is recorded
        job = await rank_changes_repo.rank_job(db, context.tenant, change_id)
        recorded = await rank_changes_repo.recorded_ranks(db, context.tenant, change_id)
    if recorded is not None:
        counts = recorded.summary
        return RankChange(change_id, RankChangeState.DONE, recorded.version, counts["updated"], counts["unchanged"])
    if job is None:
        raise NotFoundError("There is no such change of ranks in this engagement.", change_id=str(change_id))
    state = _STATES.get(job, RankChangeState.FAILED)
    return RankChange(change_id, state, error=_FAILED if state is RankChangeState.FAILED else None)


_FAILED = (
    "The worker could not fold the inventory anew; its log names the reason. The ranks are as they were: try again."
)


class RefoldHandler:
    """Runs REFOLD jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: JobRun) -> None:
        """Apply the change."""
        # what folds is loaded when there is something to fold: the command line and HTTP import this module, too
        from muster.services.refold_inventory import refold_inventory  # noqa: PLC0415 - as above

        await refold_inventory(self._services, RefoldJob.from_args(job.args))

    async def abandon(self, job: JobRun, why: Abandoned) -> None:
        """The queue keeps the job as failed, and the state of the change is read from there."""
        log.error("ranks.abandoned", change_id=job.args[CHANGE_ID], why=str(why))
