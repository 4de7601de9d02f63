"""Life cycle of every flow: create it, run its phases, pause, resume, retry and cancel it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from muster.db.repos import flows
from muster.domain.errors import BusyError, DatabaseUnavailableError, FlowError, MusterError
from muster.domain.flow_state import SupersededError
from muster.domain.ids import MasterFlowId
from muster.domain.phases import MOVES, FlowStatus, Move, WaitingFor
from muster.kit.ids import uuid7
from muster.services.background import BackgroundExecutionService
from muster.services.flows import moves
from muster.services.flows.lifecycle import FlowLifecycleManager, MoveDetails
from muster.services.flows.registry import flow_type_registry
from muster.services.flows.types import FlowType, Operation, PhaseSpec
from muster.services.flows.work import PhaseOutcome, PhaseWork

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import FlowState
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

log = structlog.get_logger()

_AGAIN = (DatabaseUnavailableError, BusyError)
"""Refusals that say nothing about the import: the phase is tried again."""


class MasterFlowOrchestrator:
    """Every flow of a tenant is made and moved here. Works in the caller's transaction unless a method says otherwise.

    Its methods raise NotFoundError for a flow that is not there, IllegalMoveError for a move that the state machine or
    the flow's type does not allow, InvalidRequestError for an unknown type or phase.
    """

    def __init__(self, db: AsyncSession, context: RequestContext, services: Services) -> None:
        self._db = db
        self._context = context
        self._services = services
        self._lifecycle = FlowLifecycleManager(db, context)

    async def create_flow(
        self,
        flow_type: str,
        flow_name: str | None = None,
        configuration: Mapping[str, Any] | None = None,
        initial_state: Mapping[str, Any] | None = None,
        atomic: bool = False,  # noqa: FBT001, FBT002 - the signature other systems know
    ) -> tuple[MasterFlowId, FlowState]:
        """Insert a master flow and return its id and state.

        `configuration` and `initial_state` are JSON. `atomic`: in the caller's transaction, so that it appears with
        whatever else that one writes; else in a transaction of its own, there when this returns.
        """
        kind = flow_type_registry.get(flow_type)
        kind.require(Operation.CREATE)
        flow_id = MasterFlowId(uuid7())
        new = flows.NewFlow(
            flow_id=flow_id,
            flow_type=kind.id,
            flow_name=flow_name or f"{kind.id} {flow_id}",
            status=kind.initial_status,
            phase=kind.phases[0].name,
            configuration=configuration or {},
            initial_state=initial_state or {},
        )
        if atomic:
            await flows.insert_master(self._db, self._context, new)
            return flow_id, await self._lifecycle.read(flow_id)
        async with self._services.database.begin(self._context.tenant) as own:
            await flows.insert_master(own, self._context, new)
            return flow_id, await FlowLifecycleManager(own, self._context).read(flow_id)

    async def execute_phase(
        self, flow_id: UUID, phase_name: str, phase_input: Mapping[str, Any] | None = None
    ) -> FlowState:
        """Run one phase and return the flow after it.

        Takes the phase up in a transaction of its own (the attempt grows), runs it, and writes its results, the move
        and the next job on the caller's session, which must not hold changes to the flow: they count when the caller
        commits. A MusterError of the phase fails the flow, in a transaction of its own, and is raised again as
        FlowError. Raises SupersededError when the flow has left the phase, or does so while it runs.
        """
        work, spec = await self._take_up(flow_id, phase_name, phase_input or {})
        told = log.bind(flow_id=str(flow_id), phase=str(work.phase), attempt=work.attempt)
        told.info("flow.phase_started")
        try:
            outcome = await spec.run(work)
        except _AGAIN:
            raise
        except MusterError as error:
            told.warning("flow.phase_failed", code=error.code, required=spec.is_required)
            await self._db.rollback()
            return await self._after_refusal(work, spec, error)
        flow = await self._conclude(work, spec, outcome)
        told.info("flow.phase_finished", status=str(flow.status), next=str(flow.phase))
        return flow

    async def pause_flow(self, flow_id: UUID) -> FlowState:
        """Stop the flow where it is; a phase that is running is begun anew at resume."""
        await self._supported(flow_id, Operation.PAUSE)
        return await self._lifecycle.move(flow_id, Move.PAUSE, MoveDetails(waiting_for=WaitingFor.USER))

    async def resume_flow(self, flow_id: UUID, phase_input: Mapping[str, Any] | None = None) -> FlowState:
        """Let a paused flow go on and put its job into the transaction.

        After a review of the mapping the next phase begins; else the phase in which it was paused begins anew.
        """
        flow = await self._supported(flow_id, Operation.RESUME)
        details = MoveDetails()
        if flow.waiting_for is WaitingFor.MAPPING_REVIEW:
            category = await flows.read_category(self._db, self._context.engagement_id, flow.data_import_id)
            details = moves.to_validation(category, flow.configuration)
        flow = await self._lifecycle.move(flow_id, Move.RESUME, details)
        return await self._defer(self._db, flow, phase_input)

    async def retry_flow(self, flow_id: UUID) -> FlowState:
        """Begin the phase in which the flow failed anew, and put its job into the transaction."""
        await self._supported(flow_id, Operation.RETRY)
        return await self._defer(self._db, await self._lifecycle.move(flow_id, Move.RETRY), None)

    async def cancel_flow(self, flow_id: UUID) -> FlowState:
        """End the flow for good; a phase that is running notices soon, and what it did does not count."""
        await self._supported(flow_id, Operation.CANCEL)
        return await self._lifecycle.move(flow_id, Move.CANCEL)

    async def update_flow_status(
        self, flow_id: UUID, status: str, phase_data: Mapping[str, Any] | None = None
    ) -> FlowState:
        """See FlowLifecycleManager.update_flow_status."""
        return await self._lifecycle.update_flow_status(flow_id, status, phase_data)

    async def _take_up(
        self, flow_id: UUID, phase_name: str, phase_input: Mapping[str, Any]
    ) -> tuple[PhaseWork, PhaseSpec]:
        async with self._services.database.begin(self._context.tenant) as own:
            lifecycle = FlowLifecycleManager(own, self._context)
            flow = await lifecycle.lock(flow_id)
            kind = self._kind(flow)
            kind.require(Operation.EXECUTE_PHASE)
            spec = kind.phase(phase_name)
            if flow.phase is not spec.name or flow.status not in MOVES[Move.START][0]:
                raise SupersededError
            flow = await lifecycle.move(flow_id, Move.START, MoveDetails(new_attempt=True))
        if flow.data_import_id is None:
            raise FlowError(f"The flow {flow_id} has no import to work on.", flow_id=str(flow_id), phase=str(spec.name))
        work = PhaseWork(
            db=self._db,
            context=self._context,
            services=self._services,
            flow_id=flow.flow_id,
            data_import_id=flow.data_import_id,
            phase=spec.name,
            attempt=flow.attempt,
            phase_input=phase_input,
        )
        return work, spec

    async def _conclude(self, work: PhaseWork, spec: PhaseSpec, outcome: PhaseOutcome) -> FlowState:
        if outcome.next != "advance":
            waiting = MoveDetails(waiting_for=outcome.next)
            lifecycle = FlowLifecycleManager(work.db, self._context)
            return await lifecycle.move(work.flow_id, Move.PAUSE, waiting, fence=work.fence)
        flow = await spec.conclude(work, outcome)
        return await self._defer(work.db, flow, None) if flow.status is FlowStatus.PROCESSING else flow

    async def _after_refusal(self, work: PhaseWork, spec: PhaseSpec, error: MusterError) -> FlowState:
        """Write in a transaction of its own what a refusal means: the end of the flow, or of a phase it can spare."""
        async with self._services.database.begin(self._context.tenant) as own:
            if not spec.is_required:
                return await self._conclude(replace(work, db=own), spec, PhaseOutcome({"skipped": error.message}))
            await FlowLifecycleManager(own, self._context).move(
                work.flow_id,
                Move.FAIL,
                MoveDetails(error_message=error.message, error_code=error.code),
                fence=work.fence,
            )
        raise FlowError(error.message, flow_id=str(work.flow_id), phase=str(work.phase)) from error

    async def _supported(self, flow_id: UUID, operation: Operation) -> FlowState:
        flow = await self._lifecycle.lock(flow_id)
        self._kind(flow).require(operation)
        return flow

    async def _defer(self, db: AsyncSession, flow: FlowState, phase_input: Mapping[str, Any] | None) -> FlowState:
        if flow.data_import_id is not None:
            await BackgroundExecutionService(self._services).start_background_import_execution(
                db, self._context, flow.data_import_id, flow.flow_id, flow.phase, phase_input
            )
        return flow

    @staticmethod
    def _kind(flow: FlowState) -> FlowType:
        return flow_type_registry.get(flow.flow_type)
