"""Sensitive data assets: which stores hold personal and regulated data, how it is classified and guarded."""

from __future__ import annotations

from muster.catalog.fields import FIELDS
from muster.catalog.model import Category, FieldGroup, SecurityLevel

_SAYS = tuple(name for name, field in FIELDS.items() if field.group is FieldGroup.SENSITIVE)

CATEGORY = Category(
    id="sensitive_data",
    title="Sensitive data assets",
    description="Data stores and what they hold: classification, kinds of data, regulations, encryption, access.",
    security_level=SecurityLevel.MAXIMUM,
    security_warning=(
        "Where personal and regulated data lives; sample values are removed at the door, stored encrypted, never sent "
        "to a language model."
    ),
    kinds=("csv", "tsv", "xlsx", "xls", "json", "ndjson", "xml", "zip", "log", "graphml"),
    agents=(
        "schema_validation",
        "data_classification",
        "pii_detection",
        "compliance_validation",
        "encryption_check",
        "access_control_check",
    ),
    required=(("asset_name", "hostname", "data_object"), _SAYS),
    enrichment_targets=("assets", "asset_custom_attributes"),
    processor_name="SensitiveDataProcessor",
    rank={
        FieldGroup.IDENTITY: 10,
        FieldGroup.PLATFORM: 10,
        FieldGroup.PLACEMENT: 10,
        FieldGroup.OWNERSHIP: 20,
        FieldGroup.SENSITIVE: 40,
    },
    field_groups=(
        FieldGroup.IDENTITY,
        FieldGroup.PLATFORM,
        FieldGroup.PLACEMENT,
        FieldGroup.OWNERSHIP,
        FieldGroup.SENSITIVE,
    ),
    about=(FieldGroup.IDENTITY, FieldGroup.SENSITIVE),
    describes="data stores and how their data is guarded",
)
