"""Konveyor (MTA): its CSV import of applications, with the dependencies between them in the same file.

Columns as seen in konveyor/tackle2-hub's importer and template. That importer takes columns by their position and
ignores the header; only files with the template's header are recognised here. The reader makes a table of the rows of
each record type and one column of the pairs of tag category and tag.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE
from muster.catalog.source_columns import kept

_C = SourceColumn
_PAIRS = range(1, 21)

SOURCE = Source(
    id="konveyor",
    title="Konveyor application import",
    import_category="cmdb_export",
    rank=HAND_MADE,
    tables=(
        SourceTable(
            name="applications",
            grain="one application",
            required_columns=("Record Type 1", "Application Name"),
            fingerprint=(
                "Record Type 1", "Binary Group", "Binary Artifact", "Binary Packaging", "Repository URL",
                "Repository Branch", "Business Service", "Contributors",
            ),
            record_key=(("Application Name",),),
            defaults={"asset_type": "application"},
            skip_rows=(("Record Type 1", "2"),),
            columns=(
                _C(("Application Name",), "asset_name"),
                _C(("Description",), "description"),
                _C(("Owner",), "business_owner"),
                _C(("Tags",), "tags", "list:newline"),
                *(_C((f"Tag {number}",), "tags") for number in _PAIRS),
                *kept(*(f"Tag Category {number}" for number in _PAIRS)),
                # A line of business that applications share; it is not the application that the row is about.
                *kept("Business Service"),
                *kept(
                    "Record Type 1", "Comments", "Dependency", "Dependency Direction", "Binary Group",
                    "Binary Artifact", "Binary Version", "Binary Packaging", "Repository Type", "Repository URL",
                    "Repository Branch", "Repository Path", "Contributors",
                ),
            ),
        ),
        SourceTable(
            name="dependencies",
            grain="one dependency between two applications",
            required_columns=("Record Type 1", "Application Name", "Dependency"),
            fingerprint=("Record Type 1", "Dependency Direction"),
            # Read as they stand, northbound rows would turn the dependency round.
            skip_rows=(("Record Type 1", "1"), ("Dependency Direction", "northbound")),
            columns=(
                _C(("Application Name",), "source_app"),
                _C(("Dependency",), "target_app"),
                *kept("Record Type 1", "Dependency Direction"),
            ),
            import_category="app_discovery",
        ),
    ),
    vendor_page="https://konveyor.github.io/konveyor/",
    traps=(
        "Konveyor takes columns by position and reads no header",
        "rows of record type 2 are dependencies and stop behind the seventh column",
        "southbound: the application needs the dependency; northbound: the dependency needs the application",
        "owners and contributors are people with their mail addresses",
    ),
)  # fmt: skip
