"""GLPI and FusionInventory: what an agent found on a computer or over the network, as JSON or in the older XML.

Columns as in glpi-project/inventory_format (inventory.schema.json) and its examples. In JSON they stand under
`content`; in XML in capitals under REQUEST/CONTENT, of which the reader keeps the sections' names but that of the
section that describes the device itself.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn


def _inside(
    path: str, target: str | None = None, transformation: str | None = None, preference: float = 1.0
) -> SourceColumn:
    """A column below `content`, with or without that in front."""
    return SourceColumn((f"content.{path}", path), target, transformation, preference)


def _own(section: str, name: str, target: str | None = None, transformation: str | None = None) -> SourceColumn:
    """A column of the section that describes the device, whose name the XML reader leaves out."""
    return SourceColumn((f"content.{section}.{name}", f"{section}.{name}", name), target, transformation)


_AGENT = kept("action", "query", "versionclient", "content.versionclient", "partial", "jobid", "tag")

_COMPUTERS = SourceTable(
    name="computer",
    grain="one computer",
    required_columns=("hardware.name",),
    fingerprint=(
        "content.versionclient", "bios.ssn", "bios.smodel", "bios.smanufacturer", "bios.msn", "hardware.vmsystem",
        "operatingsystem.full_name",
    ),
    record_key=(("deviceid",),),
    blank_words=dict.fromkeys(("content.hardware.vmsystem", "hardware.vmsystem", "VMSYSTEM"), ("Physical",)),
    columns=(
        _C(("deviceid",), "source_id"),
        _C(("itemtype",), "asset_type", "else:other"),
        _C(("content.hardware.name", "hardware.name", "name"), "asset_name"),
        _own("hardware", "uuid", "instance_uuid"),
        _own("hardware", "memory", "memory_gb", "unit:MB"),
        _own("hardware", "vmsystem", "virtualization_platform"),
        _own("hardware", "defaultgateway", "gateway"),
        _own("hardware", "description", "description"),
        _inside("bios.ssn", "serial_number"),
        _inside("bios.assettag", "asset_tag"),
        _inside("bios.smanufacturer", "manufacturer"),
        _inside("bios.smodel", "model"),
        _inside("operatingsystem.full_name", "operating_system"),
        _inside("operatingsystem.name", "operating_system", preference=0.9),
        _inside("operatingsystem.version", "os_version"),
        _inside("operatingsystem.arch", "os_architecture"),
        _inside("operatingsystem.fqdn", "fqdn"),
        _inside("networks.ipaddress", "ip_address"),
        _inside("networks.mac", "mac_address"),
        _inside("cpus.core", "cpu_cores"),
        _inside("cpus.name", "cpu_model"),
        *(
            _inside(path)
            for path in (
                "bios.bdate", "bios.bmanufacturer", "bios.bversion", "bios.mmanufacturer", "bios.mmodel", "bios.msn",
                "bios.skunumber", "cpus.thread", "softwares", "drives", "operatingsystem.boot_time",
                "operatingsystem.kernel_version", "operatingsystem.service_pack", "virtualmachines",
            )
        ),
        *(
            _own("hardware", name)
            for name in (
                "chassis_type", "datelastloggeduser", "dns", "lastloggeduser", "swap", "workgroup", "vmhostserial",
                "checksum", "etime",
            )
        ),
        *_AGENT,
    ),
)  # fmt: skip

_DEVICES = SourceTable(
    name="network_device",
    grain="one device found over the network",
    required_columns=("network_device.type",),
    fingerprint=(
        "content.versionclient", "content.network_device.credentials", "content.network_device.firmware",
        "content.network_device.uptime", "MODULEVERSION", "PROCESSNUMBER", "SNMPHOSTNAME", "AUTHSNMP", "DEVICEID",
        "IPS.IP", "PAGECOUNTERS.TOTAL",
    ),
    columns=(
        _C(("content.network_device.type", "network_device.type", "type"), "asset_type", "else:network_device"),
        _own("network_device", "name", "asset_name"),
        _C(("SNMPHOSTNAME",), "asset_name", preference=0.9),
        _C(("content.network_device.ips", "network_device.ips", "IPS.IP"), "ip_address"),
        _C(("IP",), "ip_address"),
        _own("network_device", "mac", "mac_address"),
        _own("network_device", "serial", "serial_number"),
        _own("network_device", "assettag", "asset_tag"),
        _own("network_device", "manufacturer", "manufacturer"),
        _own("network_device", "model", "model"),
        _own("network_device", "location", "location"),
        _own("network_device", "contact", "technical_owner"),
        _own("network_device", "ram", "memory_gb", "unit:MB"),
        _own("network_device", "comments", "description"),
        _own("network_device", "description", "description"),
        *(
            column
            for name in ("firmware", "uptime", "credentials", "cpu", "memory", "id", "authsnmp", "entity")
            for column in kept(f"content.network_device.{name}", name)
        ),
        # The agent that asked, not the device that answered.
        *kept("DEVICEID", "MODULEVERSION", "PROCESSNUMBER", "DNSHOSTNAME", "IP (2)", "itemtype"),
        *kept("PAGECOUNTERS.TOTAL", "content.pagecounters.total", "content.pagecounters.rectoverso"),
        *_AGENT,
    ),
)  # fmt: skip

_GUESTS = SourceTable(
    name="virtualmachines",
    grain="one virtual machine of a computer",
    names=("content.virtualmachines", "virtualmachines"),
    required_columns=("name", "vmtype"),
    fingerprint=("vmtype", "subsystem", "vcpu"),
    record_key=(("uuid",), ("name",)),
    # Containers that are made anew at every start, by an id that is no UUID.
    skip_rows=(("vmtype", "docker"), ("vmtype", "podman")),
    defaults={"asset_type": "virtual_machine"},
    beside_others=True,
    columns=(
        _C(("name", "virtualmachines.name"), "asset_name"),
        _C(("uuid", "virtualmachines.uuid"), "instance_uuid"),
        _C(("status",), "power_state", "else:unknown"),
        _C(("vmtype",), "virtualization_platform"),
        _C(("vcpu",), "cpu_cores"),
        _C(("memory",), "memory_gb", "unit:MB"),
        _C(("mac",), "mac_address"),
        _C(("ip",), "ip_address"),
        _C(("serial",), "serial_number"),
        *kept("Parent row", "image", "subsystem", "owner", "comment", "operatingsystem"),
    ),
)

_DETAIL = "it details the computer or device of its file; its rows need folding per machine"


def _detail(name: str, grain: str, *columns: SourceColumn, paths: tuple[str, ...] = ()) -> SourceTable:
    """A table of a file's parts; recognised beside the table of the machine only, for its columns are anybody's."""
    return SourceTable(
        name=name,
        grain=grain,
        names=tuple(
            found for path in (name, *paths) for found in (path, f"content.{path}", f"{path}.*", f"content.{path}.*")
        ),
        columns=(*columns, *kept("Parent row")),
        imported=False,
        reason=f"Table {name}: {_DETAIL}.",
        beside_others=True,
    )


SOURCE = Source(
    id="glpi",
    title="GLPI / FusionInventory",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        _COMPUTERS,
        _DEVICES,
        SourceTable(
            name="answer",
            grain="one answer of an agent",
            required_columns=("MODULEVERSION", "PROCESSNUMBER", "DEVICEID"),
            fingerprint=("MODULEVERSION", "PROCESSNUMBER"),
            columns=kept("MODULEVERSION", "PROCESSNUMBER", "DEVICEID", "QUERY"),
            imported=False,
            reason="The answer of the agent names no device: what it lists belongs to none.",
        ),
        _GUESTS,
        _detail(
            "networks",
            "one network interface of a computer",
            _C(("ipaddress",), "ip_address"),
            _C(("ipaddress6",), "ip_address"),
            _C(("mac", "macaddr"), "mac_address"),
            _C(("ipmask",), "subnet_mask"),
            _C(("ipgateway",), "gateway"),
            *kept("description", "ipsubnet", "ipdhcp", "status", "type", "speed", "virtualdev"),
        ),
        _detail(
            "cpus",
            "one processor of a computer",
            _C(("core", "corecount"), "cpu_cores"),
            _C(("name",), "cpu_model"),
            _C(("speed",), "cpu_speed_mhz", "unit:MHz"),
            *kept("thread", "manufacturer", "arch", "stepping", "familynumber", "model", "serial", "id"),
        ),
        _detail("memories", "one memory module of a computer", _C(("capacity",), "memory_gb", "unit:MB")),
        _detail(
            "drives",
            "one volume of a computer",
            _C(("total",), "storage_gb", "unit:MB"),
            _C(("free",), "storage_free_gb", "unit:MB"),
            *kept("filesystem", "label", "letter", "type", "volumn", "serial"),
        ),
        _detail("storages", "one disk of a computer", _C(("disksize",), "storage_gb", "unit:MB")),
        _detail("softwares", "one piece of software of a computer", *kept("name", "version", "publisher", "arch")),
        _detail(
            "databases_services",
            "one database service of a computer",
            _C(("type",), "database_type"),
            _C(("version",), "database_version"),
            *kept("name", "port", "is_active", "is_onbackup", "last_backup_date", "manufacturer", "size"),
        ),
        _detail("network_ports", "one port of a device", paths=("ports.port",)),
        _detail("network_components", "one part of a device", paths=("components.component",)),
        # Stands beside an answer that names no device, too.
        SourceTable(
            name="firmwares",
            grain="one firmware of a device",
            names=("firmwares", "content.firmwares"),
            required_columns=("description", "manufacturer", "name", "type", "version"),
            columns=kept("Parent row", "description", "manufacturer", "name", "type", "version", "date"),
            imported=False,
            reason=f"Table firmwares: {_DETAIL}.",
        ),
        _detail("cartridges", "one cartridge of a printer"),
        _detail("modems", "one modem of a device"),
        _detail("simcards", "one SIM card of a device"),
    ),
    vendor_page="https://github.com/glpi-project/inventory_format",
    traps=(
        "uuid is the SMBIOS UUID as the system reports it, in another order of bytes than the hypervisor's",
        "one file is one computer; its lists stand in tables beside it",
        "a partial inventory holds a part of the lists only: what is missing is not gone",
        "in the XML of a network discovery DEVICEID is the agent that asked, not the device",
    ),
)
