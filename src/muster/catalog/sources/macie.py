"""Amazon Macie: findings of sensitive data in S3 objects, as JSON, JSON lines or events of EventBridge.

The store is the bucket: the id of a finding names no store and is no key of it.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.source_columns import kept
from muster.catalog.sources._scanner import DATA_SCANNER

_C = SourceColumn


def _findings(name: str, prefix: str, *kind: SourceColumn) -> SourceTable:
    """The table of findings, whose columns stand under `prefix`; `kind` are those that tell the kind of data."""

    def fed(column: str, target: str, preference: float = 1.0) -> SourceColumn:
        return _C((f"{prefix}{column}",), target, preference=preference)

    return SourceTable(
        name=name,
        grain="one finding in one object of a bucket",
        required_columns=(f"{prefix}resourcesAffected.s3Bucket.name",),
        fingerprint=tuple(
            f"{prefix}{column}"
            for column in (
                "classificationDetails.jobId", "classificationDetails.result.status.code", "severity.description",
                "resourcesAffected.s3Object.key", "resourcesAffected.s3Object.path",
            )
        ),
        defaults={"asset_type": "storage"},
        columns=(
            fed("resourcesAffected.s3Bucket.name", "asset_name"),
            fed("resourcesAffected.s3Object.path", "data_object"),
            fed("resourcesAffected.s3Object.key", "data_object", 0.95),
            fed("severity.description", "severity"),
            fed("resourcesAffected.s3Object.serverSideEncryption.encryptionType", "encryption_at_rest"),
            fed("resourcesAffected.s3Bucket.publicAccess.effectivePermission", "access_control"),
            fed("region", "location"),
            fed("updatedAt", "last_scanned_at"),
            *kind,
            *kept(
                *(
                    f"{prefix}{column}"
                    for column in (
                        "id", "accountId", "title", "description", "category", "count", "createdAt", "archived",
                        "sample", "severity.score", "resourcesAffected.s3Object.size", "classificationDetails.jobId",
                        "classificationDetails.jobArn", "classificationDetails.result.status.code",
                        "classificationDetails.result.status.reason", "classificationDetails.result.mimeType",
                        "classificationDetails.result.sizeClassified", "classificationDetails.detailedResultsLocation",
                    )
                )
            ),
        ),
    )  # fmt: skip


def _detail(name: str, grain: str) -> SourceTable:
    return SourceTable(
        name=name,
        grain=grain,
        names=(f"*{name.lower()}",),
        columns=(),
        imported=False,
        beside_others=True,
        reason="It counts what a finding found; the finding itself names the object and the kind of data.",
    )


SOURCE = Source(
    id="macie",
    title="Amazon Macie",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(
        _findings(
            "findings",
            "",
            _C(("type",), "data_category"),
            _C(("detection.type",), "data_category"),
            _C(("detection.category",), "data_category"),
            _C(("detection.count",), "record_count"),
        ),
        # `detail-type` of the event can not be told from `detail.type` of the finding by its words.
        _findings("events", "detail.", *kept("detail-type", "id", "source", "account", "time", "region", "version")),
        _detail("classificationDetails.result.sensitiveData", "one category of data in one object"),
        _detail("classificationDetails.result.sensitiveData.detections", "one kind of data in one object"),
        _detail("classificationDetails.result.customDataIdentifiers.detections", "one own kind of data in one object"),
        *(
            _detail(f"detections.occurrences.{place}", "one place in one object")
            for place in ("cells", "lineRanges", "pages", "records")
        ),
    ),
    vendor_page="https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html",
    traps=(
        "the count of a finding is how often it was found again, not how many records hold the data",
        "the type names the worst that an object holds; its parts stand in sensitiveData, one finding with several",
    ),
)  # fmt: skip
