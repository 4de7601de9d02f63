"""Lansweeper: a report over `tblAssets` and `tblAssetCustom`, one row for each asset that its scans found.

Columns as seen in public report queries. Reports are written by hand; what else they hold is understood by its header.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn
_SYSTEMS = ("Windows", "Linux", "Unix", "Apple Mac")
"""Types of Lansweeper that say which system a computer runs, and not whether it is a server."""

SOURCE = Source(
    id="lansweeper",
    title="Lansweeper",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="assets",
            grain="one asset",
            required_columns=("AssetName",),
            fingerprint=("AssetTypename", "AssetID", "AssetName", "Lastseen"),
            record_key=(("AssetID",),),
            blank_words={"AssetTypename": _SYSTEMS, "Type": _SYSTEMS},
            columns=(
                _C(("AssetID",), "source_id"),
                _C(("AssetName",), "asset_name"),
                _C(("AssetTypename",), "asset_type"),
                _C(("Type",), "asset_type", preference=0.95),
                _C(("IPAddress",), "ip_address"),
                _C(("Manufacturer",), "manufacturer"),
                _C(("Model",), "model"),
                _C(("Location",), "location"),
                _C(("Description",), "description"),
                # The Windows domain, which is not always that of the DNS.
                *kept("Domain"),
            ),
        ),
    ),
    vendor_page="https://community.lansweeper.com/",
    traps=("AssetTypename says the system of a computer (Windows, Linux), and the kind of all else",),
)
