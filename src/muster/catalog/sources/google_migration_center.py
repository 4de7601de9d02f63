"""Google Migration Center: the CSV set vmInfo, diskInfo, perfInfo and tagInfo, joined on MachineId.

Columns as seen in the writers of GoogleCloudPlatform/aws-to-stratozone-export and in public copies of the templates,
which put `(optional)` behind the names of columns that may be left out.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT


def _column(
    name: str, target: str | None = None, transformation: str | None = None, preference: float = 1.0
) -> SourceColumn:
    return SourceColumn((name, f"{name}(optional)"), target, transformation, preference)


_MACHINE = _column("MachineId", "source_id")
_NAMES = "{0}.csv", "{0}", "*[-_ ]{0}.csv", "*[-_ ]{0}"
_YES = ("TRUE", "True", "true", "1", "Yes", "yes", "YES")


def _names(table: str) -> tuple[str, ...]:
    return tuple(name.format(table) for name in _NAMES)


_VM_INFO = SourceTable(
    name="vmInfo",
    grain="one machine",
    names=_names("vminfo"),
    required_columns=("MachineId", "MachineName"),
    fingerprint=(
        "AllocatedProcessorCoreCount", "TotalDiskAllocatedGiB", "TotalDiskUsedGiB", "IpAddressListSemiColonDelimited",
        "MachineTypeLabel", "HostingLocation", "OsPublisher", "MachineStatus", "IsPhysical",
    ),
    record_key=(("MachineId",),),
    # A machine that says it is physical leaves its type to the default; any other answer makes it a virtual one.
    defaults={"asset_type": "server"},
    blank_words={"IsPhysical": _YES},
    columns=(
        _MACHINE,
        _column("MachineName", "asset_name"),
        _column("PrimaryIPAddress", "ip_address"),
        _column("PublicIPAddress", "ip_address"),
        _column("IpAddressListSemiColonDelimited", "ip_address"),
        _column("PrimaryMACAddress", "mac_address"),
        _column("TotalDiskAllocatedGiB", "storage_gb", "unit:GiB"),
        _column("TotalDiskUsedGiB", "storage_used_gb", "unit:GiB"),
        _column("AllocatedProcessorCoreCount", "cpu_cores"),
        _column("MemoryGiB", "memory_gb", "unit:GiB"),
        _column("HostingLocation", "location"),
        _column("OsName", "operating_system"),
        _column("OsType", "operating_system", preference=0.8),
        _column("OsVersion", "os_version"),
        _column("MachineStatus", "power_state", "else:unknown"),
        _column("IsPhysical", "asset_type", "else:virtual_machine"),
        _column("Source", "virtualization_platform"),
        # The size of a cloud's instance, the maker of the system, and what the cloud says of its own bookkeeping.
        *(_column(name) for name in ("MachineTypeLabel", "OsPublisher", "ProvisioningState", "CreateDate")),
    ),
)  # fmt: skip

_DISK_INFO = SourceTable(
    name="diskInfo",
    grain="one disk of a machine",
    names=_names("diskinfo"),
    required_columns=("MachineId", "DiskLabel"),
    fingerprint=("MachineId", "DiskLabel", "SizeInGib", "UsedInGib", "StorageTypeLabel"),
    columns=(
        _MACHINE,
        _column("SizeInGib", "storage_gb", "unit:GiB"),
        _column("UsedInGib", "storage_used_gb", "unit:GiB"),
        _column("DiskLabel"),
        _column("StorageTypeLabel"),
    ),
    imported=False,
    reason="diskInfo details machines of which vmInfo gives the sums; its rows need folding per machine.",
)

_PERF_INFO = SourceTable(
    name="perfInfo",
    grain="one sample of one machine",
    names=_names("perfinfo"),
    required_columns=("MachineId", "TimeStamp"),
    fingerprint=(
        "MachineId", "CpuUtilizationPercentage", "MemoryUtilizationPercentage", "AvailableMemoryBytes",
        "DiskReadOperationsPerSec", "DiskWriteOperationsPerSec", "NetworkBytesPerSecSent",
    ),
    columns=(
        _MACHINE,
        SourceColumn(("TimeStamp", "Timestamp"), "sampled_at"),
        _column("CpuUtilizationPercentage", "cpu_utilization_percent"),
        _column("MemoryUtilizationPercentage", "memory_utilization_percent"),
        # Each is a part of what the field says: reads and writes, sent and received, together make the sum.
        _column("DiskReadOperationsPerSec", "disk_iops"),
        _column("DiskWriteOperationsPerSec", "disk_iops"),
        _column("NetworkBytesPerSecSent", "network_throughput_mbps", "unit:B/s"),
        _column("NetworkBytesPerSecReceived", "network_throughput_mbps", "unit:B/s"),
        _column("AvailableMemoryBytes"),
    ),
    imported=False,
    reason="perfInfo holds samples over time and no names: they say something of a machine of vmInfo only together.",
)  # fmt: skip

_TAG_INFO = SourceTable(
    name="tagInfo",
    grain="one tag of a machine",
    names=_names("taginfo"),
    required_columns=("MachineId", "Key", "Value"),
    fingerprint=("MachineId", "Key"),
    columns=(_MACHINE, _column("Key"), _column("Value")),
    imported=False,
    reason="tagInfo details machines of vmInfo; its rows need folding per machine.",
)

SOURCE = Source(
    id="google_migration_center",
    title="Google Migration Center",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(_VM_INFO, _DISK_INFO, _PERF_INFO, _TAG_INFO),
    vendor_page="https://cloud.google.com/migration-center/docs/import-data-overview",
    traps=(
        "the templates write (optional) behind the names of columns",
        "the four files belong together: only vmInfo names the machines, the others point to it by MachineId",
        "sizes are GiB, network rates bytes a second, free memory bytes",
    ),
)
