"""Which services usually answer on which ports: the facts of ports.csv, each with its public source.

`service` is the name in IANA's registry of service names and port numbers where the port is assigned there, else empty
and the source is the vendor's page. Transports are those that the service is used over, of which IANA lists more.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Cleartext(StrEnum):
    """Whether what goes over a port can be read on the way."""

    YES = "yes"
    NO = "no"
    OPTIONAL = "optional"  # it is for the two ends to agree, or holds nothing worth reading


@dataclass(frozen=True, slots=True)
class PortUse:
    """One service that usually answers on `port`. `protocols` are the words that people write for it, lower case."""

    port: int
    transports: tuple[str, ...]
    service: str
    title: str
    protocols: tuple[str, ...]
    cleartext: Cleartext
    source: str


FIRST_CLIENT_PORT = 32_768
"""From here on Linux takes ports for connections that it opens (ip_local_port_range), others from 49152 (RFC 6335)."""

PORTLESS = frozenset({"icmp", "icmpv6", "igmp", "gre", "esp", "ah", "ospf"})
"""Protocols without ports (RFC 792, 4443, 3376, 2784, 4303, 4302, 2328)."""

TRANSPORTS = frozenset({"tcp", "udp", "sctp"})
"""Protocols that say how something is carried, not what."""

CARRIERS = TRANSPORTS | {"tls", "ssl", "dtls", "rpc"}
"""Protocols that many services are carried over, on ports of their own."""

CLEARTEXT_PROTOCOLS = frozenset(
    {"telnet", "ftp", "http", "ldap", "pop3", "imap", "tftp", "rexec", "rlogin", "rsh", "rcp", "finger", "nntp", "mqtt"}
)
"""Protocols that are not encrypted when their name is all that is said; on a port of their encrypted form they are."""

ENCRYPTED_PROTOCOLS = frozenset(
    {"tls", "ssl", "dtls", "https", "wss", "quic", "ssh", "sftp", "scp", "ftps", "ldaps", "imaps", "pop3s", "smtps",
     "amqps", "mqtts", "sips", "tcps", "srtp", "ipsec", "esp"}
)  # fmt: skip
"""Protocols whose name promises encryption."""

OTHER_PROTOCOLS = ENCRYPTED_PROTOCOLS | {
    "any", "all", "ip", "ipv4", "ipv6", "dccp", "ipip", "pim", "vrrp", "eigrp", "isis", "lldp", "hsrp", "cdp", "arp",
    "fc", "fcp", "fcoe", "nvme", "san", "websocket", "websockets", "ws", "graphql", "odata", "thrift", "xml-rpc",
    "xmlrpc", "json-rpc", "jsonrpc", "iiop", "corba", "rfc", "idoc", "edi", "as2", "file", "sas", "tibco", "mqseries",
    "msmq", "nats", "stomp", "coap", "opc", "opc-ua", "modbus", "dnp3", "profinet", "hl7", "fix", "swift", "radsec",
    "wmi", "ws-man", "tn3270", "citrix", "ica", "pcoip", "vmotion", "ndmp", "nbd", "glusterfs", "ceph", "s3", "webdav",
    "scp", "xmpp", "h323", "rtp", "rtcp", "sccp", "mgcp", "netflow", "ipfix", "sflow", "gelf", "prometheus", "statsd",
}  # fmt: skip
"""Protocols with no usual port of their own in reference/ports.csv."""


@cache
def port_uses() -> tuple[PortUse, ...]:
    """Every row of reference/ports.csv, by port; a port with two services has two."""
    lines = (files(__package__) / "ports.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        PortUse(
            port=int(row["port"]),
            transports=tuple(row["transports"].split()),
            service=row["service"],
            title=row["title"],
            protocols=tuple(row["protocols"].split()),
            cleartext=Cleartext(row["cleartext"]),
            source=row["source"],
        )
        for row in csv.DictReader(lines)
    )
