"""CMDB exports: what a configuration database, a hypervisor or a hand-made list says is there."""

from __future__ import annotations

from muster.catalog.model import Category, FieldGroup, SecurityLevel

CATEGORY = Category(
    id="cmdb_export",
    title="CMDB export",
    description="Servers, virtual machines, applications and devices with what is known about each.",
    security_level=SecurityLevel.STANDARD,
    security_warning="May name people as owners; checked for secrets in free text.",
    kinds=("csv", "tsv", "xlsx", "xls", "json", "ndjson", "xml", "zip"),
    agents=("schema_validation", "duplicate_detection", "data_quality", "security_scan"),
    required=(("asset_name", "hostname", "fqdn", "serial_number", "instance_uuid", "ip_address"),),
    enrichment_targets=("assets",),
    processor_name="CMDBExportProcessor",
    rank={
        FieldGroup.IDENTITY: 30,
        FieldGroup.PLATFORM: 30,
        FieldGroup.CAPACITY: 20,
        FieldGroup.PLACEMENT: 40,
        FieldGroup.OWNERSHIP: 40,
        FieldGroup.PERFORMANCE: 10,
    },
    field_groups=(
        FieldGroup.IDENTITY,
        FieldGroup.PLATFORM,
        FieldGroup.CAPACITY,
        FieldGroup.PLACEMENT,
        FieldGroup.OWNERSHIP,
        FieldGroup.PERFORMANCE,
    ),
    # Measurements are taken along; a table of little else is an assessment of the infrastructure.
    about=(
        FieldGroup.IDENTITY,
        FieldGroup.PLATFORM,
        FieldGroup.CAPACITY,
        FieldGroup.PLACEMENT,
        FieldGroup.OWNERSHIP,
    ),
)
