"""From a detected table back to the source's declaration of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.catalog.model import Source, SourceTable
    from muster.domain.mapping import TableDetection


def source_table_of(detected: TableDetection, sources: Mapping[str, Source]) -> SourceTable | None:
    """The SourceTable that `detected` names; None for a source that is only stated (no profile of it exists)."""
    source = sources.get(detected.source_system or "") or sources.get("generic")
    if source is None or detected.source_table is None:
        return None
    return next((table for table in source.tables if table.name == detected.source_table), None)
