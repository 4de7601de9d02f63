"""What a processor of one import category can do, and what it works with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.catalog.model import Category
    from muster.domain.flow_document import EnrichmentResult, ValidationResults
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


class BaseDataImportProcessor(ABC):
    """Validates and enriches imports of one category.

    `db` is the session of the attempt's last transaction: what is written on it counts together with the flow's move.
    `on_progress` is told rows done and rows in all, from whatever thread does the work; what it raises (the attempt was
    replaced, paused or cancelled) ends the work.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a processor works with, agreed between the phases
        self,
        db: AsyncSession,
        context: RequestContext,
        services: Services,
        category: Category,
        attempt: int,
        on_progress: Callable[[int, int], None] = no_progress,
    ) -> None:
        self.db = db
        self.context = context
        self.services = services
        self.category = category
        self.attempt = attempt
        self.on_progress = on_progress

    @abstractmethod
    async def validate_data(self, data_import_id: DataImportId) -> ValidationResults:
        """Check every row: steps, findings and rows are written, rows with an error are held back.

        Raises FlowError when nothing usable is left, a required field has no column, or the import is strict and has
        errors; what was found stays readable.
        """

    @abstractmethod
    async def enrich_assets(
        self, data_import_id: DataImportId, validation_results: ValidationResults
    ) -> EnrichmentResult:
        """Take the valid rows over into the inventory and count what changed there."""
