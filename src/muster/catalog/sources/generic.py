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
                SourceColumn(("Record Type 1",), None),
                # A line of business that applications share; it is not the application that the row is about.
                SourceColumn(("Business Service",), None),
                SourceColumn(("Dependency",), None),
                SourceColumn(("Dependency Direction",), None),
            ),
            required_columns=("Application Name",),
            fingerprint=("Record Type 1",),
            defaults={"asset_type": "application"},
            # Konveyor's import keeps dependencies between applications in the same file, as rows of type 2.
            skip_rows=(("Record Type 1", "2"),),
        ),
    ),
    rank=HAND_MADE,
)
