"""ServiceNow: exports of cmdb_ci and its classes, with column names or with labels, references as sys_id or by name."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB

_C = SourceColumn
_REF = "reference"

_EVERY_CI = (
    _C(("sys_id", "Sys ID"), "source_id"),
    _C(("name", "Name"), "asset_name"),
    _C(("sys_class_name", "Class", "Sys Class Name"), "asset_type", "else:other"),
    _C(("asset_tag", "Asset tag"), "asset_tag"),
    _C(("operational_status", "Operational status"), "operational_status"),
    _C(("install_status", "Status"), None),
    _C(("location", "Location"), "location", _REF),
    _C(("department", "Department"), "department", _REF),
    _C(("company", "Company"), None),
    _C(("owned_by", "Owned by"), "business_owner", _REF),
    _C(("managed_by", "Managed by"), "technical_owner", _REF),
    _C(("assigned_to", "Assigned to"), None),
    _C(("support_group", "Support group"), "support_group", _REF),
    _C(("cost", "Cost"), None),
    _C(("cost_cc", "Cost currency"), None),
    _C(("short_description", "Description", "Short description"), "description"),
    _C(("sys_created_on", "Created"), None),
    _C(("sys_updated_on", "Updated"), "last_seen"),
    _C(("discovery_source", "Discovery source"), None),
    _C(("correlation_id", "Correlation ID"), None),
    _C(("busines_criticality", "business_criticality", "Business criticality"), "business_criticality"),
    _C(("used_for", "Used for"), "environment", preference=0.95),
)

_HARDWARE = (
    _C(("serial_number", "Serial number"), "serial_number"),
    _C(("manufacturer", "Manufacturer"), "manufacturer", _REF),
    _C(("model_id", "Model ID", "Model"), "model", _REF),
    _C(("ip_address", "IP Address"), "ip_address"),
    _C(("mac_address", "MAC Address"), "mac_address"),
    _C(("fqdn", "Fully qualified domain name"), "fqdn"),
    _C(("dns_domain", "DNS Domain"), None),
    _C(("os", "Operating System"), "operating_system"),
    _C(("os_version", "OS Version"), "os_version"),
    _C(("os_service_pack", "OS Service Pack"), None),
    _C(("os_address_width", "OS Address Width (bits)"), "os_architecture"),
    _C(("cpu_count", "CPU count"), "cpu_sockets"),
    _C(("cpu_core_count", "CPU core count"), "cpu_cores", "times:cpu_sockets"),
    _C(("cpu_core_thread", "CPU core thread"), None),
    _C(("cpu_speed", "CPU speed (MHz)"), "cpu_speed_mhz", "unit:MHz"),
    _C(("cpu_name", "CPU name"), "cpu_model"),
    _C(("cpu_type", "CPU type"), "cpu_model", preference=0.9),
    _C(("ram", "RAM (MB)"), "memory_gb", "unit:MB"),
    _C(("disk_space", "Disk space (GB)"), "storage_gb", "unit:GB"),
    _C(("virtual", "IsVirtual", "Is Virtual"), None),
    _C(("object_id", "Object ID"), None),
    _C(("form_factor", "Form factor"), None),
    _C(("classification", "Classification"), "environment", preference=0.9),
    _C(("firewall_status", "Firewall status"), None),
)

SOURCE = Source(
    id="servicenow",
    title="ServiceNow",
    import_category="cmdb_export",
    rank=CMDB,
    tables=(
        SourceTable(
            name="cmdb_ci_server",
            grain="one server",
            names=("cmdb_ci_server*", "cmdb_ci_computer*", "cmdb_ci_win_server*", "cmdb_ci_linux_server*"),
            columns=(*_EVERY_CI, *_HARDWARE),
            required_columns=("name",),
            fingerprint=(
                "sys_id", "sys_class_name", "cpu_core_count", "cpu_core_thread", "os_address_width", "disk_space",
                "install_status", "sys_updated_on", "support_group", "os_service_pack", "firewall_status",
            ),
            record_key=(("sys_id",),),
            defaults={"asset_type": "server"},
        ),
        SourceTable(
            name="cmdb_ci_appl",
            grain="one application or service",
            names=("cmdb_ci_appl*", "cmdb_ci_service*", "cmdb_ci_business_app*"),
            columns=(*_EVERY_CI, _C(("version", "Version"), None)),
            required_columns=("name",),
            fingerprint=("sys_id", "sys_class_name", "busines_criticality", "used_for", "sys_updated_on",
                         "install_status"),
            record_key=(("sys_id",),),
            defaults={"asset_type": "application"},
        ),
        SourceTable(
            name="cmdb_ci",
            grain="one configuration item",
            names=("cmdb_ci", "cmdb_ci.*", "cmdb_ci_*", "cmdb"),
            columns=(*_EVERY_CI, *_HARDWARE),
            required_columns=("name", "sys_class_name"),
            fingerprint=("sys_id", "install_status", "sys_updated_on", "support_group", "owned_by", "managed_by"),
            record_key=(("sys_id",),),
        ),
        SourceTable(
            name="cmdb_rel_ci",
            grain="one relationship between two configuration items",
            names=("cmdb_rel_ci*",),
            columns=(
                _C(("parent", "Parent"), None),
                _C(("child", "Child"), None),
                _C(("type", "Type"), None),
                _C(("sys_id", "Sys ID"), None),
            ),
            required_columns=("parent", "child", "type"),
            fingerprint=("parent.sys_class_name", "child.sys_class_name"),
            imported=False,
            reason="Its rows relate configuration items; they describe no asset.",
        ),
    ),
    vendor_page="https://www.servicenow.com/docs/",
    traps=(
        "references come as sys_id or as display value; a sys_id is no name and is left empty",
        "cpu_core_count is per CPU and is multiplied by cpu_count",
        "addresses are kept outside cmdb_ci_server by design: an export without them is whole",
    ),
)  # fmt: skip
