"""Infrastructure assessments: how large machines are, how hard they work, and where they stand in the network."""

from __future__ import annotations

from muster.catalog.model import Category, FieldGroup, SecurityLevel

CATEGORY = Category(
    id="infrastructure",
    title="Infrastructure assessment",
    description="Capacity, use, network and platform of machines, also as measurements over time.",
    security_level=SecurityLevel.HIGH,
    security_warning="Addresses, topology and weak spots of the network.",
    kinds=("csv", "tsv", "xlsx", "xls", "json", "ndjson", "xml", "zip", "log", "graphml"),
    agents=(
        "schema_validation", "performance_analysis", "capacity_analysis", "network_validation", "end_of_life_detection",
    ),
    required=(
        ("asset_name", "hostname", "fqdn", "serial_number", "instance_uuid", "ip_address"),
        (
            "cpu_sockets", "cpu_cores", "cpu_model", "cpu_speed_mhz", "memory_gb", "storage_gb", "storage_used_gb",
            "storage_free_gb", "disk_count", "nic_count",
            "cpu_utilization_percent", "cpu_utilization_percent_max", "cpu_utilization_percent_p95",
            "memory_utilization_percent", "memory_utilization_percent_max", "memory_utilization_percent_p95",
            "disk_iops", "disk_throughput_mbps", "network_throughput_mbps",
            "operating_system", "os_version", "database_type", "database_version", "technology_stack",
            "virtualization_platform", "hypervisor_host", "cluster", "manufacturer", "model", "firmware_type",
            "ip_address", "mac_address", "subnet_mask", "gateway", "vlan", "network_zone",
        ),
    ),
    enrichment_targets=("assets",),
    processor_name="InfrastructureAssessmentProcessor",
    rank={
        FieldGroup.IDENTITY: 20,
        FieldGroup.PLATFORM: 40,
        FieldGroup.CAPACITY: 40,
        FieldGroup.PLACEMENT: 20,
        FieldGroup.OWNERSHIP: 10,
        FieldGroup.PERFORMANCE: 40,
    },
    field_groups=(
        FieldGroup.IDENTITY,
        FieldGroup.PLATFORM,
        FieldGroup.CAPACITY,
        FieldGroup.PLACEMENT,
        FieldGroup.OWNERSHIP,
        FieldGroup.PERFORMANCE,
    ),
    # A list of machines and their sizes alone is an export of an inventory.
    about=(FieldGroup.IDENTITY, FieldGroup.PERFORMANCE),
    describes="machines and how hard they work",
)  # fmt: skip
