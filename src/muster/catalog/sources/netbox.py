"""NetBox: its lists of devices and virtual machines, as exported to CSV or given by its REST API.

Column titles as netbox-community/netbox declares them in `dcim/tables/devices.py` and
`virtualization/tables/virtualmachines.py` (an export writes them as they stand there), names of the API as in its
documentation (https://netboxlabs.com/docs/netbox/) and in its bulk import.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn

_ANY = (
    _C(("Name", "name"), "asset_name"),
    _C(("Status", "status", "status.value"), "operational_status"),
    _C(("Site", "site.name"), "location"),
    _C(("Platform", "platform.name"), "operating_system"),
    _C(("IP Address", "primary_ip", "primary_ip.address"), "ip_address"),
    _C(("IPv4 Address", "primary_ip4", "primary_ip4.address"), "ip_address"),
    _C(("IPv6 Address", "primary_ip6", "primary_ip6.address"), "ip_address"),
    _C(("Cluster", "cluster.name"), "cluster"),
    _C(("Description",), "description"),
    _C(("Comments",), "description", preference=0.9),
    _C(("Tags", "tags"), "tags", "list:,"),
    # Devices and virtual machines are counted each for themselves, so that an id alone names no record.
    *kept("ID", "url", "display", "display_url"),
    *kept("Created", "Last updated", "Contacts", "Tenant Group", "Config Template", "Role", "role.name"),
    # A customer or a department, as the installation has it.
    *kept("status.label", "Tenant", "tenant.name"),
)

_OF_DEVICES = (
    *_ANY,
    _C(("device_type", "device_type.model"), "model"),
    _C(("Type",), "model", preference=0.95),
    _C(("Manufacturer", "device_type.manufacturer.name"), "manufacturer"),
    _C(("Serial number", "serial"), "serial_number"),
    _C(("Asset tag",), "asset_tag"),
    _C(("Rack", "rack.name"), "rack_location"),
    _C(("Location", "location.name"), "location", preference=0.8),
    # The address of the management board, which other lists count as a machine of its own.
    *kept("OOB IP", "oob_ip.address"),
    *kept(
        "device_role", "device_role.name", "Region", "Site Group", "Position", "Position (U)", "Rack Face", "Face",
        "face.value", "Airflow", "Latitude", "Longitude", "Virtual Chassis", "VC Position", "VC Priority",
        "Parent Device", "Position (Device Bay)", "Console ports", "Console server ports", "Power ports",
        "Power outlets", "Interfaces", "Front ports", "Rear ports", "Device bays", "Module bays", "Inventory items",
    ),
)  # fmt: skip

_DEVICES = SourceTable(
    name="devices",
    grain="one device",
    names=("netbox_devices*", "netbox devices*"),
    required_columns=("Name",),
    fingerprint=(
        "device_type", "device_role", "Virtual Chassis", "VC Position", "VC Priority", "Rack Face", "OOB IP",
        "Site Group", "Position (Device Bay)", "Console server ports", "Power outlets", "Parent Device",
    ),
    record_key=(("url",),),
    columns=_OF_DEVICES,
)  # fmt: skip

_SHOWN_DEVICES = SourceTable(
    name="devices as shown",
    grain="one device",
    # What NetBox shows of devices when nobody chose columns: no title of it is NetBox's alone, all together are.
    required_columns=("Name", "Status", "Tenant", "Site", "Rack", "Role", "Type"),
    fingerprint=("Tenant", "Site", "Rack", "Role"),
    record_key=(("url",),),
    columns=_OF_DEVICES,
)

_OF_VIRTUAL_MACHINES = (
    *_ANY,
    _C(("Device", "device.name"), "hypervisor_host"),
    _C(("VCPUs", "vcpus"), "cpu_cores"),
    _C(("Memory (MB)", "memory"), "memory_gb", "unit:MB"),
    _C(("Disk Size (GB)", "Disk (GB)"), "storage_gb", "unit:GB"),
    # GB before version 4.1, MB since: their size decides.
    _C(("disk", "Disk"), "storage_gb", preference=0.9),
    _C(("Serial number", "serial"), "serial_number"),
    *kept(
        "Interfaces", "Virtual Disks", "interface_count", "virtual_disk_count", "Start on boot", "local_context_data"
    ),
)

_VIRTUAL_MACHINES = SourceTable(
    name="virtual machines",
    grain="one virtual machine",
    names=("netbox_virtual_machines*", "netbox virtual machines*"),
    required_columns=("Name", "VCPUs"),
    fingerprint=(
        "Virtual Disks",
        "virtual_disk_count",
        "local_context_data",
        "status.label",
        "display_url",
        "Start on boot",
    ),
    record_key=(("url",),),
    defaults={"asset_type": "virtual_machine"},
    columns=_OF_VIRTUAL_MACHINES,
)

_SHOWN_VIRTUAL_MACHINES = SourceTable(
    name="virtual machines as shown",
    grain="one virtual machine",
    required_columns=("Name", "Status", "Site", "Cluster", "Role", "Tenant", "VCPUs"),
    fingerprint=("VCPUs", "Tenant", "Cluster", "Role"),
    record_key=(("url",),),
    defaults={"asset_type": "virtual_machine"},
    columns=_OF_VIRTUAL_MACHINES,
)

SOURCE = Source(
    id="netbox",
    title="NetBox",
    import_category="cmdb_export",
    rank=CMDB,
    tables=(_DEVICES, _SHOWN_DEVICES, _VIRTUAL_MACHINES, _SHOWN_VIRTUAL_MACHINES),
    vendor_page="https://netboxlabs.com/docs/netbox/",
    traps=(
        "ids of devices and of virtual machines overlap",
        "addresses carry the length of their prefix",
        "the disk of a virtual machine is in GB before version 4.1 and in MB since",
        "an empty cell of an export may hold a long dash",
    ),
)
