"""ServiceNow: exports of cmdb_ci and its classes, with column names or with labels, references as sys_id or by name.

Columns as in ServiceNow's pages on the classes and in device42/servicenow_device42_mapping. The Table API writes a
reference as `location.value` (a sys_id) and `location.display_value`, and with `sysparm_display_value=all` any column.

A label that every list has (`Class`, `Status`, `Updated`) is declared beside its column and not with it, so that it
tells nothing of the source; `Support group` and the like are no fingerprint for the same reason.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn
_REFERENCE = "reference"
_LABEL_ONLY = 0.95


def _column(
    name: str, *labels: str, target: str | None = None, transformation: str | None = None, preference: float = 1.0
) -> tuple[SourceColumn, ...]:
    """A column as exports and the Table API write it; what the API gives beside its display value is kept."""
    return (
        SourceColumn((name, *labels, f"{name}.display_value"), target, transformation, preference),
        *kept(f"{name}.value", f"{name}.link"),
    )


def _reference(name: str, *labels: str, target: str | None = None) -> tuple[SourceColumn, ...]:
    return _column(name, *labels, target=target, transformation=_REFERENCE if target else None)


_EVERY_CI = (
    _C(("sys_id", "Sys ID", "sys_id.value", "sys_id.display_value"), "source_id"),
    *_column("name", "Name", target="asset_name"),
    _C(
        ("sys_class_name", "Sys Class Name", "sys_class_name.value", "sys_class_name.display_value"),
        "asset_type",
        "else:other",
    ),
    _C(("Class",), "asset_type", "else:other", preference=_LABEL_ONLY),
    *_column("asset_tag", "Asset tag", target="asset_tag"),
    *_column("operational_status", "Operational status", target="operational_status"),
    *_reference("location", "Location", target="location"),
    *_reference("department", "Department", target="department"),
    *_reference("owned_by", "Owned by", target="business_owner"),
    *_reference("managed_by", "Managed by", target="technical_owner"),
    *_reference("support_group", "Support group", target="support_group"),
    *_column("short_description", "Description", "Short description", target="description"),
    *_column("sys_updated_on", target="last_seen"),
    _C(("Updated",), "last_seen", preference=_LABEL_ONLY),
    *_column("busines_criticality", target="business_criticality"),
    _C(("business_criticality", "Business criticality"), "business_criticality", preference=_LABEL_ONLY),
    *_column("used_for", "Used for", target="environment", preference=0.95),
    *_reference("company", "Company"),
    *_reference("assigned_to", "Assigned to"),
    *_column("install_status"),
    *_column("discovery_source", "Discovery source"),
    *_column("correlation_id", "Correlation ID"),
    *_column("cost", "Cost"),
    *_column("cost_cc", "Cost currency"),
    *_column("sys_created_on"),
    *_column("sys_mod_count", "Updates"),
    *kept("Status", "Created"),
)

_HARDWARE = (
    *_column("serial_number", "Serial number", target="serial_number"),
    *_reference("manufacturer", "Manufacturer", target="manufacturer"),
    *_reference("model_id", "Model ID", "Model", target="model"),
    *_column("ip_address", "IP Address", target="ip_address"),
    *_column("mac_address", "MAC Address", target="mac_address"),
    *_column("fqdn", "Fully qualified domain name", target="fqdn"),
    *_column("os", "Operating System", target="operating_system"),
    *_column("os_version", "OS Version", target="os_version"),
    *_column("os_address_width", "OS Address Width (bits)", target="os_architecture"),
    *_column("cpu_count", "CPU count", target="cpu_sockets"),
    *_column("cpu_core_count", "CPU core count", target="cpu_cores", transformation="times:cpu_sockets"),
    *_column("cpu_speed", "CPU speed (MHz)", target="cpu_speed_mhz", transformation="unit:MHz"),
    *_column("cpu_name", "CPU name", target="cpu_model"),
    *_column("cpu_type", "CPU type", target="cpu_model", preference=0.9),
    *_column("ram", "RAM (MB)", target="memory_gb", transformation="unit:MB"),
    *_column("disk_space", "Disk space (GB)", target="storage_gb", transformation="unit:GB"),
    *_column("classification", "Classification", target="environment", preference=0.9),
    *_column("cpu_core_thread", "CPU core thread"),
    *_column("dns_domain", "DNS Domain"),
    *_column("os_service_pack", "OS Service Pack"),
    _C(("virtual", "IsVirtual", "Is Virtual", "virtual.display_value"), None),
    *_column("object_id", "Object ID"),
    *_column("form_factor", "Form factor"),
    *_column("firewall_status", "Firewall status"),
    *kept("virtual.value"),
)

_RELATION_ENDS = (
    _C(("parent.display_value", "parent", "Parent"), "source_app"),
    _C(("parent.value",), "source_app", preference=0.9),
    _C(("child.display_value", "child", "Child"), "target_app"),
    _C(("child.value",), "target_app", preference=0.9),
    _C(("type.display_value", "type", "Type"), "dependency_type", "else:other"),
)


def _relations(name: str, required: tuple[str, ...]) -> SourceTable:
    return SourceTable(
        name=name,
        grain="one relationship between two configuration items",
        names=("cmdb_rel_ci*",),
        columns=(
            *_RELATION_ENDS,
            *kept(
                "sys_id", "parent.sys_class_name", "child.sys_class_name", "parent.link", "child.link", "type.value",
                "type.link", "connection_strength", "percent_outage", "sys_created_on", "sys_updated_on",
            ),
        ),
        required_columns=required,
        # Any tree has a parent, a child and a type: alone they tell only where there is nothing else.
        fingerprint=(
            required[0], "sys_id", "parent.sys_class_name", "child.sys_class_name", "parent.link",
            "connection_strength",
        ),
        record_key=(("sys_id",),),
        import_category="app_discovery",
    )  # fmt: skip


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
                "sys_id", "sys_class_name", "cpu_core_count", "cpu_core_thread", "os_address_width",
                "os_service_pack", "firewall_status", "install_status", "sys_updated_on",
            ),
            record_key=(("sys_id",),),
            defaults={"asset_type": "server"},
        ),
        SourceTable(
            name="cmdb_ci_appl",
            grain="one application or service",
            names=("cmdb_ci_appl*", "cmdb_ci_service*", "cmdb_ci_business_app*"),
            columns=(*_EVERY_CI, *_column("version", "Version")),
            required_columns=("name",),
            fingerprint=("sys_id", "sys_class_name", "busines_criticality", "used_for", "sys_updated_on"),
            record_key=(("sys_id",),),
            defaults={"asset_type": "application"},
        ),
        SourceTable(
            name="cmdb_ci",
            grain="one configuration item",
            names=("cmdb_ci", "cmdb_ci.*", "cmdb_ci_*", "cmdb"),
            columns=(*_EVERY_CI, *_HARDWARE),
            required_columns=("name", "sys_class_name"),
            fingerprint=(
                "sys_id", "sys_class_name", "install_status", "sys_updated_on", "discovery_source", "correlation_id",
            ),
            record_key=(("sys_id",),),
        ),
        _relations("cmdb_rel_ci", ("parent", "child", "type")),
        # As the Table API gives it when it is not asked for display values.
        _relations("cmdb_rel_ci by sys_id", ("parent.value", "child.value")),
    ),
    vendor_page="https://www.servicenow.com/docs/",
    traps=(
        "references come as sys_id or as display value; a sys_id is no name and is left empty",
        "cpu_core_count is per CPU and is multiplied by cpu_count",
        "addresses are kept outside cmdb_ci_server by design: an export without them is whole",
        "of a relationship the parent depends on the child: Depends on::Used by says first what the parent does",
        "busines_criticality is spelled so by ServiceNow",
    ),
)  # fmt: skip
