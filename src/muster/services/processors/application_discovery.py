"""Application discovery: one row is one edge between two ends, as the catalog's groups of fields say."""

from __future__ import annotations

from muster.services.processors.by_catalog import CatalogProcessor


class ApplicationDiscoveryProcessor(CatalogProcessor):
    """Processes imports of the category `app_discovery`."""
