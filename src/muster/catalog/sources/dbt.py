"""dbt: the catalog of relations that `dbt docs generate` writes (catalog.json).

A row is a part of the store that it is taken over for, so that no key of its own names it.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn

SOURCE = Source(
    id="dbt",
    title="dbt",
    import_category="sensitive_data",
    rank=CMDB,
    tables=(
        SourceTable(
            name="nodes",
            grain="one table or view",
            names=("nodes", "sources"),
            required_columns=("metadata.schema", "metadata.name", "metadata.database"),
            fingerprint=("unique_id", "metadata.type", "metadata.owner", "metadata.comment"),
            defaults={"asset_type": "database"},
            columns=(
                _C(("metadata.schema",), "asset_name"),
                _C(("metadata.name",), "data_object"),
                _C(("metadata.owner",), "data_owner"),
                _C(("metadata.comment",), "description"),
                *kept("Key", "unique_id", "metadata.type", "metadata.database"),
            ),
        ),
        SourceTable(
            name="columns",
            grain="one column of a table or view",
            names=("nodes.columns", "sources.columns"),
            required_columns=("name", "index", "type"),
            columns=(_C(("name",), None), _C(("index",), None), _C(("type",), None), _C(("comment",), None)),
            imported=False,
            beside_others=True,
            reason="It names columns without a word on what they hold.",
        ),
    ),
    vendor_page="https://docs.getdbt.com/reference/artifacts/catalog-json",
)
