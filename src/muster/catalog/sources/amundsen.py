"""Amundsen: the CSV files of its data builder, for tables, their columns, badges and owners, and lineages.

A row is a part of the store that it is taken over for, so that no key of its own names it.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn
_SENSITIVE = "sensitive_data"
_STORE = (_C(("schema",), "asset_name"), _C(("database", "db_name"), "database_type"), _C(("cluster",), None))
"""A schema is the store in which tables lie; `database` is the kind of system (hive, dynamo), `cluster` its stage."""
_STORED = {"asset_type": "database"}

SOURCE = Source(
    id="amundsen",
    title="Amundsen",
    import_category="app_discovery",
    rank=CMDB,
    tables=(
        SourceTable(
            name="table_lineage",
            grain="one table that another is made of",
            names=("*table_lineage*",),
            required_columns=("source_table_key", "target_table_key"),
            fingerprint=("source_table_key", "target_table_key"),
            defaults={"dependency_type": "database"},
            columns=(
                # Data flows from the source to the target: it is the target that depends.
                _C(("target_table_key",), "source_app"),
                _C(("source_table_key",), "target_app"),
            ),
        ),
        SourceTable(
            name="dashboard_table",
            grain="one dashboard and the tables that it shows",
            names=("*dashboard_table*",),
            required_columns=("dashboard_id", "table_ids"),
            fingerprint=("dashboard_group_id", "table_ids", "product"),
            defaults={"dependency_type": "database"},
            columns=(
                _C(("dashboard_id",), "source_app"),
                _C(("table_ids",), "target_app", "list:,"),
                *kept("product", "cluster", "dashboard_group_id"),
            ),
        ),
        SourceTable(
            name="table",
            grain="one table",
            required_columns=("database", "cluster", "schema", "name"),
            fingerprint=("is_view", "description_source", "schema", "tags"),
            defaults=_STORED,
            import_category=_SENSITIVE,
            columns=(
                *_STORE,
                _C(("name",), "data_object"),
                _C(("description",), "description"),
                _C(("tags",), "tags", "list:,"),
                _C(("is_view",), None),
                _C(("description_source",), None),
            ),
        ),
        SourceTable(
            name="column",
            grain="one column of a table",
            required_columns=("name", "col_type", "database", "cluster", "schema", "table_name"),
            fingerprint=("col_type", "sort_order", "badges", "table_name"),
            defaults=_STORED,
            import_category=_SENSITIVE,
            columns=(
                *_STORE,
                _C(("table_name",), "data_object"),
                _C(("badges",), "data_category", "list:,"),
                *kept("name", "description", "col_type", "sort_order"),
            ),
        ),
        SourceTable(
            name="badge",
            grain="one table with its badges",
            names=("*badge*",),
            required_columns=("name", "category", "database", "cluster", "schema", "table_name"),
            fingerprint=("category", "cluster", "table_name"),
            defaults=_STORED,
            import_category=_SENSITIVE,
            columns=(
                *_STORE,
                _C(("table_name",), "data_object"),
                _C(("name",), "data_category", "list:,"),
                _C(("category",), None),
            ),
        ),
        SourceTable(
            name="table_owner",
            grain="one table with its owners",
            names=("*table_owner*",),
            required_columns=("db_name", "schema", "cluster", "table_name", "owners"),
            fingerprint=("db_name", "owners", "table_name"),
            defaults=_STORED,
            import_category=_SENSITIVE,
            columns=(*_STORE, _C(("table_name",), "data_object"), _C(("owners",), "data_owner")),
        ),
        SourceTable(
            name="tag",
            grain="one tag that there is",
            required_columns=("name", "tag_type"),
            fingerprint=("tag_type",),
            names=("*tags*",),
            columns=(_C(("name",), None), _C(("tag_type",), None)),
            imported=False,
            import_category=_SENSITIVE,
            reason="It lists the tags that there are, not what bears them.",
        ),
    ),
    vendor_page="https://www.amundsen.io/amundsen/databuilder/",
    traps=(
        "a lineage goes from the source of the data to its target: the target depends on the source",
        "several tables, badges or owners stand in one cell, parted by commas",
        "a table is known by database, cluster, schema and name together",
    ),
)
