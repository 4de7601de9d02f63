"""What people write in headers: abbreviations, phrases, units and decoration, in one form each."""

from __future__ import annotations

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "os": ("operating", "system"),
    "env": ("environment",),
    "envt": ("environment",),
    "app": ("application",),
    "apps": ("application",),
    "appl": ("application",),
    "mem": ("memory",),
    "addr": ("address",),
    "mfr": ("manufacturer",),
    "mfg": ("manufacturer",),
    "manuf": ("manufacturer",),
    "sn": ("serial", "number"),
    "desc": ("description",),
    "descr": ("description",),
    "dept": ("department",),
    "loc": ("location",),
    "ver": ("version",),
    "vers": ("version",),
    "util": ("utilization",),
    "utl": ("utilization",),
    "utilisation": ("utilization",),
    "pct": ("percent",),
    "percentage": ("percent",),
    "prozent": ("percent",),
    "count": ("number",),
    "cnt": ("number",),
    "num": ("number",),
    "no": ("number",),
    "nr": ("number",),
    "nbr": ("number",),
    "qty": ("number",),
    "quantity": ("number",),
    "hw": ("hardware",),
    "sw": ("software",),
    "svc": ("service",),
    "srv": ("server",),
    "svr": ("server",),
    "bu": ("business", "unit"),
    "dc": ("datacenter",),
    "db": ("database",),
    "crit": ("criticality",),
    "avg": ("average",),
    "peak": ("max",),
    "maximum": ("max",),
    "arch": ("architecture",),
    "organisation": ("organization",),
    "centre": ("center",),
    "dest": ("destination",),
    "dst": ("destination",),
    "src": ("source",),
    "mgr": ("manager",),
    "virt": ("virtualization",),
    "virtualisation": ("virtualization",),
    "conf": ("configuration",),
    "config": ("configuration",),
    "colour": ("color",),
}
"""Token by token; never inside a word."""

PHRASES: dict[tuple[str, ...], str] = {
    ("virtual", "machine"): "vm",
    ("data", "center"): "datacenter",
    ("host", "name"): "hostname",
    ("ip", "v4"): "ipv4",
    ("ip", "v6"): "ipv6",
    ("v", "lan"): "vlan",
    ("u", "uid"): "uuid",
    ("s", "n"): "serial number",
}
"""Neighbouring words that are one."""

FILLERS = frozenset({
    "of", "the", "in", "for", "a", "an", "by", "der", "die", "das", "des", "von", "im", "de", "du", "d", "la",
    "le", "les", "l", "del", "el", "los", "las", "do", "da", "dos", "e", "y", "et",
})  # fmt: skip
"""Words that carry nothing, in any of the languages; `n` and `no` are not among them (numero)."""

ENTITIES = frozenset({
    "asset", "server", "vm", "machine", "host", "device", "ci", "computer", "system", "node", "cmdb", "guest",
    "instance", "aws", "azure", "gcp", "total", "current", "primary", "main", "my", "it", "resource", "element",
    "item",
})  # fmt: skip
"""Words that say what the row is about; `Server environment` is the environment of a row that is a server."""

DECORATIONS = frozenset(
    {"optional", "required", "mandatory", "opt", "req", "pflichtfeld", "obligatoire", "obligatorio"}
)
"""Bracketed words and marks that templates put around headers."""

UNITS: dict[str, str] = {
    "b": "B", "byte": "B", "bytes": "B",
    "kb": "KB", "kib": "KiB", "kbytes": "KB", "kilobytes": "KB",
    "mb": "MB", "mib": "MiB", "mbytes": "MB", "megabyte": "MB", "megabytes": "MB", "mo": "MB",
    "gb": "GB", "gib": "GiB", "gbytes": "GB", "gigabyte": "GB", "gigabytes": "GB", "go": "GB", "gig": "GB",
    "tb": "TB", "tib": "TiB", "terabyte": "TB", "terabytes": "TB",
    "pb": "PB", "pib": "PiB",
    "mhz": "MHz", "ghz": "GHz", "hz": "Hz",
    "percent": "percent", "pct": "percent", "percentage": "percent",
    "mbps": "MB/s", "kbps": "KB/s", "gbps": "Gbit/s",
}  # fmt: skip
"""Unit words of headers and cells, and their one spelling."""

SIZE_IN_GB: dict[str, float] = {
    "B": 1 / 2**30,
    "KB": 1 / 2**20,
    "KiB": 1 / 2**20,
    "MB": 1 / 2**10,
    "MiB": 1 / 2**10,
    "GB": 1.0,
    "GiB": 1.0,
    "TB": 2.0**10,
    "TiB": 2.0**10,
    "PB": 2.0**20,
    "PiB": 2.0**20,
}
"""Gigabytes here are binary, and so is what exports call MB and TB (formats.md, trap 2); exact in binary floats."""

CLOCK_IN_MHZ: dict[str, float] = {"Hz": 1e-6, "MHz": 1.0, "GHz": 1000.0}

BLANK_WORDS = frozenset(
    {"null", "(null)", "none", "(none)", "nil", "n/a", "#n/a", "na", "nan", "-", "--", "(blank)", "(empty)"}
)
"""Cells that say that there is nothing. Read as absent in numbers, dates, addresses and closed vocabularies, where
they can mean nothing else; in free text they stay (`N/A` may be a department), and data_quality reports them."""

TRUE_WORDS = frozenset({
    "true", "yes", "y", "1", "t", "on", "x", "ja", "j", "wahr", "oui", "o", "vrai", "si", "s", "verdadero",
    "sim", "verdadeiro", "enabled",
})  # fmt: skip
FALSE_WORDS = frozenset({
    "false", "no", "n", "0", "f", "off", "nein", "falsch", "non", "faux", "falso", "nao", "disabled",
})  # fmt: skip
