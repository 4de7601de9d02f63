"""Zeek: its log of connections, tab-separated with `#fields` or as JSON lines."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn

_NO_CONNECTION = ("S0", "REJ", "SH", "RSTOS0")
"""States of attempts that nobody answered: S0 and SH without a reply, REJ refused, RSTOS0 given up."""

_OTHER_LOGS = (
    "http", "dns", "ssl", "x509", "files", "ssh", "smtp", "ftp", "dhcp", "ntp", "kerberos", "ldap", "rdp", "sip",
    "snmp", "smb_files", "smb_mapping", "dce_rpc", "mysql", "irc", "tunnel", "weird", "notice", "pe", "known_services",
)  # fmt: skip

SOURCE = Source(
    id="zeek",
    title="Zeek",
    import_category="app_discovery",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="conn",
            grain="one connection, from the machine that opens it to the one that answers",
            names=("conn", "conn.*", "conn_*", "*_conn", "*.conn"),
            required_columns=("id.orig_h", "id.resp_h"),
            fingerprint=("id.resp_p", "uid", "conn_state", "orig_ip_bytes", "resp_ip_bytes", "missed_bytes", "history"),
            record_key=(("uid",),),
            defaults={"connection_count": "1"},
            skip_rows=tuple(("conn_state", state) for state in _NO_CONNECTION),
            # ICMP has types and codes where others have ports; the type 0 is the one that can be told from a port.
            blank_words={"id.resp_p": ("0",)},
            columns=(
                _C(("ts",), "first_seen", "date:epoch_s"),
                _C(("id.orig_h", "id_orig_h"), "source_ip"),
                _C(("id.resp_h", "id_resp_h"), "target_ip"),
                _C(("id.resp_p", "id_resp_p"), "port"),
                _C(("proto",), "protocol"),
                _C(("id.orig_p", "id_orig_p"), None),
                *kept(
                    "uid", "service", "duration", "orig_bytes", "resp_bytes", "conn_state", "local_orig", "local_resp",
                    "missed_bytes", "history", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes",
                    "tunnel_parents",
                ),
            ),
        ),
        *(
            SourceTable(
                name=log,
                grain=f"one entry of Zeek's {log}.log",
                names=(log, f"{log}.*"),
                required_columns=("ts",),
                fingerprint=("uid", "id.orig_h", "id.resp_h", "id.resp_p"),
                columns=(_C(("ts",), None), _C(("uid",), None)),
                imported=False,
                reason=f"Zeek's {log}.log tells what happened within connections; conn.log lists them, send that.",
            )
            for log in _OTHER_LOGS
        ),
    ),
    vendor_page="https://docs.zeek.org/en/current/logs/conn.html",
    traps=(
        "attempts that nobody answered (S0, SH, REJ, RSTOS0) are no dependencies; UDP without an answer has S0 too",
        "the port of the responder is the service's; of ICMP it is a code",
        "bytes are counted per direction, and orig_ip_bytes and resp_ip_bytes count the headers once more",
        "times are seconds since 1970 with a fraction",
    ),
)  # fmt: skip
