"""Any table that lists machines, applications or devices: no profile, columns are understood by header and values."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

SOURCE = Source(
    id="generic",
    title="Any CMDB-like table",
    import_category="cmdb_export",
    tables=(
        SourceTable(name="assets", grain="one asset", columns=()),
        SourceTable(
            name="applications",
            grain="one application",
            columns=(
                SourceColumn(("Application Name", "Application", "App Name"), "asset_name"),
                # A line of business that applications share; it is not the application that the row is about.
                SourceColumn(("Business Service",), None),
            ),
            required_columns=("Application Name",),
            defaults={"asset_type": "application"},
        ),
    ),
    rank=HAND_MADE,
)
