"""upload: read the file, stage it, say what it is and how its columns map; wait where a person should look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.phases import WaitingFor
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.work import PhaseOutcome
from muster.services.stage_file import stage_import

if TYPE_CHECKING:
    from muster.domain.flow_state import FlowState
    from muster.services.flows.work import PhaseWork


async def run(work: PhaseWork) -> PhaseOutcome:
    """Stage the import. The flow waits when its mapping needs a look, or its sender asked for one."""
    staged = await stage_import(work)
    return PhaseOutcome({}, WaitingFor.MAPPING_REVIEW if staged.needs_review else "advance")


async def conclude(work: PhaseWork, _: PhaseOutcome) -> FlowState:
    """Let validation follow."""
    child = DataImportChildFlowService(work.db, work.context, work.services)
    return await child.advance_to_validation(work.flow_id, fence=work.fence)
