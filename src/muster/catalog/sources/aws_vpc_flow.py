"""AWS VPC flow logs: version 2 with its fourteen fields, or any of the fields of versions 3 to 8 by name."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn

SOURCE = Source(
    id="aws_vpc_flow",
    title="AWS VPC Flow Logs",
    import_category="app_discovery",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="flows",
            grain="what one network interface saw of one connection, in one direction, within one window of time",
            required_columns=("srcaddr", "dstaddr"),
            fingerprint=(
                "dstport", "interface-id", "log-status", "account-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr",
                "flow-direction", "vpc-id",
            ),
            defaults={"connection_count": "1"},
            skip_rows=(("action", "REJECT"), ("log-status", "NODATA"), ("log-status", "SKIPDATA")),
            blank_words={"dstport": ("0",)},
            columns=(
                _C(("pkt-srcaddr",), "source_ip"),
                _C(("pkt-dstaddr",), "target_ip"),
                # What the interface sees; behind a gateway the addresses of the packet are the true ends.
                _C(("srcaddr",), "source_ip", preference=0.95),
                _C(("dstaddr",), "target_ip", preference=0.95),
                _C(("dstport",), "port"),
                _C(("protocol",), "protocol"),
                _C(("bytes",), "bytes_total"),
                _C(("start",), "first_seen", "date:epoch_s"),
                _C(("end",), "last_seen", "date:epoch_s"),
                _C(("az-id",), "availability_zone"),
                *kept(
                    "version", "account-id", "interface-id", "srcport", "packets", "action", "log-status", "vpc-id",
                    "subnet-id", "instance-id", "tcp-flags", "type", "region",
                ),
            ),
        ),
    ),
    vendor_page="https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html",
    traps=(
        "both directions of a connection are records of their own: source and destination change places",
        "refused traffic (REJECT) and windows without data (NODATA, SKIPDATA) are no dependencies",
        "protocol is the number that IANA gives; ICMP has the port 0",
        "tcp-flags 2 is the SYN of the machine that opens the connection",
        "times are seconds since 1970",
    ),
)  # fmt: skip
