"""SQL Server Data Discovery & Classification: which columns of a database hold which information, under which label."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.source_columns import kept
from muster.catalog.sources._scanner import DATA_SCANNER

_C = SourceColumn

SOURCE = Source(
    id="sql_server_classification",
    title="SQL Server Data Discovery & Classification",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(
        SourceTable(
            name="classified_columns",
            grain="one classified column",
            required_columns=("sys_information_type_name", "sys_sensitivity_label_name"),
            fingerprint=("sys_information_type_name", "sys_sensitivity_label_name", "schema_name", "column_name"),
            defaults={"asset_type": "database", "database_type": "Microsoft SQL Server"},
            columns=(
                _C(("server_name",), "hostname"),
                _C(("database_name",), "asset_name"),
                _C(("table_name",), "data_object"),
                _C(
                    ("sys_information_type_name", "Information Type", "information_type", "information_type_name"),
                    "data_category",
                ),
                _C(
                    ("sys_sensitivity_label_name", "Sensitivity Label", "sensitivity_label", "sensitivity_label_name"),
                    "sensitivity_label",
                ),
                _C(("rank_desc",), "severity"),
                *kept("schema_name", "column_name", "sys_information_type_id", "sys_sensitivity_label_id"),
            ),
        ),
    ),
    vendor_page="https://learn.microsoft.com/en-us/sql/relational-databases/security/sql-data-discovery-and-classification",
    traps=(
        "until SQL Server 2017 the classification stands in extended properties, from 2019 on in a view of its own",
        "what the columns for schema, table and column are called depends on the query that made the export",
    ),
)
