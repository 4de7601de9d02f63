"""Azure Migrate: its import template, the dependencies it exports, and the sheets of an assessment.

Columns as in Microsoft's documentation of the template and of dependency analysis, in public programs that write the
template or read the exports, and in a public pipeline over the assessment workbook.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

_C = SourceColumn
_DISKS = range(1, 21)
"""The template documents eight disks; its users write more."""

_TEMPLATE = SourceTable(
    name="import template",
    grain="one server",
    names=("azuremigrateimporttemplate*", "azure_migrate_import*"),
    required_columns=("*Server name", "*Cores", "*OS name"),
    fingerprint=(
        "*Memory (In MB)",
        "Storage in use (In GB)",
        "Network In throughput",
        "Network Out throughput",
        "CPU utilization percentage",
        "Memory utilization percentage",
        "Disk 1 size (In GB)",
        "Disk 1 read throughput (MB per second)",
        "Disk 1 read ops (operations per second)",
        "Total disks read ops",
    ),
    record_key=(("*Server name",),),
    defaults={"asset_type": "server"},
    columns=(
        _C(("*Server name", "Server name", "*Server Name"), "asset_name"),
        _C(("IP addresses", "IP address"), "ip_address"),
        _C(("*Cores", "Cores"), "cpu_cores"),
        _C(("*Memory (In MB)", "Memory (In MB)"), "memory_gb", "unit:MB"),
        _C(("Memory",), "memory_gb", "unit:MB", preference=0.9),
        _C(("*OS name", "OS name"), "operating_system"),
        _C(("OS version",), "os_version"),
        _C(("OS architecture",), "os_architecture"),
        _C(("Server type",), "asset_type", "else:server"),
        _C(("Hypervisor",), "virtualization_platform"),
        _C(("CPU utilization percentage",), "cpu_utilization_percent"),
        _C(("Memory utilization percentage",), "memory_utilization_percent"),
        _C(("Network adapters",), "nic_count"),
        _C(("Boot type", "Firmware type"), "firmware_type"),
        _C(("Number of disks",), "disk_count"),
        _C(("Storage in use (In GB)",), "storage_used_gb", "unit:GB"),
        _C(("MAC address",), "mac_address"),
        # Parts of a total that no column gives: in and out, read and write, disk by disk.
        _C(("Network In throughput",), None),
        _C(("Network Out throughput",), None),
        _C(("Total disks read ops",), None),
        _C(("Total disks write ops",), None),
        _C(("Total disks read throughput",), None),
        _C(("Total disks write throughput",), None),
        *(
            _C((f"Disk {number} {what} ({unit})", f"Disk {number} {what}"), None)
            for number in _DISKS
            for what, unit in (
                ("size", "In GB"),
                ("read throughput", "MB per second"),
                ("write throughput", "MB per second"),
                ("read ops", "operations per second"),
                ("write ops", "operations per second"),
            )
        ),
    ),
)

_DEPENDENCIES = SourceTable(
    name="dependency export",
    grain="one connection between two processes, seen in one slot of six hours",
    import_category="app_discovery",
    required_columns=("Source process", "Destination process", "Destination port"),
    fingerprint=(
        "Time slot",
        "Source Appliance Name",
        "Source Machine ARM ID",
        "Destination Machine ARM ID",
        "Source application",
        "Destination application",
        "Destination server name",
    ),
    # Exports before `Connection Count` have one row for each connection of a slot.
    defaults={"connection_count": "1"},
    columns=(
        _C(("Time slot", "Timeslot", "Date"), "last_seen"),
        _C(("Source server name", "Source Server Name"), "source_server"),
        _C(("Source IP",), "source_ip"),
        _C(("Source application", "Source Application"), "source_app"),
        _C(("Source process", "Source Process"), "source_process"),
        _C(("Destination server name", "Destination Server Name"), "target_server"),
        _C(("Destination IP",), "target_ip"),
        _C(("Destination application", "Destination Application"), "target_app"),
        _C(("Destination process", "Destination Process"), "target_process"),
        _C(("Destination port", "Destination Port"), "port"),
        _C(("Connection Count", "Connections", "Count"), "connection_count"),
        _C(("Protocol",), "protocol"),
        _C(("Source Appliance Name",), None),
        _C(("Source Machine ARM ID",), None),
        _C(("Destination Machine ARM ID",), None),
        _C(("Source VLAN",), None),
        _C(("Destination VLAN",), None),
    ),
)

_RATES = ("Disk read(ops/sec)", "Disk write(ops/sec)", "Disk read(MBPS)", "Disk write(MBPS)")

_MACHINES = SourceTable(
    name="All_Assessed_Machines",
    grain="one assessed machine",
    import_category="infrastructure",
    names=("all_assessed_machines*",),
    required_columns=("Machine", "Azure VM readiness"),
    fingerprint=(
        "Azure VM readiness",
        "Azure readiness issues",
        "Data collection issues",
        "Recommended size",
        "Compute monthly cost estimate USD",
        "Storage monthly cost estimate USD",
    ),
    record_key=(("Machine",),),
    defaults={"asset_type": "server"},
    columns=(
        _C(("Machine", "Machine name", "Machine Name"), "asset_name"),
        _C(("VM host",), "hypervisor_host"),
        _C(("Operating system",), "operating_system"),
        _C(("Boot type",), "firmware_type"),
        _C(("Cores",), "cpu_cores"),
        _C(("Memory(MB)", "Memory (MB)"), "memory_gb", "unit:MB"),
        _C(("CPU usage(%)",), "cpu_utilization_percent"),
        _C(("Memory usage(%)",), "memory_utilization_percent"),
        _C(("Storage(GB)",), "storage_gb", "unit:GB"),
        _C(("Network adapters",), "nic_count"),
        _C(("IP address",), "ip_address"),
        _C(("MAC address",), "mac_address"),
        # Verdicts on a target in Azure, and parts of totals.
        _C(("Azure VM readiness",), None),
        _C(("Azure readiness issues",), None),
        _C(("Data collection issues",), None),
        _C(("Recommended size",), None),
        _C(("Compute monthly cost estimate USD", "Compute monthly cost USD"), None),
        _C(("Storage monthly cost estimate USD", "Storage monthly cost USD"), None),
        _C(("Network in(MBPS)",), None),
        _C(("Network out(MBPS)",), None),
        _C(("Group name",), None),
        *(_C((name,), None) for name in _RATES),
    ),
)

_ASSESSED_DISKS = SourceTable(
    name="All_Assessed_Disks",
    grain="one disk of an assessed machine",
    import_category="infrastructure",
    names=("all_assessed_disks*",),
    required_columns=("Machine", "Disk name"),
    fingerprint=("Source disk size(GB)", "Target disk size(GB)", "Recommended disk type"),
    columns=(
        _C(("Machine", "Machine name", "Machine Name"), "asset_name"),
        _C(("Disk name",), None),
        # Of one disk; the machine's total stands in All_Assessed_Machines.
        _C(("Source disk size(GB)",), None),
        _C(("Target disk size(GB)",), None),
        _C(("Recommended disk type",), None),
        *(_C((name,), None) for name in _RATES),
    ),
    imported=False,
    reason="Sheet All_Assessed_Disks: it details machines that All_Assessed_Machines lists once each; its rows need "
    "folding per machine.",
)

_SUMMARY = SourceTable(
    name="Assessment_Summary",
    grain="the assessment",
    import_category="infrastructure",
    names=("assessment_summary*", "assessment_properties*"),
    columns=(),
    imported=False,
    reason="It sums the assessment up; its rows are no machines.",
)

SOURCE = Source(
    id="azure_migrate",
    title="Azure Migrate",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(_TEMPLATE, _DEPENDENCIES, _MACHINES, _ASSESSED_DISKS, _SUMMARY),
    vendor_page="https://learn.microsoft.com/en-us/azure/migrate/",
    traps=(
        "the asterisk before a required header of the template is part of the text",
        "memory is in MB, and network throughput in megabytes a second",
        "the dependency export came without source address, then with it, then with ARM ids and a connection count",
        "where the dependency export has no connection count, a row is one connection",
        "a time slot of the dependency export is the beginning of six hours",
        "costs of an assessment are those of a machine in Azure, parted into compute and storage",
    ),
)
