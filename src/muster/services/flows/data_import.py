"""Master and child flow of one import, made in one transaction and moved together with the import's own row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muster.db.repos import flows
from muster.domain.errors import NotFoundError
from muster.domain.phases import Move
from muster.kit.masking import mask
from muster.services.flows import moves
from muster.services.flows.discovery import DiscoveryFlowService, DiscoveryStart
from muster.services.flows.lifecycle import FlowLifecycleManager, MoveDetails
from muster.services.flows.master import MasterFlowOrchestrator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import Fence, FlowState
    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

SAMPLE_ROWS = 2
"""How many rows of the file the child flow keeps as its audit trail."""


@dataclass(frozen=True, slots=True)
class ImportFlow:
    """The ids of a new flow; the child has the id of its master."""

    master_flow_id: MasterFlowId
    child_flow_id: MasterFlowId


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of the file by header. Cells of `sensitive_columns` are kept as their masked shape only."""

    rows: Sequence[Mapping[str, str | None]]
    sensitive_columns: frozenset[str] = field(default_factory=frozenset)

    def kept(self) -> list[dict[str, str | None]]:
        """The first rows, as they go into the database."""
        return [
            {name: mask(cell) if cell and name in self.sensitive_columns else cell for name, cell in row.items()}
            for row in self.rows[:SAMPLE_ROWS]
        ]


class DataImportChildFlowService:
    """Flows of imports. Every method works in the caller's transaction and changes master, child and import together.

    The methods that move a flow take the `fence` of the worker that asks; with it, they raise SupersededError when
    another attempt has taken over. All raise NotFoundError for a flow that is not there and IllegalMoveError when the
    state machine refuses.
    """

    def __init__(self, db: AsyncSession, context: RequestContext, services: Services) -> None:
        self._db = db
        self._context = context
        self._services = services
        self._lifecycle = FlowLifecycleManager(db, context)

    async def create_import_flow(  # noqa: PLR0913 - three belong to the contract, the rest have defaults
        self,
        data_import_id: DataImportId,
        import_category: str | None,
        processing_config: Mapping[str, Any],
        *,
        sample: Sample,
        flow_type: str = "data_import",
        flow_name: str | None = None,
    ) -> ImportFlow:
        """Insert master and child and name them in the import.

        `import_category` None: still to be detected. `processing_config` is JSON, as it was checked at the door.
        Raises EmptyUploadError when the sample holds no data, NotFoundError without such an import.
        """
        orchestrator = MasterFlowOrchestrator(self._db, self._context, self._services)
        configuration = {
            "data_import_id": str(data_import_id),
            "import_category": import_category,
            "processing_config": dict(processing_config),
        }
        flow_id, master = await orchestrator.create_flow(flow_type, flow_name, configuration, atomic=True)
        if not await flows.attach_import(self._db, self._context.engagement_id, data_import_id, flow_id, master.status):
            raise NotFoundError(f"There is no import {data_import_id} in this engagement.", id=str(data_import_id))
        start = DiscoveryStart(data_import_id, sample.kept(), moves.category_state(import_category, configuration))
        await DiscoveryFlowService(self._db, self._context).create_discovery_flow(master, start)
        return ImportFlow(flow_id, flow_id)

    async def advance_to_validation(self, flow_id: MasterFlowId, *, fence: Fence | None = None) -> FlowState:
        """The file is read and its mapping stands: validation is next."""
        flow = await self._lifecycle.lock(flow_id)
        category = await flows.read_category(self._db, self._context.engagement_id, flow.data_import_id)
        details = moves.to_validation(category, flow.configuration)
        return await self._lifecycle.move(flow_id, Move.START, details, fence=fence)

    async def advance_to_enrichment(
        self, flow_id: MasterFlowId, validation_results: Mapping[str, Any], *, fence: Fence | None = None
    ) -> FlowState:
        """The rows are checked: enrichment is next. `validation_results` is JSON, as the flow document shows it."""
        details = moves.to_enrichment(validation_results, self._services.clock())
        return await self._lifecycle.move(flow_id, Move.START, details, fence=fence)

    async def advance_to_complete(
        self, flow_id: MasterFlowId, enrichment_summary: Mapping[str, Any], *, fence: Fence | None = None
    ) -> FlowState:
        """The inventory has taken the import over: its results are next."""
        return await self._lifecycle.move(flow_id, Move.START, moves.to_complete(enrichment_summary), fence=fence)

    async def mark_completed(
        self, flow_id: MasterFlowId, enrichment_summary: Mapping[str, Any], *, fence: Fence | None = None
    ) -> FlowState:
        """Master, child and import are done. `enrichment_summary` is JSON, as the flow document shows it."""
        details = moves.completed(enrichment_summary, self._services.clock())
        return await self._lifecycle.move(flow_id, Move.COMPLETE, details, fence=fence)

    async def mark_failed(
        self,
        flow_id: MasterFlowId,
        error_message: str,
        *,
        error_code: str = "flow_failed",
        fence: Fence | None = None,
    ) -> FlowState:
        """Master, child and import have failed, with a sentence for the user (no cell values)."""
        details = MoveDetails(error_message=error_message, error_code=error_code)
        return await self._lifecycle.move(flow_id, Move.FAIL, details, fence=fence)
