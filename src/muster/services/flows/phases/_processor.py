"""Finds the processor for an import's category."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from muster.db.repos import flows
from muster.domain.errors import FlowError
from muster.services.flows.progress import ProgressTicker
from muster.services.processors.factory import DataImportProcessorFactory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.services.flows.work import PhaseWork
    from muster.services.processors.base import BaseDataImportProcessor


@asynccontextmanager
async def processor_for(work: PhaseWork) -> AsyncIterator[BaseDataImportProcessor]:
    """The registered processor, bound to this attempt, for the length of the block.

    Its threads end soon after the block has. Raises FlowError when the import is of no known category.
    """
    async with work.services.database.begin(work.context.tenant) as session:
        category = await flows.read_category(session, work.context.engagement_id, work.data_import_id)
    if category is None:
        raise FlowError(
            "Nobody could tell what kind of data this file holds: import it again with its category stated.",
            flow_id=str(work.flow_id),
            phase=str(work.phase),
        )
    ticker = ProgressTicker(work)
    try:
        yield DataImportProcessorFactory.create_processor(
            category,
            work.db,
            work.context,
            services=work.services,
            attempt=work.attempt,
            on_progress=ticker.tell,
        )
    finally:
        ticker.close()
