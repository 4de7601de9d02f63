"""Infrastructure assessments: one row is one claim about one machine, be it of its size or of one measurement."""

from __future__ import annotations

from muster.services.processors.by_catalog import CatalogProcessor


class InfrastructureAssessmentProcessor(CatalogProcessor):
    """Processes imports of the category `infrastructure`."""
