"""Azure flow logs: network security groups (versions 1 and 2) and virtual networks, a row for each flow tuple.

The columns bear the names that pipeline/read/formats/azure_flow.py gives the values of a tuple.
"""

from __future__ import annotations

from muster.catalog.model import ObservationColumn, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn

_ENDS = (
    _C(("source_ip",), "source_ip"),
    _C(("destination_ip",), "target_ip"),
    _C(("destination_port",), "port"),
    _C(("protocol",), "protocol"),
    *kept(
        "source_port", "direction", "state", "packets_sent", "bytes_sent", "packets_received", "bytes_received", "time",
        "category", "operationName", "rule",
    ),
)  # fmt: skip

SOURCE = Source(
    id="azure_flow",
    title="Azure flow logs",
    import_category="app_discovery",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="nsg",
            grain="one flow at one moment, as a network security group saw it",
            required_columns=("timestamp_seconds", "source_ip", "destination_ip"),
            fingerprint=("destination_port", "decision", "direction", "systemId", "operationName", "rule", "mac"),
            defaults={"connection_count": "1"},
            skip_rows=(("decision", "D"),),
            blank_words={"destination_port": ("0",)},
            columns=(
                _C(("timestamp_seconds",), "first_seen", "date:epoch_s"),
                *_ENDS,
                *kept("decision", "resourceId", "systemId", "mac"),
            ),
        ),
        SourceTable(
            name="vnet",
            grain="one flow at one moment, as a virtual network saw it",
            required_columns=("timestamp_milliseconds", "source_ip", "destination_ip"),
            fingerprint=("destination_port", "encryption", "aclID", "flowLogResourceID", "targetResourceID"),
            defaults={"connection_count": "1"},
            skip_rows=(("state", "D"),),
            blank_words={"destination_port": ("0",)},
            columns=(
                _C(("timestamp_milliseconds",), "first_seen", "date:epoch_ms"),
                *_ENDS,
                *kept("encryption", "aclID", "flowLogResourceID", "targetResourceID", "macAddress"),
            ),
        ),
    ),
    observed_in=(ObservationColumn("nsg", ("time",)), ObservationColumn("vnet", ("time",))),
    vendor_page="https://learn.microsoft.com/en-us/azure/network-watcher/vnet-flow-logs-overview",
    traps=(
        "tuples of both kinds have 13 values, of which those from the seventh on mean different things",
        "times of security groups are seconds, those of virtual networks milliseconds since 1970",
        "refused flows (decision D of a security group, state D of a virtual network) are no dependencies",
        "one flow gives a tuple when it begins (B), goes on (C) and ends (E); version 1 has neither states nor counts",
        "protocol is T or U for security groups and IANA's number for virtual networks",
    ),
)  # fmt: skip
