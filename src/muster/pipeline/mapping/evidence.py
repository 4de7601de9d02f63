"""What a column's values say about a field: how much likelier they are in a column of that field than in any other.

Said as weight of evidence (natural logarithm of the likelihood ratio): +2 makes the odds seven times as good, -2
seven times as bad.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import BLANK_WORDS, FALSE_WORDS, TRUE_WORDS
from muster.catalog.model import Field, FieldType
from muster.kit.text import fold
from muster.pipeline.mapping import shapes
from muster.pipeline.mapping.dates import read_datetime
from muster.pipeline.mapping.header import Header, parse_header
from muster.pipeline.mapping.vocabulary import known_word
from muster.pipeline.mapping.written import as_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_VALUES = 48
"""Distinct values that are looked at, spread over the column: more hardly change what is known and cost time."""

_NUMBER = re.compile(
    r"^[€$£¥]?\s*[+-]?\d[\d.,' \u00a0]*(?:e[+-]?\d+)?\s*(?:[A-Za-z%€$£]{0,7}|[a-z]{2,5}/s)$", re.IGNORECASE
)
_ADDRESS_PARTS = re.compile(r"[\[\](){}\s,;|\"']+")
_MAC_PARTS = re.compile(r"[\[\](){}\n,;|\"']+")
_NO_WORD = re.compile(r"^[\W\d_]*$")
_LONG_TEXT = 60
_LIKE_A_UUID = re.compile(r"^\{?[0-9A-Za-z]{8}(?:-[0-9A-Za-z]{4}){3}-[0-9A-Za-z]{12}\}?$")
"""Also where someone has put letters for its digits, which is an error in a column of UUIDs."""
_DATE_LIKE = re.compile(r"\d.*(?:[-/.: ]|\d{5})")
_LARGEST_COUNT = 4096

_TRUE_SHARE = {
    FieldType.TEXT: 0.96, FieldType.WORD: 0.92, FieldType.INTEGER: 0.96, FieldType.NUMBER: 0.96, FieldType.DATE: 0.94,
    FieldType.DATETIME: 0.94, FieldType.HOSTNAME: 0.95, FieldType.FQDN: 0.93, FieldType.IP: 0.96, FieldType.MAC: 0.96,
    FieldType.UUID: 0.96, FieldType.BOOLEAN: 0.96,
}  # fmt: skip
"""Share of a field's own values that have its shape: the rest are errors and odd spellings."""

_BACKGROUND = {
    FieldType.WORD: 0.08, FieldType.INTEGER: 0.55, FieldType.NUMBER: 0.55, FieldType.DATE: 0.5, FieldType.DATETIME: 0.5,
    FieldType.HOSTNAME: 0.55, FieldType.FQDN: 0.2, FieldType.IP: 0.2, FieldType.MAC: 0.03, FieldType.UUID: 0.15,
    FieldType.BOOLEAN: 0.3,
}  # fmt: skip
"""How often values of a column with a similar header, but of another field, have the shape by chance."""
_BACKGROUND_OF_TEXT = 0.85


@dataclass(frozen=True, slots=True)
class Column:
    """One column as sampled: its distinct filled cells, without outer space and ways to write nothing.

    `filled` is the number of cells that they fill: three values in a hundred cells are no names.
    """

    position: int
    name: str
    values: tuple[str, ...]
    filled: int = 0
    cells: tuple[str | None, ...] = ()
    """The sampled cells row by row, to be held against those of another column."""
    title: str = ""
    """The name without the path that it shares with the table's other columns; empty: the name itself."""

    @property
    def header(self) -> Header:
        """The header taken apart."""
        return parse_header(self.title or self.name)

    @classmethod
    def of(cls, position: int, name: str, sample: Sequence[Sequence[str | None]], title: str = "") -> Column:
        """The column at `position` of the sampled rows."""
        cells = tuple(row[position] if position < len(row) else None for row in sample)
        texts = [text for cell in cells if cell and (text := cell.strip()) and text.lower() not in BLANK_WORDS]
        return cls(position, name, tuple(dict.fromkeys(texts)), len(texts), cells, title)

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The distinct values, or MOST_VALUES of them, spread over the column."""
        if len(self.values) <= MOST_VALUES:
            return self.values
        return self.values[:: -(-len(self.values) // MOST_VALUES)]

    @property
    def repeats(self) -> bool | None:
        """Whether values come again and again; None when there are too few cells to tell."""
        if self.filled < 6:  # noqa: PLR2004 - five machines may well stand on five hosts
            return None
        return len(self.values) <= 0.7 * self.filled


def fit(column: Column, field: Field) -> float | None:
    """Share (0-1) of the column's distinct values that `field` could hold; None when there are none."""
    values = column.looked_at
    if not values:
        return None
    return sum(holds(field.name, value) for value in values) / len(values)


def weight_of_values(column: Column, field: Field, share: float) -> float:
    """Weight of evidence for `field` of values of which `share` fit; values repeat each other, so many say little more.

    The weight of one value, times 1 for a single one up to 2 for ten and more.
    """
    seen = len(column.looked_at)
    likely, chance = _true_share(field), background(field)
    one = share * math.log(likely / chance) + (1 - share) * math.log((1 - likely) / (1 - chance))
    return one * (2 - 1 / seen if seen else 0.0)


def background(field: Field) -> float:
    """How often a value of some other column has the shape of this field."""
    name = field.name
    if name in _CHANCES:
        return _CHANCES[name]
    if field.type is FieldType.TEXT:
        return _BACKGROUND_OF_TEXT
    return _BACKGROUND[field.type]


def tells(field: Field) -> bool:
    """Whether values in the field's shape are proof for it: few other columns have that shape."""
    return background(field) <= 0.08  # noqa: PLR2004 - stated in the docstring


def _true_share(field: Field) -> float:
    return _OWN_SHARE.get(field.name, _TRUE_SHARE[field.type])


@lru_cache(maxsize=262_144)
def holds(name: str, value: str) -> bool:
    """Whether the field `name` could hold this value."""
    field = FIELDS[name]
    if field.type is FieldType.WORD:
        return known_word(name, value) is not None
    if name in _TEXTS:
        return _TEXTS[name](value)
    if field.type is FieldType.TEXT:
        return True
    if not _SHAPES[field.type](value):
        return False
    return _in_range(value, field) if field.type in {FieldType.INTEGER, FieldType.NUMBER} else True


def _in_range(value: str, field: Field) -> bool:
    """Whether a number may be one of the field, whatever its unit: no 3.7 CPUs, no 5000 %."""
    plain = value.strip().strip("%").strip()
    try:
        number = float(plain)
    except ValueError:
        return True
    if field.type is FieldType.INTEGER and not number.is_integer():
        return False
    if number < 0 and field.minimum is not None:
        return False
    if field.unit == "percent":
        return number <= 101  # noqa: PLR2004 - rounding
    if field.unit == "count" and field.name not in {"record_count", "connection_count"}:
        return number <= _LARGEST_COUNT
    return not (field.name == "port" and not 0 <= number <= 65_535)  # noqa: PLR2004 - RFC 793


def _is_date(value: str) -> bool:
    if not _DATE_LIKE.search(value):
        return False
    return any(read_datetime(value, order) is not None for order in ("dmy", "mdy", "epoch_s")) and not _small(value)


def _small(value: str) -> bool:
    """A bare number is a date only as a day count of Excel or as seconds since 1970."""
    return value.isdigit() and not (len(value) == 5 or len(value) in {10, 13})  # noqa: PLR2004 - 45291, 1704164645


def _no_number(value: str) -> bool:
    return not _NO_WORD.match(value) or shapes.is_sys_id(value)


def _is_name(value: str) -> bool:
    return "\n" not in value and len(value) <= 2 * _LONG_TEXT and not (_is_decimal(value) or shapes.read_mac(value))


def _is_decimal(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+[.,]\d+\s*%?|\d+\s*%", value))


def _is_serial(value: str) -> bool:
    return any(char.isdigit() for char in value) and "\n" not in value and len(value) <= _LONG_TEXT


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda value: bool(compiled.search(value))


_TEXTS: dict[str, Callable[[str], bool]] = {
    "operating_system": _matcher(
        r"windows|linux|red ?hat|rhel|ubuntu|centos|debian|suse|sles|rocky|alma|fedora|\baix\b|solaris|sunos|hp-?ux|"
        r"\besxi?\b|macos|mac os|photon|freebsd|z/os|\bios\b|ios[- ]x|nx-os|junos|darwin|\bwin(?:20|\d|10|srv)|unix|"
        r"fortios|pan-os|data ontap|oel\b|android|chrome ?os|openbsd|netbsd"
    ),
    "os_version": _matcher(r"\d|^R2$|linux|windows|ubuntu|unix|aix|solaris"),
    "database_type": _matcher(
        r"oracle|sql|postgre|mysql|maria|db2|mongo|sybase|informix|redis|cassandra|hana|teradata|aurora|dynamo|access|"
        r"elastic|neo4j|couch|firebird|ingres|progress"
    ),
    "virtualization_platform": _matcher(
        r"vmware|vsphere|\besxi?\b|hyper-?v|kvm|xen|nutanix|ahv|qemu|virtualbox|proxmox|rhev|ovirt|openstack|aws|amazon|azure|"
        r"google|gcp|ec2|physical|bare|vcenter|citrix|powervm|lpar|zvm|docker|kubernetes|openshift|ibm cloud|oracle vm"
    ),
    "cpu_model": _matcher(
        r"intel|xeon|amd|epyc|opteron|core|pentium|celeron|ryzen|power\s?\d|sparc|arm|graviton|ghz|itanium|cpu"
    ),
    "subnet_mask": _matcher(r"^(?:255|254|252|248|240|224|192|128|0)\.\d+\.\d+\.\d+$|^/?\d{1,2}$|/\d{1,2}$"),
    "protocol": _matcher(
        r"^(?:tcp|udp|icmp|sctp|gre|esp|igmp|https?|tls|ssl|ssh|ftp|sftp|smb|nfs|ldaps?|sql|tds|jdbc|odbc|rest|soap|grpc|amqp|"
        r"mqtt|kafka|dns|smtp|rdp|rpc|ws|wss|jms|mq|rmi|any|all|6|17|1|50|47|58)(?:\b|/|$)"
    ),
    "vlan": _matcher(r"^\d{1,4}(?:\.0)?$|vlan|[a-z]"),
    "manufacturer": _no_number,
    "model": lambda value: not _is_decimal(value),
    "business_owner": _no_number,
    "technical_owner": _no_number,
    "data_owner": _no_number,
    "support_group": _no_number,
    "department": _no_number,
    "business_unit": _no_number,
    "application_name": _no_number,
    "description": lambda value: not _is_decimal(value),
    "location": lambda value: _no_number(value) and shapes.read_ip(value) is None,
    "datacenter": lambda value: not _is_decimal(value) and shapes.read_ip(value) is None,
    "cluster": _no_number,
    "hypervisor_host": lambda value: _no_number(value) and len(value) <= _LONG_TEXT,
    "asset_name": _is_name,
    "source_app": _no_number,
    "target_app": _no_number,
    "serial_number": _is_serial,
    "network_zone": lambda value: not _is_decimal(value),
    "data_category": _no_number,
    "sensitivity_label": _no_number,
    "compliance_scope": _no_number,
    "technology_stack": lambda value: not _is_decimal(value),
    "encryption_at_rest": lambda value: not _is_decimal(value),
}
"""Texts of some fields are told by what they hold, others by what they can not be."""

_CHANCES = {
    "operating_system": 0.03, "database_type": 0.05, "virtualization_platform": 0.08, "cpu_model": 0.06,
    "protocol": 0.06,
    "subnet_mask": 0.06, "os_version": 0.55, "serial_number": 0.5, "environment": 0.03, "power_state": 0.05,
    "asset_type": 0.06, "six_r_strategy": 0.02, "business_criticality": 0.12, "criticality": 0.12, "severity": 0.06,
    "likelihood": 0.03, "data_classification": 0.06, "operational_status": 0.06, "os_architecture": 0.04,
    "firmware_type": 0.02, "dependency_type": 0.06, "asset_name": 0.75, "source_id": 0.85, "port": 0.5,
    "cpu_cores": 0.45, "cpu_sockets": 0.45, "disk_count": 0.4, "nic_count": 0.45,
    "manufacturer": 0.65, "business_owner": 0.65, "technical_owner": 0.65, "support_group": 0.65, "department": 0.65,
    "application_name": 0.65, "location": 0.65, "cluster": 0.65, "data_owner": 0.65, "source_app": 0.6,
    "target_app": 0.6,
}  # fmt: skip

"""Fields whose shape other columns have more seldom, or more often, than their type says."""

_OWN_SHARE = {
    "asset_type": 0.85, "dependency_type": 0.6, "virtualization_platform": 0.75, "database_type": 0.7, "protocol": 0.75,
    "data_classification": 0.7, "operational_status": 0.7, "firmware_type": 0.97, "os_architecture": 0.92,
    "operating_system": 0.93, "cpu_model": 0.88, "os_version": 0.9, "serial_number": 0.92, "vlan": 0.97,
}  # fmt: skip
"""Fields of whose own values fewer, or more, are known here than of others of their type."""

_SHAPES: dict[FieldType, Callable[[str], bool]] = {
    FieldType.IP: lambda value: all(shapes.read_ip(part) for part in _ADDRESS_PARTS.split(value) if part),
    FieldType.MAC: lambda value: all(shapes.read_mac(part) for part in _MAC_PARTS.split(value) if part.strip()),
    FieldType.UUID: lambda value: shapes.read_uuid(value) is not None or bool(_LIKE_A_UUID.match(value)),
    FieldType.FQDN: lambda value: shapes.read_fqdn(value) is not None,
    FieldType.HOSTNAME: lambda value: (
        shapes.read_hostname(value) is not None and shapes.read_ip(value) is None and not _NO_WORD.match(value)
    ),
    FieldType.INTEGER: lambda value: bool(_NUMBER.match(as_typed(value))),
    FieldType.NUMBER: lambda value: bool(_NUMBER.match(as_typed(value))),
    FieldType.DATE: _is_date,
    FieldType.DATETIME: _is_date,
    FieldType.BOOLEAN: lambda value: fold(value) in TRUE_WORDS | FALSE_WORDS,
}
"""Whether a text has the shape of a type; words and free text depend on the field."""
