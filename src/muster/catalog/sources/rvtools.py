"""RVTools: the workbook (or CSV set) that lists what a vCenter knows; sheet vInfo has one row per virtual machine.

Columns as seen in kubev2v/migration-planner's ingest templates and real exports. Older versions write MB where newer
ones write MiB (both are 2**20 bytes), and `vCenter UUID` where newer ones write `VI SDK UUID`.
"""

from __future__ import annotations

from muster.catalog.model import ObservationColumn, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

_C = SourceColumn
_BLANK = {"*": ("VM",)}
"""RVTools writes the literal `VM` into empty cells of several columns."""
_SKIP = (("Template", "true"), ("SRM Placeholder", "true"))
_PER_VM = (
    _C(("VM",), "asset_name"),
    _C(("VM ID",), None),
    _C(("VI SDK UUID", "vCenter UUID"), None),
    _C(("Template",), None),
    _C(("SRM Placeholder",), None),
)

_VINFO = SourceTable(
    name="vInfo",
    grain="one virtual machine",
    names=("vinfo", "rvtools_tabvinfo*", "*tabvinfo*"),
    required_columns=("VM", "Powerstate"),
    fingerprint=(
        "OS according to the configuration file",
        "OS according to the VMware Tools",
        "VI SDK Server",
        "VI SDK UUID",
        "SRM Placeholder",
        "Provisioned MiB",
        "In Use MiB",
        "HW version",
        "DAS protection",
        "Primary IP Address",
        "Network #1",
    ),
    record_key=(("VM ID", "VI SDK UUID"), ("VM ID",), ("VM",)),
    defaults={"asset_type": "virtual_machine", "virtualization_platform": "VMware vSphere"},
    skip_rows=_SKIP,
    blank_words=_BLANK,
    columns=(
        *_PER_VM,
        _C(("Powerstate",), "power_state"),
        _C(("DNS Name",), "fqdn"),
        _C(("CPUs",), "cpu_cores"),
        _C(("Memory", "Memory MB", "Memory MiB"), "memory_gb", "unit:MiB"),
        _C(("NICs",), "nic_count"),
        _C(("Disks",), "disk_count"),
        _C(("Total disk capacity MiB", "Total disk capacity MB"), "storage_gb", "unit:MiB"),
        _C(("Provisioned MiB", "Provisioned MB"), "storage_gb", "unit:MiB", preference=0.9),
        _C(("In Use MiB", "In Use MB"), "storage_used_gb", "unit:MiB"),
        _C(("Primary IP Address",), "ip_address"),
        _C(("Datacenter",), "datacenter"),
        _C(("Cluster",), "cluster"),
        _C(("Host",), "hypervisor_host"),
        _C(("OS according to the VMware Tools",), "operating_system"),
        _C(("OS according to the configuration file",), "operating_system", preference=0.9),
        _C(("VM UUID",), "instance_uuid"),
        _C(("SMBIOS UUID",), "instance_uuid", preference=0.9),
        _C(("Firmware",), "firmware_type"),
        _C(("Annotation",), "description"),
        # Known, and kept with the claim: no field says the same thing.
        *(
            _C((name,), None)
            for name in (
                "Config status", "Connection state", "Guest state", "Heartbeat", "Consolidation Needed", "PowerOn",
                "Suspended To Memory", "Suspend time", "Suspend Interval", "Creation date", "Change Version",
                "Overall Cpu Readiness", "CPU Usage %", "Active Memory", "Fixed Passthru HotPlug",
                "min Required EVC Mode Key", "Latency Sensitivity", "Op Notification Timeout", "CBT", "Network #1",
                "Network #2", "Network #3", "Network #4", "Network #5", "Network #6", "Network #7", "Network #8",
                "Num Monitors", "Video Ram KiB", "Resource pool", "Folder ID", "Folder", "vApp", "DAS protection",
                "FT State", "FT Role", "FT Latency", "FT Bandwidth", "FT Sec. Latency", "Vm Failover In Progress",
                "HA Restart Priority", "HA Isolation Response", "HA VM Monitoring", "Cluster rule(s)",
                "Cluster rule name(s)", "Boot Required", "Boot delay", "Boot retry delay", "Boot retry enabled",
                "Boot BIOS setup", "Reboot PowerOff", "EFI Secure boot", "HW version", "HW upgrade status",
                "HW upgrade policy", "HW target", "Path", "Log directory", "Snapshot directory", "Suspend directory",
                "Customization Info", "Guest Detailed Data", "VI SDK Server type", "VI SDK API Version",
                "VI SDK Server",
            )
        ),
        _C(("EnableUUID", "disk.EnableUUID"), None),
        _C(("Unshared MiB", "Unshared MB"), None),
    ),
)  # fmt: skip

_DETAIL = "it details machines that vInfo lists once each; its rows need folding per machine"
_NO_MACHINE = "its rows are no machines"
_WRITTEN_AT = ("xlsx creation datetime",)
"""RVTools reads the vCenter and writes the file in one go; one row for each vCenter that was asked."""


def _sheet(name: str, grain: str, reason: str, *required: str, columns: tuple[SourceColumn, ...] = ()) -> SourceTable:
    """A sheet that is recognised, so that nobody maps it by accident, and brings nothing yet."""
    return SourceTable(
        name=name,
        grain=grain,
        names=(name.lower(), f"rvtools_tab{name.lower()}*", f"*tab{name.lower()}*"),
        required_columns=required,
        columns=columns,
        imported=False,
        reason=f"Sheet {name}: {reason}.",
    )


SOURCE = Source(
    id="rvtools",
    title="RVTools",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        _VINFO,
        _sheet("vCPU", "the processors of one virtual machine", _DETAIL, "VM"),
        _sheet("vMemory", "the memory of one virtual machine", _DETAIL, "VM"),
        _sheet("vDisk", "one disk of a virtual machine", _DETAIL, "VM"),
        _sheet("vPartition", "one partition of a virtual machine", _DETAIL, "VM"),
        _sheet("vNetwork", "one network card of a virtual machine", _DETAIL, "VM"),
        _sheet(
            "vHost",
            "one physical host",
            "vInfo names its hosts as carriers of the virtual machines; they are no assets of their own yet",
            "Host",
        ),
        _sheet(
            "vMetaData",
            "one vCenter, and when RVTools wrote down what it knows",
            "it says when the workbook was written",
            *_WRITTEN_AT,
            columns=(_C(_WRITTEN_AT, None),),
        ),
        *(
            _sheet(name, grain, _NO_MACHINE)
            for name, grain in (
                ("vDatastore", "one datastore"),
                ("vCluster", "one cluster"),
                ("vHBA", "one storage adapter of a host"),
                ("vSwitch", "one virtual switch"),
                ("dvSwitch", "one distributed switch"),
                ("vPort", "one port group"),
                ("dvPort", "one distributed port group"),
                ("vTools", "the VMware Tools of one virtual machine"),
                ("vSnapshot", "one snapshot"),
                ("vCD", "one CD drive of a virtual machine"),
                ("vUSB", "one USB device of a virtual machine"),
                ("vHealth", "one warning of RVTools"),
                ("vNIC", "one network card of a host"),
                ("vSC_VMK", "one kernel port of a host"),
                ("vSource", "the vCenter that was asked"),
            )
        ),
    ),
    observed_in=(ObservationColumn("vMetaData", _WRITTEN_AT),),
    vendor_page="https://www.dell.com/en-us/shop/vmware/sl/rvtools",
    traps=(
        "MB became MiB between versions; both mean 2**20 bytes",
        "empty cells of several columns hold the literal text VM",
        "templates and SRM placeholders stand among the machines",
    ),
)
