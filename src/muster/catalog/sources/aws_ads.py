"""AWS Application Discovery Service: what its agents report, table by table, as queried in Athena or exported.

Columns as in AWS's predefined queries and in public schemas of the agents' exports, which name the same tables
`osInfo`, `networkInterface`, `systemPerformance`, `sourceProcessConnection`, `destinationProcessConnection`, `process`.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

_C = SourceColumn
_ACCOUNT = _C(("account_number",), None)

_OS_INFO = SourceTable(
    name="os_info_agent",
    grain="one machine with an agent",
    names=("os_info*", "*_osinfo", "osinfo*"),
    required_columns=("agent_id", "host_name", "os_name"),
    fingerprint=("agent_id", "host_name", "os_name", "os_version"),
    record_key=(("agent_id",),),
    defaults={"asset_type": "server"},
    columns=(
        _C(("agent_id",), "source_id"),
        _C(("host_name",), "hostname"),
        _C(("os_name",), "operating_system"),
        _C(("os_version",), "os_version"),
        _C(("hypervisor",), "virtualization_platform"),
        _C(("timestamp",), "last_seen"),
        _C(("cpu_type",), None),
        _ACCOUNT,
    ),
)

_NETWORK_INTERFACE = SourceTable(
    name="network_interface_agent",
    grain="one address of a machine with an agent",
    names=("network_interface*", "*_networkinterface", "networkinterface*"),
    required_columns=("agent_id", "ip_address"),
    fingerprint=("agent_id", "net_mask", "mac_address", "family"),
    # The agent's number is the key of the machine; the address tells its rows apart.
    record_key=(("agent_id", "ip_address"), ("agent_id", "mac_address")),
    columns=(
        _C(("agent_id",), "source_id"),
        _C(("ip_address",), "ip_address"),
        _C(("mac_address",), "mac_address"),
        # Of one card, not of the machine.
        _C(("name",), None),
        _C(("family",), None),
        _C(("gateway",), None),
        _C(("net_mask",), None),
        _C(("timestamp",), None),
        _ACCOUNT,
    ),
)

_PERFORMANCE = SourceTable(
    name="sys_performance_agent",
    grain="one sample of a machine with an agent",
    import_category="infrastructure",
    names=("sys_performance*", "system_performance*", "*_systemperformance", "systemperformance*"),
    required_columns=("agent_id", "total_cpu_usage_pct"),
    fingerprint=(
        "agent_id",
        "total_num_cores",
        "total_num_cpus",
        "total_cpu_usage_pct",
        "total_disk_free_size_in_gb",
        "total_network_bytes_read_per_sec_in_kbps",
    ),
    record_key=(("agent_id", "timestamp"),),
    columns=(
        _C(("agent_id",), "source_id"),
        _C(("total_num_cores",), "cpu_cores"),
        _C(("total_num_cpus",), "cpu_sockets"),
        _C(("total_cpu_usage_pct",), "cpu_utilization_percent"),
        _C(("total_disk_size_in_gb",), "storage_gb", "unit:GB"),
        _C(("total_disk_free_size_in_gb",), "storage_free_gb", "unit:GB"),
        _C(("total_ram_in_mb",), "memory_gb", "unit:MB"),
        _C(("total_num_disks",), "disk_count"),
        _C(("total_num_network_cards",), "nic_count"),
        _C(("timestamp",), "sampled_at"),
        # Free memory is no share, and reads and writes are parts of a total that no column gives.
        _C(("free_ram_in_mb", "total_free_ram_in_mb"), None),
        _C(("total_num_logical_processors",), None),
        *(
            _C(spellings, None)
            for spellings in (
                ("total_disk_read_ops_per_sec", "total_disk_read_ops_per_sec_in_kbps"),
                ("total_disk_write_ops_per_sec", "total_disk_write_ops_per_sec_in_kbps"),
                ("total_disk_bytes_read_per_sec_in_kbps",),
                ("total_disk_bytes_written_per_sec_in_kbps",),
                ("total_network_bytes_read_per_sec_in_kbps",),
                ("total_network_bytes_written_per_sec_in_kbps",),
            )
        ),
        _ACCOUNT,
    ),
    imported=False,
    reason="Its rows are samples of fifteen minutes, of machines that are named by the number of their agent only; "
    "they need folding per machine.",
)

_CONNECTIONS = SourceTable(
    name="connection_agent",
    grain="one connection that an agent saw, from or to its machine",
    import_category="app_discovery",
    names=("inbound_connection*", "outbound_connection*", "*process_connection*", "*processconnection*"),
    required_columns=("source_ip", "destination_ip", "destination_port", "agent_id"),
    fingerprint=("agent_id", "agent_assigned_process_id", "transport_protocol", "ip_version"),
    columns=(
        _C(("source_ip",), "source_ip"),
        _C(("destination_ip",), "target_ip"),
        _C(("destination_port",), "port"),
        _C(("transport_protocol",), "protocol"),
        _C(("agent_id",), None),
        _C(("agent_assigned_process_id",), None),
        _C(("source_port",), None),
        _C(("ip_version",), None),
        _C(("agent_creation_date",), None),
        _ACCOUNT,
    ),
)

_PROCESSES = SourceTable(
    name="processes_agent",
    grain="one process on a machine with an agent",
    import_category="app_discovery",
    names=("processes_agent*", "*_process", "process"),
    required_columns=("agent_id", "agent_assigned_process_id"),
    fingerprint=("agent_id", "agent_assigned_process_id"),
    columns=(
        _C(("agent_id",), None),
        _C(("agent_assigned_process_id",), None),
        _C(("name",), None),
        _C(("path",), None),
        _C(("cmd_line",), None),
        _C(("is_system",), None),
        _C(("agent_provided_timestamp",), None),
        _ACCOUNT,
    ),
    imported=False,
    reason="Its rows name processes by numbers that the tables of connections refer to; alone they connect nothing.",
)

SOURCE = Source(
    id="aws_ads",
    title="AWS Application Discovery Service",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(_OS_INFO, _NETWORK_INTERFACE, _PERFORMANCE, _CONNECTIONS, _PROCESSES),
    vendor_page="https://docs.aws.amazon.com/application-discovery/latest/userguide/predefined-queries.html",
    traps=(
        "machines are known by the number of their agent; addresses and samples stand in tables of their own",
        "columns that end in _in_kbps hold kilobytes a second",
        "inbound and outbound connections have the same columns: the agent's machine is the target or the source",
        "command lines of processes may hold passwords",
    ),
)
