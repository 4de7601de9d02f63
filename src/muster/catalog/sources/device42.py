"""Device42: its list of devices as the API gives it or as its CSV import takes it, and the lists around it.

Columns as seen in the answers that nautobot-app-ssot keeps for its tests and in Device42's own mapping to ServiceNow.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn

_DEVICES = SourceTable(
    name="devices",
    grain="one device",
    required_columns=("name", "serial_no"),
    fingerprint=(
        "cpucount", "cpucore", "cpupower", "osver", "hddsize", "asset_no", "hw_model",
        "is_it_blade_host", "is_it_virtual_host", "device_sub_type", "ucs_manager",
    ),
    record_key=(("device_id",), ("id",)),
    # A switch says yes here; a device that says no is what its type says.
    blank_words={"is_it_switch": ("no", "No", "false", "False"), "type": ("unknown",)},
    columns=(
        _C(("device_id",), "source_id"),
        _C(("id",), "source_id", preference=0.9),
        _C(("name",), "asset_name"),
        _C(("is_it_switch",), "asset_type", "else:network_device"),
        _C(("type",), "asset_type", "else:other", preference=0.9),
        _C(("serial_no",), "serial_number"),
        _C(("asset_no",), "asset_tag"),
        _C(("uuid",), "instance_uuid"),
        _C(("macaddress",), "mac_address"),
        _C(("manufacturer",), "manufacturer"),
        _C(("hw_model",), "model"),
        _C(("hardware",), "model", preference=0.95),
        _C(("os",), "operating_system"),
        _C(("osver",), "os_version"),
        _C(("virtual_host_name",), "hypervisor_host"),
        _C(("cpucount",), "cpu_sockets"),
        _C(("cpucore",), "cpu_cores", "times:cpu_sockets"),
        _C(("cpupower",), "cpu_speed_mhz", "unit:MHz"),
        # MHz or GHz, MB or GB, as the installation has it: their size decides.
        _C(("cpuspeed",), "cpu_speed_mhz", preference=0.9),
        _C(("memory",), "memory_gb"),
        _C(("ram",), "memory_gb", preference=0.9),
        _C(("hddsize",), "storage_gb", "unit:GB"),
        _C(("hddcount",), "disk_count"),
        _C(("service_level",), "environment"),
        _C(("building",), "location"),
        _C(("rack",), "rack_location"),
        _C(("notes",), "description"),
        _C(("tags",), "tags", "list:; list:,"),
        *kept(
            "category", "corethread", "customer", "customer_id", "device_sub_type", "hddraid", "hddraid_type",
            "hdd_details", "hw_depth", "hw_model_id", "hw_size", "in_service", "is_it_blade_host",
            "is_it_virtual_host", "last_updated", "orientation", "rack_id", "room", "row", "start_at", "ucs_manager",
            "where", "xpos",
        ),
    ),
)  # fmt: skip

_DETAIL = "it details devices that the list of devices holds once each; its rows need folding per device"
_NO_DEVICE = "its rows are no devices"


def _other(name: str, grain: str, reason: str, told_by: tuple[str, ...], *columns: SourceColumn) -> SourceTable:
    """A list that is recognised by the columns `told_by`, so that nobody maps it by accident, and brings nothing."""
    return SourceTable(
        name=name,
        grain=grain,
        required_columns=told_by,
        fingerprint=told_by,
        columns=columns,
        imported=False,
        reason=f"Table {name}: {reason}.",
    )


SOURCE = Source(
    id="device42",
    title="Device42",
    import_category="cmdb_export",
    rank=CMDB,
    tables=(
        _DEVICES,
        _other(
            "ip_addresses",
            "one address of a device",
            _DETAIL,
            ("subnet", "subnet_id", "ip"),
            _C(("ip",), "ip_address"),
            _C(("macaddress",), "mac_address"),
            *kept("subnet", "subnet_id", "label", "type"),
        ),
        _other(
            "mac_addresses",
            "one network card of a device",
            _DETAIL,
            ("mac", "port_name", "vlan"),
            _C(("mac",), "mac_address"),
            _C(("vlan",), "vlan"),
            *kept("port_name", "port"),
        ),
        SourceTable(
            name="custom_fields",
            grain="one field of its own of a device",
            names=("custom_fields",),
            required_columns=("key", "value"),
            columns=kept("key", "value", "notes"),
            imported=False,
            reason=f"Table custom_fields: {_DETAIL}.",
            beside_others=True,
        ),
        _other("racks", "one rack", _NO_DEVICE, ("rack_id", "numbering_start_from_bottom")),
        _other("rooms", "one room", _NO_DEVICE, ("room_id", "reverse_xaxis")),
        _other("buildings", "one building", _NO_DEVICE, ("building_pk", "contact_phone", "address")),
        _other("vendors", "one vendor", _NO_DEVICE, ("vendor_id", "escalation_1", "home_page")),
    ),
    vendor_page="https://api.device42.com/",
    traps=(
        "cpucore is per CPU and is multiplied by cpucount",
        "the unit of memory and of cpuspeed differs between installations",
        "a switch has type physical as a server has: is_it_switch tells them apart",
    ),
)
