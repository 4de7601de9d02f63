"""AWS Migration Portfolio Assessment: the workbook that is imported there, a sheet for each kind of thing.

Columns as in public programs that write or read such workbooks.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

_C = SourceColumn

_SERVERS = SourceTable(
    name="Servers",
    grain="one server",
    fingerprint=(
        "maxCpuUsagePctDec (%)",
        "avgCpuUsagePctDec (%)",
        "maxRamUsagePctDec (%)",
        "avgRamUtlPctDec (%)",
        "numCoresPerCpu",
        "numThreadsPerCore",
        "totalRAM (GB)",
        "Storage-Total Disk Size (GB)",
        "Storage-Max Read IOPS Size (KB)",
    ),
    record_key=(("Serverid",), ("Server Id",), ("HOSTNAME",)),
    defaults={"asset_type": "server"},
    columns=(
        _C(("Serverid", "ServerId"), "source_id"),
        _C(("Server Id", "server_id"), "source_id", preference=0.9),
        _C(("isPhysical", "Is Physical"), "asset_type", "else:server"),
        _C(("hypervisor",), "virtualization_platform"),
        _C(("HOSTNAME", "Hostname", "hostname", "Server Name"), "asset_name"),
        _C(("osName", "OS Name"), "operating_system"),
        _C(("osVersion", "OS Version"), "os_version"),
        _C(("numCpus",), "cpu_sockets"),
        _C(("numCoresPerCpu",), "cpu_cores", "times:cpu_sockets"),
        _C(("maxCpuUsagePctDec (%)", "maxCpuUsagePct"), "cpu_utilization_percent_max"),
        _C(("avgCpuUsagePctDec (%)", "avgCpuUsagePct"), "cpu_utilization_percent"),
        _C(("totalRAM (GB)", "totalRAM"), "memory_gb", "unit:GB"),
        _C(("maxRamUsagePctDec (%)",), "memory_utilization_percent_max"),
        _C(("avgRamUtlPctDec (%)", "avgRamUsagePct"), "memory_utilization_percent"),
        _C(("Environment Type", "Environment"), "environment"),
        _C(("Storage-Total Disk Size (GB)",), "storage_gb", "unit:GB"),
        _C(("numThreadsPerCore",), None),
        _C(("Uptime",), None),
        _C(("Storage-Utilization %",), None),
        _C(("Storage-Max Read IOPS Size (KB)",), None),
        _C(("Storage-Max Write IOPS Size (KB)",), None),
    ),
)

_DATABASES = SourceTable(
    name="Databases",
    grain="one database",
    required_columns=("DB Name",),
    fingerprint=(
        "Source Engine Type",
        "Source Engine Version",
        "Source Engine Edition",
        "DB Instance Name",
        "Cluster/Oracle RAC (Y/N)",
        "Replication (Y/N)",
        "Oracle ADR (Y/N)",
        "WQF Rating (1,2,3,4,5)",
        "Max Transactions per Second",
    ),
    # With its name, since servers and databases of one workbook are numbered alike.
    record_key=(("Database ID", "DB Name"), ("Server ID", "DB Instance Name", "DB Name")),
    defaults={"asset_type": "database"},
    columns=(
        _C(("Database ID",), None),
        _C(("DB Name",), "asset_name"),
        _C(("Source Engine Type",), "database_type"),
        _C(("Source Engine Version",), "database_version"),
        _C(("Total Size (GB)",), "storage_used_gb", "unit:GB"),
        _C(("Database Owner Name",), "technical_owner"),
        _C(("Migration Strategy",), "six_r_strategy"),
        _C(("CPU Cores",), "cpu_cores"),
        _C(("Throughput (MBps)",), "disk_throughput_mbps"),
        *(
            _C((name,), None)
            for name in (
                "DB Instance Name", "Source Engine Edition", "Server ID", "Target Engine", "Deployment Type",
                "Database Owner Email", "Database Owner Phone", "License Model", "Oracle ADR (Y/N)",
                "Replication (Y/N)", "Cluster/Oracle RAC (Y/N)", "Peak IOPS (KB)", "Average IOPS (KB)",
                "WQF Rating (1,2,3,4,5)", "Max Transactions per Second", "Redo Log Size (KB)",
                "Stored Procedures Lines of Code", "Triggers Lines of Code", "Utilization",
            )
        ),
    ),
)  # fmt: skip

_APPLICATIONS = SourceTable(
    name="Applications",
    grain="one application",
    names=("applications",),
    required_columns=("Application Id", "Application Name"),
    record_key=(("Application Id", "Application Name"),),
    defaults={"asset_type": "application"},
    columns=(_C(("Application Id",), None), _C(("Application Name",), "asset_name")),
    beside_others=True,
)

_SERVER_TO_APPLICATION = SourceTable(
    name="Server to Application",
    grain="one server of an application",
    names=("server to application*", "server_to_application*"),
    required_columns=("Server Id",),
    columns=(_C(("Server Id",), None), _C(("Application Id",), None), _C(("Application Name",), None)),
    imported=False,
    reason="Its rows join servers and applications by numbers that stand on other sheets.",
)

_COMMUNICATION = SourceTable(
    name="Server Communication",
    grain="one connection between two servers",
    import_category="app_discovery",
    names=("server communication*", "server_communication*"),
    required_columns=("Port",),
    columns=(
        _C(("Source Hostname",), "source_server"),
        _C(("Target Hostname",), "target_server"),
        _C(("Source IP Address",), "source_ip"),
        _C(("Target IP Address",), "target_ip"),
        _C(("Port", "Destination Port", "Target Port"), "port"),
        _C(("Protocol",), "protocol"),
        _C(("Source Server Id",), None),
        _C(("Target Server Id",), None),
    ),
)

SOURCE = Source(
    id="aws_mpa",
    title="AWS Migration Portfolio Assessment",
    import_category="cmdb_export",
    rank=HAND_MADE,
    tables=(_SERVERS, _DATABASES, _APPLICATIONS, _SERVER_TO_APPLICATION, _COMMUNICATION),
    vendor_page="https://mpa.accelerate.amazonaws.com/",
    traps=(
        "columns named PctDec (%) hold 0-100 in some files and 0-1 in others; their values tell",
        "cores are given per CPU and are multiplied by the number of CPUs",
        "memory is in GB where other templates of AWS have MB",
        "servers and databases of one workbook may have the same numbers",
    ),
)
