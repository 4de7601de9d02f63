"""RVTools: the workbook (or CSV set) that lists what a vCenter knows; sheet vInfo has one row per virtual machine.

Columns as seen in kubev2v/migration-planner's ingest templates and real exports. Older versions write MB where newer
ones write MiB (both are 2**20 bytes), and `vCenter UUID` where newer ones write `VI SDK UUID`.
"""

from __future__ import annotations

from muster.catalog.model import ObservationColumn, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn
_BLANK = {"*": ("VM",)}
"""RVTools writes the literal `VM` into empty cells of several columns."""
_SKIP = (("Template", "true"), ("SRM Placeholder", "true"))
_VM_ID = _C(("VM ID",), None)
_PLACED = (_C(("Datacenter",), "datacenter"), _C(("Cluster",), "cluster"))
_EVERY_SHEET = kept("VI SDK Server", "VI SDK Server type", "VI SDK API Version", "Folder", "Folder ID", "Object ID")
_VCENTER = _C(("VI SDK UUID", "vCenter UUID"), None)
_PER_VM = (
    _C(("VM",), "asset_name"),
    _VM_ID,
    _VCENTER,
    _C(("VM UUID",), "instance_uuid"),
    _C(("SMBIOS UUID",), "instance_uuid", preference=0.9),
    _C(("Powerstate",), "power_state"),
    _C(("DNS Name",), "fqdn"),
    _C(("Host",), "hypervisor_host"),
    *_PLACED,
    _C(("OS according to the VMware Tools",), "operating_system"),
    _C(("OS according to the configuration file",), "operating_system", preference=0.9),
    _C(("Annotation",), "description"),
    *kept("Template", "SRM Placeholder", "vApp", "Resource pool"),
    *_EVERY_SHEET,
)

_VINFO = SourceTable(
    name="vInfo",
    grain="one virtual machine",
    names=("vinfo", "rvtools_tabvinfo*", "*tabvinfo*"),
    required_columns=("VM", "Powerstate"),
    fingerprint=(
        "OS according to the configuration file", "OS according to the VMware Tools", "VI SDK Server", "VI SDK UUID",
        "SRM Placeholder", "Provisioned MiB", "In Use MiB", "HW version", "DAS protection", "Primary IP Address",
        "Network #1",
    ),
    record_key=(("VM ID", "VI SDK UUID"), ("VM ID",), ("VM",)),
    defaults={"asset_type": "virtual_machine", "virtualization_platform": "VMware vSphere"},
    skip_rows=_SKIP,
    blank_words=_BLANK,
    columns=(
        *_PER_VM,
        _C(("CPUs",), "cpu_cores"),
        _C(("Memory", "Memory MB", "Memory MiB"), "memory_gb", "unit:MiB"),
        _C(("NICs",), "nic_count"),
        _C(("Disks",), "disk_count"),
        _C(("Total disk capacity MiB", "Total disk capacity MB"), "storage_gb", "unit:MiB"),
        _C(("Provisioned MiB", "Provisioned MB"), "storage_gb", "unit:MiB", preference=0.9),
        _C(("In Use MiB", "In Use MB"), "storage_used_gb", "unit:MiB"),
        _C(("Primary IP Address",), "ip_address"),
        _C(("CPU Usage %",), "cpu_utilization_percent"),
        _C(("Firmware",), "firmware_type"),
        # Known, and kept with the claim: no field says the same thing.
        *kept(
            "Config status", "Connection state", "Guest state", "Heartbeat", "Consolidation Needed", "PowerOn",
            "Suspended To Memory", "Suspend time", "Suspend Interval", "Creation date", "Change Version",
            "Overall Cpu Readiness", "Active Memory", "Fixed Passthru HotPlug", "min Required EVC Mode Key",
            "Latency Sensitivity", "Op Notification Timeout", "CBT", "Network #1", "Network #2", "Network #3",
            "Network #4", "Network #5", "Network #6", "Network #7", "Network #8", "Num Monitors", "Video Ram KiB",
            "DAS protection", "FT State", "FT Role", "FT Latency", "FT Bandwidth", "FT Sec. Latency",
            "Vm Failover In Progress", "HA Restart Priority", "HA Isolation Response", "HA VM Monitoring",
            "Cluster rule(s)", "Cluster rule name(s)", "Boot Required", "Boot delay", "Boot retry delay",
            "Boot retry enabled", "Boot BIOS setup", "Reboot PowerOff", "EFI Secure boot", "HW version",
            "HW upgrade status", "HW upgrade policy", "HW target", "Path", "Log directory", "Snapshot directory",
            "Suspend directory", "Customization Info", "Guest Detailed Data",
        ),
        _C(("EnableUUID", "disk.EnableUUID"), None),
        _C(("Unshared MiB", "Unshared MB"), None),
    ),
)  # fmt: skip

_VHOST = SourceTable(
    name="vHost",
    grain="one physical host",
    names=("vhost", "rvtools_tabvhost*", "*tabvhost*"),
    required_columns=("Host",),
    fingerprint=(
        "# VMs", "# VMs total", "VMs per Core", "# vCPUs", "vCPUs per Core", "vRAM", "Current EVC", "Max EVC",
        "ATS Heartbeat", "VMotion support", "Storage VMotion support", "Host Power Policy", "ESX Version",
    ),
    record_key=(("Object ID", "VI SDK UUID"), ("Object ID",), ("Host",)),
    defaults={"asset_type": "server"},
    columns=(
        _C(("Host",), "asset_name"),
        *_PLACED,
        _C(("# CPU",), "cpu_sockets"),
        _C(("# Cores",), "cpu_cores"),
        _C(("CPU Model",), "cpu_model"),
        _C(("Speed",), "cpu_speed_mhz", "unit:MHz"),
        _C(("# Memory",), "memory_gb", "unit:MiB"),
        _C(("# NICs",), "nic_count"),
        _C(("CPU usage %",), "cpu_utilization_percent"),
        _C(("Memory usage %",), "memory_utilization_percent"),
        _C(("Vendor",), "manufacturer"),
        _C(("Model",), "model"),
        _C(("Serial number",), "serial_number"),
        _C(("Service tag",), "serial_number", preference=0.9),
        _C(("UUID",), "instance_uuid"),
        _C(("ESX Version",), "operating_system"),
        _VCENTER,
        *_EVERY_SHEET,
        *kept(
            "Config status", "Compliance Check State", "in Maintenance Mode", "in Quarantine Mode",
            "vSAN Fault Domain Name", "HT Available", "HT Active", "Cores per CPU", "Memory Tiering Type", "Console",
            "# HBAs", "# VMs total", "# VMs", "VMs per Core", "# vCPUs", "vCPUs per Core", "vRAM", "VM Used memory",
            "VM Memory Swapped", "VM Memory Ballooned", "VMotion support", "Storage VMotion support", "Current EVC",
            "Max EVC", "Assigned License(s)", "ATS Heartbeat", "ATS Locking", "Current CPU power man. policy",
            "Supported CPU power man.", "Host Power Policy", "Boot time", "DNS Servers", "DHCP", "Domain",
            "DNS Search Order", "NTP Server(s)", "NTPD running", "Time Zone", "Time Zone Name", "GMT Offset",
            "OEM specific string", "BIOS Vendor", "BIOS Version", "BIOS Date",
        ),
    ),
)  # fmt: skip

_DETAIL = "it details machines that vInfo lists once each; its rows need folding per machine"
_NO_MACHINE = "its rows are no machines"
_WRITTEN_AT = ("xlsx creation datetime",)
"""RVTools reads the vCenter and writes the file in one go; one row for each vCenter that was asked."""


def _sheet(
    name: str, grain: str, reason: str, required: tuple[str, ...] = (), columns: tuple[SourceColumn, ...] = ()
) -> SourceTable:
    """A sheet that is recognised, so that nobody maps it by accident, and brings nothing yet."""
    return SourceTable(
        name=name,
        grain=grain,
        names=(name.lower(), f"rvtools_tab{name.lower()}*", f"*tab{name.lower()}*"),
        required_columns=required,
        columns=columns,
        skip_rows=_SKIP if columns[: len(_PER_VM)] == _PER_VM else (),
        imported=False,
        reason=f"Sheet {name}: {reason}.",
    )


def _detail(name: str, grain: str, *columns: SourceColumn) -> SourceTable:
    """A sheet with rows for the machines of vInfo, told with the fields that folding them per machine would feed."""
    return _sheet(name, grain, _DETAIL, columns=(*_PER_VM, *columns))


_OF_MACHINES = (
    _detail(
        "vCPU",
        "the processors of one virtual machine",
        _C(("CPUs",), "cpu_cores"),
        _C(("Sockets",), "cpu_sockets"),
        *kept(
            "Cores p/s", "Max", "Overall", "Level", "Shares", "Reservation", "Entitlement", "DRS Entitlement", "Limit",
            "Hot Add", "Hot Remove", "Numa Hotadd Exposed",
        ),
    ),
    _detail(
        "vMemory",
        "the memory of one virtual machine",
        _C(("Size MiB", "Size MB"), "memory_gb", "unit:MiB"),
        *kept(
            "Memory Reservation Locked To Max", "Overhead", "Max", "Consumed", "Consumed Overhead", "Private", "Shared",
            "Swapped", "Ballooned", "Active", "Entitlement", "DRS Entitlement", "Level", "Shares", "Reservation",
            "Limit", "Hot Add",
        ),
    ),
    _detail(
        "vDisk",
        "one disk of a virtual machine",
        _C(("Capacity MiB", "Capacity MB"), "storage_gb", "unit:MiB"),
        _C(("Path", "Disk Path"), None),
        *kept(
            "Disk", "Disk Key", "Disk UUID", "Disk Mode", "Thin", "Controller", "Raw", "Raw LUN ID", "Raw Comp. Mode",
            "Sharing mode", "Shared Bus", "Eagerly Scrub", "Split", "Write Through", "Level", "Shares", "Reservation",
            "Limit", "Label", "SCSI Unit #", "Unit #",
        ),
    ),
    _detail(
        "vPartition",
        "one partition of a virtual machine",
        _C(("Capacity MiB", "Capacity MB"), "storage_gb", "unit:MiB"),
        _C(("Consumed MiB", "Consumed MB"), "storage_used_gb", "unit:MiB"),
        _C(("Free MiB", "Free MB"), "storage_free_gb", "unit:MiB"),
        *kept("Disk", "Disk Key", "Free %"),
    ),
    _detail(
        "vNetwork",
        "one network card of a virtual machine",
        _C(("Mac Address",), "mac_address"),
        _C(("IPv4 Address",), "ip_address"),
        _C(("IPv6 Address",), "ip_address"),
        *kept("Network", "NIC label", "Adapter", "Switch", "Connected", "Starts Connected", "Type", "Direct Path IO"),
    ),
    *(
        _detail(name, grain)
        for name, grain in (
            ("vTools", "the VMware Tools of one virtual machine"),
            ("vSnapshot", "one snapshot of a virtual machine"),
            ("vCD", "one CD drive of a virtual machine"),
            ("vUSB", "one USB device of a virtual machine"),
            ("vFloppy", "one floppy drive of a virtual machine"),
        )
    ),
)  # fmt: skip

_OF_THE_PLATFORM = (
    _sheet(
        "vDatastore",
        "one datastore",
        _NO_MACHINE,
        columns=(
            _C(("Name",), "asset_name"),
            _C(("Capacity MiB", "Capacity MB"), "storage_gb", "unit:MiB"),
            _C(("In Use MiB", "In Use MB"), "storage_used_gb", "unit:MiB"),
            _C(("Free MiB", "Free MB"), "storage_free_gb", "unit:MiB"),
            *kept("Type", "Hosts", "Address"),
            *_EVERY_SHEET,
        ),
    ),
    _sheet(
        "vCluster",
        "one cluster",
        _NO_MACHINE,
        columns=(
            _C(("Name", "Cluster"), "cluster"),
            *kept("DRS enabled", "HA enabled", "Config status"),
            *_EVERY_SHEET,
        ),
    ),
    *(
        _sheet(name, grain, _NO_MACHINE, columns=(*kept(*columns), *_EVERY_SHEET))
        for name, grain, columns in (
            ("vHBA", "one storage adapter of a host", ("Host", "Device", "Type", "Status", "Bus", "Driver", "Model")),
            ("vSwitch", "one virtual switch", ("Host", "Switch", "Port Group", "VLAN", "Ports", "Ports Available")),
            (
                "dvSwitch",
                "one distributed switch",
                ("Name", "Switch", "Port Group", "VLAN", "Ports", "Ports Available"),
            ),
            ("vPort", "one port group", ("Host", "Port Group", "Port", "Switch", "VLAN", "VM", "Network", "Status")),
            (
                "dvPort",
                "one distributed port group",
                ("Port", "Switch", "VLAN", "Type", "VM", "Network", "Port Group", "Status"),
            ),
            ("vNIC", "one network card of a host", ("Host", "Network Device", "Driver", "Speed", "MAC", "Switch")),
            ("vSC_VMK", "one kernel port of a host", ("Host", "Port Group", "Device", "Mac Address", "IP Address")),
            ("vRP", "one resource pool", ("Resource pool",)),
            ("vMultiPath", "one path to a disk of a host", ("Host", "Disk", "Datastore")),
            ("vLicense", "one licence", ("Name", "Key", "Labels", "Used", "Expiration Date")),
            ("vFileInfo", "one file of a datastore", ("File Name", "Path")),
            ("vHealth", "one warning of RVTools", ("Name", "Message", "Message type")),
            ("vSource", "the vCenter that was asked", ("Name", "OS type", "API type", "Version")),
        )
    ),
)

SOURCE = Source(
    id="rvtools",
    title="RVTools",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        _VINFO,
        _VHOST,
        *_OF_MACHINES,
        *_OF_THE_PLATFORM,
        _sheet(
            "vMetaData",
            "one vCenter, and when RVTools wrote down what it knows",
            "it says when the workbook was written",
            _WRITTEN_AT,
            columns=(_C(_WRITTEN_AT, None), *kept("RVTools major version", "RVTools version", "Server")),
        ),
    ),
    observed_in=(ObservationColumn("vMetaData", _WRITTEN_AT),),
    vendor_page="https://www.dell.com/en-us/shop/vmware/sl/rvtools",
    traps=(
        "MB became MiB between versions; both mean 2**20 bytes",
        "empty cells of several columns hold the literal text VM",
        "templates and SRM placeholders stand among the machines",
        "CPU and memory usage of vHost is that of the moment of the export",
    ),
)
