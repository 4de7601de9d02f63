"""AWS Migration Hub: the import template of Application Discovery Service, one server a row.

Columns as AWS documents them for its discovery import.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

_C = SourceColumn

_TEMPLATE = SourceTable(
    name="import template",
    grain="one server",
    names=("migration_hub_import*", "aws_migration_hub*", "import_template_migrationhub*"),
    fingerprint=(
        "VMware.MoRefId",
        "VMware.VCenterId",
        "VMware.VMName",
        "CPU.NumberOfLogicalCores",
        "CPU.NumberOfProcessors",
        "CPU.NumberOfCores",
        "RAM.TotalSizeInMB",
        "RAM.UsedSizeInMB.Avg",
        "CPU.UsagePct.Avg",
        "CPU.UsagePct.Max",
        "DiskReadsPerSecondInKB.Avg",
        "NetworkReadsPerSecondInKB.Avg",
        "SMBiosId",
        "ApplicationWave",
    ),
    record_key=(("ExternalId",), ("VMware.MoRefId", "VMware.VCenterId"), ("ServerId",), ("HostName",)),
    defaults={"asset_type": "server"},
    columns=(
        _C(("ExternalId",), "source_id"),
        _C(("ServerId",), "source_id", preference=0.9),
        _C(("SMBiosId",), "instance_uuid"),
        _C(("IPAddress",), "ip_address"),
        _C(("MACAddress",), "mac_address"),
        _C(("HostName",), "hostname"),
        _C(("VMware.VMName",), "asset_name"),
        _C(("CPU.NumberOfProcessors",), "cpu_sockets"),
        _C(("CPU.NumberOfCores",), "cpu_cores"),
        _C(("OS.Name",), "operating_system"),
        _C(("OS.Version",), "os_version"),
        _C(("RAM.TotalSizeInMB",), "memory_gb", "unit:MB"),
        _C(("CPU.UsagePct.Avg",), "cpu_utilization_percent"),
        _C(("CPU.UsagePct.Max",), "cpu_utilization_percent_max"),
        _C(("Applications",), "application_name"),
        _C(("ApplicationWave",), "migration_wave"),
        _C(("Tags",), "tags", "list:,"),
        # Threads, and the managed object that a vCenter knows it by.
        _C(("CPU.NumberOfLogicalCores",), None),
        _C(("VMware.MoRefId",), None),
        _C(("VMware.VCenterId",), None),
        # Used memory in MB is no share, and reads and writes are parts of a total that no column gives.
        *(
            _C((f"{what}.{how}",), None)
            for what in (
                "RAM.UsedSizeInMB",
                "DiskReadsPerSecondInKB",
                "DiskWritesPerSecondInKB",
                "DiskReadsOpsPerSecond",
                "DiskWritesOpsPerSecond",
                "NetworkReadsPerSecondInKB",
                "NetworkWritesPerSecondInKB",
            )
            for how in ("Avg", "Max")
        ),
    ),
)

SOURCE = Source(
    id="aws_migration_hub",
    title="AWS Migration Hub",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(_TEMPLATE,),
    vendor_page="https://docs.aws.amazon.com/application-discovery/latest/userguide/discovery-import.html",
    traps=(
        "sockets, cores and threads have a column each, and each is a total of the machine",
        "addresses, applications and tags are lists with commas inside quotes",
        "memory is in MB, rates are in KB a second",
        "a managed object id means something only together with the id of its vCenter",
    ),
)
