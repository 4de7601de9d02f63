"""SolarWinds Orion: a report or SWQL query over `Orion.Nodes`, one row for each node that it watches.

Columns as seen in public SWQL and in the nautobot integration for SolarWinds.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn
_NOT_POLLED = ("-2",)
"""What Orion writes for a measure that it does not take of this node."""

SOURCE = Source(
    id="solarwinds",
    title="SolarWinds Orion",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="Orion.Nodes",
            grain="one node",
            names=("orion.nodes*",),
            required_columns=("NodeID", "Caption"),
            fingerprint=("NodeID", "Caption", "StatusDescription", "MachineType", "PercentMemoryUsed", "PercentLoss"),
            record_key=(("NodeID",),),
            blank_words={"CPULoad": _NOT_POLLED, "PercentMemoryUsed": _NOT_POLLED},
            columns=(
                _C(("NodeID", "Node ID"), "source_id"),
                _C(("Caption",), "asset_name"),
                _C(("IPAddress", "IP_Address", "IP Address"), "ip_address"),
                _C(("CPULoad", "CPU Load"), "cpu_utilization_percent"),
                _C(("PercentMemoryUsed", "Percent Memory Used"), "memory_utilization_percent"),
                _C(("Vendor",), "manufacturer"),
                _C(("Model",), "model"),
                _C(("ServiceTag", "Service Tag"), "serial_number"),
                _C(("Location",), "location"),
                _C(("Contact",), "technical_owner"),
                _C(("Description",), "description"),
                # Numbers of states (1 up, 2 down …), the sentence that repeats them, a system as the type.
                *kept("Status", "StatusDescription", "MachineType", "ResponseTime", "PercentLoss"),
            ),
        ),
    ),
    vendor_page="https://documentation.solarwinds.com/en/success_center/orionplatform/",
    traps=(
        "CPULoad and PercentMemoryUsed are what the last poll saw, and -2 where nothing is polled",
        "Vendor is who wrote the SNMP agent: of a Windows server it is Windows",
    ),
)
