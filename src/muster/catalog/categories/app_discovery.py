"""Application discovery: which applications and machines talk to each other, as tables, logs of flows or graphs."""

from __future__ import annotations

from muster.catalog.model import Category, FieldGroup, SecurityLevel

CATEGORY = Category(
    id="app_discovery",
    title="Application discovery",
    description="Dependencies between applications, connections between machines, flow logs and graphs.",
    security_level=SecurityLevel.ELEVATED,
    security_warning="Shows how systems talk to each other.",
    kinds=("csv", "tsv", "xlsx", "xls", "json", "ndjson", "xml", "zip", "log", "graphml"),
    agents=(
        "schema_validation",
        "dependency_analysis",
        "port_protocol_validation",
        "criticality_validation",
        "duplicate_detection",
    ),
    required=(("source_app", "source_server", "source_ip"), ("target_app", "target_server", "target_ip")),
    enrichment_targets=("assets", "asset_dependencies"),
    processor_name="ApplicationDiscoveryProcessor",
    rank={
        FieldGroup.IDENTITY: 10,
        FieldGroup.PLATFORM: 10,
        FieldGroup.PLACEMENT: 10,
        FieldGroup.DEPENDENCY: 40,
    },
    # Of placement an edge takes when it was first and last seen, its environment and its description.
    field_groups=(FieldGroup.DEPENDENCY, FieldGroup.PLACEMENT),
    about=(FieldGroup.DEPENDENCY,),
    describes="connections or dependencies between systems",
)
