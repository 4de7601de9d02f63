"""The child flow: the operational state of an import, beside its master."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muster.db.repos import flows
from muster.domain.errors import EmptyUploadError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import FlowState
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext


@dataclass(frozen=True, slots=True)
class DiscoveryStart:
    """What a child flow begins with. `raw_data_sample` are rows as they go into the database, masked already."""

    data_import_id: DataImportId
    raw_data_sample: Sequence[Mapping[str, str | None]]
    phase_state: Mapping[str, Any] = field(default_factory=dict)


class DiscoveryFlowService:
    """Makes child flows. Only DataImportChildFlowService uses it, so that no child is without its master."""

    def __init__(self, db: AsyncSession, context: RequestContext) -> None:
        self._db = db
        self._context = context

    async def create_discovery_flow(self, master: FlowState, start: DiscoveryStart) -> None:
        """Insert the child of `master`, with the same flow id. Raises EmptyUploadError without a row of raw data."""
        if not any(any(cell for cell in row.values()) for row in start.raw_data_sample):
            raise EmptyUploadError("There is no row of data to work on: send a file with rows below its header.")
        await flows.insert_child(
            self._db,
            self._context,
            flows.NewChild(
                flow_id=master.flow_id,
                data_import_id=start.data_import_id,
                flow_name=master.flow_name,
                status=master.status,
                phase=master.phase,
                phase_state=start.phase_state,
                state_data={"raw_data_sample": [dict(row) for row in start.raw_data_sample]},
            ),
        )
