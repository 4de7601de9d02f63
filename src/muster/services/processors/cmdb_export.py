"""CMDB exports: one row is one claim about one asset, which is all that the catalog already says."""

from __future__ import annotations

from muster.services.processors.by_catalog import CatalogProcessor


class CMDBExportProcessor(CatalogProcessor):
    """Processes imports of the category `cmdb_export`."""
