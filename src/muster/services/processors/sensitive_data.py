"""Sensitive data assets: one row is one claim about one data store and what it holds."""

from __future__ import annotations

from muster.services.processors.by_catalog import CatalogProcessor


class SensitiveDataProcessor(CatalogProcessor):
    """Processes imports of the category `sensitive_data`."""
