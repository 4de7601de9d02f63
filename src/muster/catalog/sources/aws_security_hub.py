"""AWS Security Hub: findings in its format (ASFF) whose resources carry a classification of data."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.source_columns import kept
from muster.catalog.sources._scanner import DATA_SCANNER

_C = SourceColumn


def _detail(ending: str, grain: str) -> SourceTable:
    return SourceTable(
        name=ending,
        grain=grain,
        names=(f"*{ending.lower()}",),
        columns=(),
        imported=False,
        beside_others=True,
        reason="It details a resource that the table of resources names.",
    )


SOURCE = Source(
    id="aws_security_hub",
    title="AWS Security Hub",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(
        SourceTable(
            name="Resources",
            grain="one resource of one finding, with what data was found in it",
            names=("*resources",),
            required_columns=("Type", "Id", "DataClassification.Result.MimeType"),
            fingerprint=(
                "DataClassification.DetailedResultsLocation", "DataClassification.Result.MimeType",
                "DataClassification.Result.SizeClassified", "DataClassification.Result.Status.Code",
            ),
            defaults={"asset_type": "storage"},
            columns=(
                _C(("Id",), "data_object"),
                _C(("Region",), "location"),
                _C(("detection.type",), "data_category"),
                _C(("detection.category",), "data_category"),
                _C(("detection.count",), "record_count"),
                _C(("finding.Severity.Label",), "severity"),
                *kept(
                    "finding.Id", "finding.ProductArn", "finding.AwsAccountId", "finding.Title", "finding.CreatedAt",
                    "finding.UpdatedAt", "Parent row", "Type", "Partition",
                    "DataClassification.DetailedResultsLocation",
                    "DataClassification.Result.MimeType", "DataClassification.Result.SizeClassified",
                    "DataClassification.Result.Status.Code", "DataClassification.Result.AdditionalOccurrences",
                ),
            ),
        ),
        SourceTable(
            name="Findings",
            grain="one finding",
            required_columns=("ProductArn", "GeneratorId", "Id"),
            fingerprint=("SchemaVersion", "AwsAccountId", "Severity.Label", "Types"),
            columns=(
                _C(("UpdatedAt",), None),
                *kept(
                    "SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "Types", "CreatedAt", "Title",
                    "Description", "Severity.Label",
                ),
            ),
            imported=False,
            reason="A finding names no store; its resources do.",
        ),
        _detail("DataClassification.Result.SensitiveData", "one category of data in one resource"),
        _detail("SensitiveData.Detections", "one kind of data in one resource"),
        _detail("CustomDataIdentifiers.Detections", "one own kind of data in one resource"),
    ),
    vendor_page="https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html",
    traps=(
        "most findings of Security Hub classify no data: only resources with DataClassification are data stores",
        "a resource is named by its ARN",
    ),
)  # fmt: skip
