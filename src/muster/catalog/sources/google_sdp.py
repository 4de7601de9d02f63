"""Google Sensitive Data Protection (Cloud DLP): findings of inspection jobs, and profiles of tables and columns."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.source_columns import kept
from muster.catalog.sources._scanner import DATA_SCANNER

_C = SourceColumn
_WHERE = "location.content_locations"

SOURCE = Source(
    id="google_sdp",
    title="Google Sensitive Data Protection",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(
        SourceTable(
            name="findings",
            grain="one value of one kind of data, found in one place",
            required_columns=("info_type.name", "likelihood"),
            fingerprint=("info_type.name", "likelihood", "quote", "create_time", "resource_name"),
            columns=(
                _C(
                    (
                        f"{_WHERE}.container_name",
                        f"{_WHERE}[].container_name",
                        f"{_WHERE}.containerName",
                        "container_name",
                    ),
                    "data_object",
                ),
                _C(("info_type.name", "infoType.name", "info_type", "infoType"), "data_category"),
                _C(("likelihood", "certainty"), "likelihood"),
                _C(("create_time", "timestamp", "createTime"), "last_scanned_at"),
                *kept("name", "quote", "resource_name"),
                _C((f"{_WHERE}.record_location.field_id.name", f"{_WHERE}.recordLocation.fieldId.name"), None),
                _C((f"{_WHERE}.record_location.record_key",), None),
            ),
        ),
        SourceTable(
            name="content_locations",
            grain="one place of one finding",
            names=(f"*{_WHERE}", "*location.contentlocations"),
            columns=(),
            imported=False,
            beside_others=True,
            reason="It tells where in its object a finding stands.",
        ),
        SourceTable(
            name="table_profile",
            grain="what one table holds as a whole",
            required_columns=("table_profile.full_resource",),
            fingerprint=("table_profile.sensitivity_score.score", "table_profile.data_risk_level.score"),
            record_key=(("table_profile.full_resource",),),
            defaults={"asset_type": "database"},
            columns=(
                _C(("table_profile.full_resource", "tableProfile.fullResource"), "data_object"),
                _C(
                    ("table_profile.sensitivity_score.score", "tableProfile.sensitivityScore.score"),
                    "sensitivity_label",
                ),
                _C(("table_profile.data_risk_level.score", "tableProfile.dataRiskLevel.score"), "severity"),
                *kept("table_profile.name"),
            ),
        ),
        SourceTable(
            name="column_profile",
            grain="what one column of one table holds",
            required_columns=("column_profile.column", "column_profile.column_info_type.info_type.name"),
            fingerprint=("column_profile.column", "column_profile.sensitivity_score.score"),
            defaults={"asset_type": "database"},
            columns=(
                _C(("column_profile.column",), "data_object", preference=0.9),
                _C(("column_profile.column_info_type.info_type.name",), "data_category"),
                _C(("column_profile.sensitivity_score.score",), "sensitivity_label"),
                *kept("column_profile.name"),
            ),
        ),
    ),
    vendor_page="https://cloud.google.com/sensitive-data-protection/docs/querying-findings",
    traps=(
        "quote holds the very value that was found",
        "findings hold lists: what the columns of a CSV are called depends on the query that flattened them",
        "levels of risk are words such as RISK_HIGH, of sensitivity such as SENSITIVITY_MODERATE",
    ),
)  # fmt: skip
