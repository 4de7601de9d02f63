"""Says of one flow where it stands, what it did, whether anybody works on it, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import flows, jobs
from muster.domain.errors import NotFoundError
from muster.domain.phases import FlowStatus, WaitingFor
from muster.services.doctor import AT_WORK, SILENCE
from muster.services.list_steps import list_steps
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from muster.db.repos.jobs import OpenJob
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.list_steps import Step


@dataclass(frozen=True, slots=True)
class ExaminedFlow:
    """A flow as it stands. `attempt` counts how often a phase was taken up or moved; `advice` is a sentence or two."""

    document: FlowDocument
    attempt: int
    steps: tuple[Step, ...]
    jobs: tuple[OpenJob, ...]
    live_workers: int
    advice: str


async def examine_flow(services: Services, context: RequestContext, any_id: UUID) -> ExaminedFlow:
    """Examine the flow of a flow id or a data import id. Raises NotFoundError."""
    document = await read_status(services, context, any_id)
    async with services.database.begin(context.tenant) as session:
        flow = await flows.find_flow(session, context.engagement_id, any_id)
    if flow is None:
        raise NotFoundError(f"There is no flow {any_id} in this engagement.", flow_id=str(any_id))
    async with services.database.begin_without_tenant() as session:
        found = await jobs.open_jobs(session, SILENCE, flow.flow_id)
        workers = await jobs.live_workers(session, SILENCE)
    steps = await list_steps(services, context, document.data_import_id)
    return ExaminedFlow(document, flow.attempt, steps, tuple(found), workers, _advice(document, found, workers))


_WAITS = "It waits for a look at its mapping: `muster status {import_id}`, then `muster confirm {import_id}`."
_ALL_HELD_BACK = "It is complete, but every row was held back: correct them and import the file again."
_ADVICE = {
    FlowStatus.PAUSED: "It was paused: POST /api/v1/flows/{flow_id}/resume lets it go on.",
    FlowStatus.FAILED: "It ended with the error above; `muster export findings --import {import_id}` lists what was "
    "found. Correct the file, or state its category or mapping, and import it again; after a fault of the machine "
    "POST /api/v1/flows/{flow_id}/retry tries the phase again.",
    FlowStatus.UNDONE: "It was taken back: `muster redo {import_id}` brings it in again.",
    FlowStatus.CANCELLED: "It was cancelled: import the file again.",
    FlowStatus.COMPLETED: "It is complete; nothing is to be done.",
}


def _advice(document: FlowDocument, found: Sequence[OpenJob], workers: int) -> str:
    if document.status in AT_WORK:
        return _advice_at_work(found, workers)
    if document.waiting_for is WaitingFor.MAPPING_REVIEW:
        sentence = _WAITS
    elif document.status is FlowStatus.COMPLETED and document.total_records == document.failed_records:
        sentence = _ALL_HELD_BACK
    else:
        sentence = _ADVICE[document.status]
    return sentence.format(import_id=document.data_import_id, flow_id=document.flow_id)


def _advice_at_work(found: Sequence[OpenJob], workers: int) -> str:
    if not found:
        return "It is at work but has no job, so nothing will happen to it: cancel it and import the file again."
    if found[0].is_worked_on:
        return "A worker is on it: wait."
    if not workers:
        return "Nobody works: start `muster up` or `muster worker`."
    if found[0].is_stalled:
        return "Its worker died; another one takes it over within a minute."
    return "Its job waits for its turn: other imports of the engagement go first."
