"""Azure Migrate Export: the workbooks that Microsoft's tool writes from a project, discovery and core report.

Sheets and columns as in the tool's own constants (Azure/azure-migrate-export, src/Common) and its published samples.
`Last Updated Time` is no time of observation: machines that are on carry moments days apart.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

_C = SourceColumn
_NOT_DISCOVERED = {"*": ("-1",)}
"""The tool writes -1 for a count that it could not find out."""
_KEY = (("Machine ID",), ("Machine Name",))

_DISCOVERY = SourceTable(
    name="Discovery_Report",
    grain="one discovered machine",
    names=("discovery_report",),
    required_columns=("Machine Name", "Machine ID"),
    fingerprint=(
        "Power Stats",
        "Software Inventory Count",
        "SQL Discovery Server Count",
        "Is SQL Service Present",
        "Web Applications Count",
        "First Discovery Time",
        "Total Storage In Use (in GB)",
    ),
    record_key=_KEY,
    defaults={"asset_type": "server"},
    blank_words=_NOT_DISCOVERED,
    columns=(
        _C(("Machine Name",), "asset_name"),
        _C(("Environment",), "environment"),
        _C(("Operating System",), "operating_system"),
        _C(("Cores",), "cpu_cores"),
        _C(("Memory (in MB)",), "memory_gb", "unit:MB"),
        _C(("Total Disks",), "disk_count"),
        _C(("IP Addresses",), "ip_address"),
        _C(("MAC Addresses",), "mac_address"),
        _C(("Total Network Adapters",), "nic_count"),
        _C(("Boot Type",), "firmware_type"),
        _C(("Power Stats",), "power_state"),
        _C(("First Discovery Time",), "first_seen"),
        _C(("Last Updated Time",), "last_seen"),
        _C(("Machine ID",), "source_id"),
        _C(("Total Storage In Use (in GB)",), "storage_used_gb", "unit:GB"),
        _C(("Software Inventory Count",), None),
        _C(("SQL Discovery Server Count",), None),
        _C(("Is SQL Service Present",), None),
        _C(("Web Applications Count",), None),
        _C(("Support Status",), None),
    ),
)

_TARGET = tuple(
    _C((name,), None)
    for name in (
        "Azure VM Readiness", "Azure VM Readiness - Warnings", "Recommended VM Size",
        "Monthly Compute Cost Estimate", "Monthly Compute Cost Estimate (Pay as you go)",
        "Monthly Compute Cost Estimate (Pay as you go + RI)", "Monthly Compute Cost Estimate (Pay as you go + AHUB)",
        "Monthly Compute Cost Estimate (Pay as you go + AHUB + RI)",
        "Monthly Compute Cost Estimate (Pay as you go + ASP)", "Monthly Storage Cost Estimate",
        "Monthly Security Cost Estimate", "Disk Names", "Azure Disk Readiness", "Recommended Disk SKUs",
        "Standard HDD Disks", "Standard SSD Disks", "Premium Disks", "Ultra Disks",
        "Monthly Storage Cost for Standard HDD Disks", "Monthly Storage Cost for Standard SSD Disks",
        "Monthly Storage Cost for Premium Disks", "Monthly Storage Cost for Ultra Disks",
        "Monthly Azure Site Recovery Cost Estimate", "Monthly Azure Backup Cost Estimate", "Group Name",
        "Support Status",
    )
)  # fmt: skip
"""What the tool recommends in Azure, and what parts of it cost."""

_ASSESSED = SourceTable(
    name="All_VM_IaaS_Server_Rehost_Perf",
    grain="one assessed machine",
    import_category="infrastructure",
    names=("all_vm_iaas_server_rehost_perf",),
    required_columns=("Machine Name", "Machine ID"),
    fingerprint=("Azure VM Readiness", "Recommended VM Size", "Recommended Disk SKUs", "Azure Disk Readiness"),
    record_key=_KEY,
    defaults={"asset_type": "server"},
    blank_words=_NOT_DISCOVERED,
    columns=(
        _C(("Machine Name",), "asset_name"),
        _C(("Environment",), "environment"),
        _C(("Operating System",), "operating_system"),
        _C(("VM Host",), "hypervisor_host"),
        _C(("Boot Type",), "firmware_type"),
        _C(("Cores",), "cpu_cores"),
        _C(("Memory (in MB)",), "memory_gb", "unit:MB"),
        _C(("CPU Utilization (in %)",), "cpu_utilization_percent"),
        _C(("Memory Utilization (in %)",), "memory_utilization_percent"),
        _C(("Storage (in GB)",), "storage_gb", "unit:GB"),
        _C(("Network Adapters",), "nic_count"),
        _C(("IP Addresses",), "ip_address"),
        _C(("MAC Addresses",), "mac_address"),
        _C(("Machine ID",), "source_id"),
        *_TARGET,
    ),
)


def _sheet(name: str, grain: str, reason: str, required: str, category: str | None = "infrastructure") -> SourceTable:
    """A sheet that is recognised by its name, so that nobody maps it by accident, and brings nothing."""
    return SourceTable(
        name=name,
        grain=grain,
        import_category=category,
        names=(name.lower(),),
        required_columns=(required,),
        columns=(),
        imported=False,
        reason=f"Sheet {name}: {reason}.",
    )


_AGAIN = "it repeats machines that All_VM_IaaS_Server_Rehost_Perf lists once each"
_PART = "its rows are parts of machines, with names that are unique on their machine only"
_NO_MACHINE = "its rows are no machines"

SOURCE = Source(
    id="azure_migrate_export",
    title="Azure Migrate Export",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        _DISCOVERY,
        _ASSESSED,
        *(
            _sheet(f"{what}_{how}", "one machine and what it would cost as a virtual machine", _AGAIN, "Machine Name")
            for what in ("VM_IaaS_Server", "VM_SS_IaaS_Server", "SQL_IaaS_Server", "WebApp_IaaS_Server")
            for how in ("Rehost_Perf", "Rehost_As-is")
        ),
        *(
            _sheet(name, grain, _PART, "Machine Name")
            for name, grain in (
                ("SQL_All_Instances", "one SQL Server instance"),
                ("SQL_MI_PaaS", "one SQL Server instance"),
                ("SQL_IaaS_Instance_Rehost_Perf", "one SQL Server instance"),
                ("WebApp_PaaS", "one web application"),
            )
        ),
        _sheet(
            "Decommissioned_Machines",
            "one machine left out of the assessment",
            "its machines were taken out of the assessment",
            "Machine Name",
        ),
        _sheet("vCenter_Host_Report", "the hosts of a vCenter, counted", _NO_MACHINE, "vCenters", None),
        _sheet("Properties", "the report", "it tells what was asked for", "Azure Migrate Project Name", None),
        _sheet("Business_Case", "one kind of cost", _NO_MACHINE, "Category"),
        _sheet("Cash_Flows", "one kind of cash flow", _NO_MACHINE, "Year 0"),
        _sheet("Financial_Summary", "one kind of workload", _NO_MACHINE, "Migration Strategy"),
    ),
    vendor_page="https://github.com/Azure/azure-migrate-export",
    traps=(
        "-1 means that a count was not discovered",
        "addresses stand in brackets, one pair for each card: [10.0.0.1,fe80::1];[10.0.1.1];",
        "the same machine stands on several sheets of the core report",
        "what it would cost in Azure is parted into compute, storage and security",
    ),
)
