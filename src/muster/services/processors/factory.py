"""Which class processes which import category."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from muster.catalog.registry import categories
from muster.services.processors.application_discovery import ApplicationDiscoveryProcessor
from muster.services.processors.base import BaseDataImportProcessor, no_progress
from muster.services.processors.cmdb_export import CMDBExportProcessor
from muster.services.processors.infrastructure import InfrastructureAssessmentProcessor
from muster.services.processors.sensitive_data import SensitiveDataProcessor

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


class DataImportProcessorFactory:
    """Processors by category; a class registered later replaces the earlier one."""

    _classes: ClassVar[dict[str, type[BaseDataImportProcessor]]] = {
        "app_discovery": ApplicationDiscoveryProcessor,
        "cmdb_export": CMDBExportProcessor,
        "infrastructure": InfrastructureAssessmentProcessor,
        "sensitive_data": SensitiveDataProcessor,
    }

    @classmethod
    def register_processor(cls, import_category: str, processor: type[BaseDataImportProcessor]) -> None:
        """Let `processor` work on imports of this category. Raises ValueError for a category that does not exist."""
        _known(import_category)
        cls._classes[import_category] = processor

    @classmethod
    def registered(cls) -> dict[str, type[BaseDataImportProcessor]]:
        """The classes by category, as a copy."""
        return dict(cls._classes)

    @classmethod
    def create_processor(  # noqa: PLR0913 - what a processor works with, agreed between the phases
        cls,
        import_category: str,
        db: AsyncSession,
        context: RequestContext,
        *,
        services: Services,
        attempt: int,
        on_progress: Callable[[int, int], None] = no_progress,
    ) -> BaseDataImportProcessor:
        """A processor for one attempt at one import. Raises ValueError naming a category that nothing processes."""
        _known(import_category)
        try:
            processor = cls._classes[import_category]
        except KeyError:
            raise ValueError(f"no processor is registered for the import category {import_category!r}") from None
        return processor(db, context, services, categories()[import_category], attempt, on_progress)


def _known(import_category: str) -> None:
    if import_category not in categories():
        known = ", ".join(sorted(categories()))
        raise ValueError(f"there is no import category {import_category!r}; known are: {known}")
