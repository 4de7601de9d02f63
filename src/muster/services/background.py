"""Starts background work on an import: the job is a row of the caller's transaction and begins with its commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from muster.domain.ids import ClientAccountId, DataImportId, EngagementId, MasterFlowId, UserId
from muster.domain.phases import Phase
from muster.domain.tenant import RequestContext, Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.queue.jobs import JsonValue
    from muster.services.context import Services

RUN_PHASE = "muster.run_phase"
"""The task that runs one phase of one flow."""

REFOLD = "muster.refold"
"""The task that folds an inventory anew under other ranks."""


def _one_at_a_time(context: RequestContext) -> str:
    """The lock of the jobs that change an engagement's inventory."""
    return f"engagement:{context.engagement_id}"


@dataclass(frozen=True, slots=True)
class PhaseJob:
    """The arguments of a RUN_PHASE job: ids and JSON, no cell values."""

    context: RequestContext
    data_import_id: DataImportId
    flow_id: MasterFlowId
    phase: Phase
    phase_input: Mapping[str, Any] = field(default_factory=dict)

    def to_args(self) -> dict[str, JsonValue]:
        """The job as JSON."""
        return {
            "client_account_id": str(self.context.client_account_id),
            "engagement_id": str(self.context.engagement_id),
            "user_id": str(self.context.user_id),
            "request_id": self.context.request_id,
            "data_import_id": str(self.data_import_id),
            "flow_id": str(self.flow_id),
            "phase": str(self.phase),
            "phase_input": dict(self.phase_input),
        }

    @classmethod
    def from_args(cls, args: Mapping[str, JsonValue]) -> PhaseJob:
        """Read what `to_args` wrote. The context carries no roles: permission was checked where the job was made."""
        tenant = Tenant(
            ClientAccountId(UUID(str(args["client_account_id"]))), EngagementId(UUID(str(args["engagement_id"])))
        )
        return cls(
            RequestContext(tenant, UserId(UUID(str(args["user_id"]))), request_id=str(args["request_id"])),
            DataImportId(UUID(str(args["data_import_id"]))),
            MasterFlowId(UUID(str(args["flow_id"]))),
            Phase(str(args["phase"])),
            cast("dict[str, Any]", args["phase_input"]),
        )


class BackgroundExecutionService:
    """The only way in which work on an import gets into the background."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def start_background_import_execution(  # noqa: PLR0913, PLR0917 - its parameters are the job
        self,
        session: AsyncSession,
        context: RequestContext,
        data_import_id: DataImportId,
        flow_id: MasterFlowId,
        phase: Phase,
        phase_input: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the job for `phase` into the session's transaction.

        Enrichments of one engagement run one after the other, those of different engagements side by side.
        """
        job = PhaseJob(context, data_import_id, flow_id, phase, phase_input or {})
        lock = _one_at_a_time(context) if phase is Phase.ENRICHMENT else None
        await self._services.queue.defer(session, RUN_PHASE, job.to_args(), lock=lock)

    async def start_refold(self, session: AsyncSession, context: RequestContext, args: Mapping[str, JsonValue]) -> None:
        """Put a REFOLD job into the session's transaction; it runs beside no enrichment of the engagement."""
        await self._services.queue.defer(session, REFOLD, args, lock=_one_at_a_time(context))
