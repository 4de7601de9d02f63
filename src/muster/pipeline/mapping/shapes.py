"""The shapes of values, in one place for evidence and conversion: patterns, and readers of odd spellings.

A pattern says that a (stripped, lower-case where said) text is canonical or nearly so and is applied to whole columns;
a reader takes one distinct text that the pattern refused and returns its canonical text, or None.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from muster.catalog.header_words import UNITS

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"^(?:{_OCTET}\.){{3}}{_OCTET}$"
MAC = r"^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$"  # lower case
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"  # lower case
HOSTNAME = r"^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$"  # lower case
"""Letters, digits, `-`, `_` and dots: what machines are really called; RFC 1123 forbids `_`, Windows does not."""
FQDN = r"^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$"  # lower case
"""At least two labels, the last of which begins with a letter: an address is no name."""
LONGEST_NAME = 253  # RFC 1035, section 3.1, without the root's dot
SYS_ID = r"^[0-9a-f]{32}$"

_SYS_ID = re.compile(SYS_ID)
_COUNTED = frozenset(
    {"cpu", "cpus", "vcpu", "vcpus", "core", "cores", "kerne", "disk", "disks", "nic", "nics", "x", "pcs"}
)
_SEPARATORS_OF_MAC = str.maketrans("", "", ":-. ")
_NAME = re.compile(r"\w(?:[\w.-]*\w)?")
_HEX = re.compile(r"^[0-9a-f]+$")
_UUID_HEX_DIGITS = 32
_MAC_HEX_DIGITS = 12


def read_ip(text: str) -> str | None:
    """The address without zone, port, brackets or prefix length, compressed; leading zeros are taken as decimal."""
    candidate = text.strip().strip("[]()<>\"'").split("%")[0].split("/")[0]
    if re.fullmatch(r"\d{1,4}(\.\d{1,4}){3}", candidate):
        candidate = ".".join(str(int(part)) for part in candidate.split("."))
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def read_mac(text: str) -> str | None:
    """The twelve hex digits in pairs; separators `:`, `-`, `.` or none."""
    digits = text.strip().strip("[]").lower().translate(_SEPARATORS_OF_MAC)
    if len(digits) != _MAC_HEX_DIGITS or not _HEX.match(digits):
        return None
    return ":".join(digits[index : index + 2] for index in range(0, _MAC_HEX_DIGITS, 2))


def read_uuid(text: str) -> str | None:
    """The 32 hex digits in the usual groups; braces, `urn:uuid:`, spaces and VMware's pairs are taken out."""
    digits = text.strip().lower().removeprefix("urn:uuid:").removeprefix("vmware-").strip("{}[]")
    digits = digits.replace("-", "").replace(" ", "")
    if len(digits) != _UUID_HEX_DIGITS or not _HEX.match(digits):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def read_hostname(text: str) -> str | None:
    """A name in any script (`büro-pc`), lower case without the root's dot; spaces make it no name."""
    name = text.strip().lower().rstrip(".")
    return name if _NAME.fullmatch(name) and len(name) <= LONGEST_NAME else None


def read_fqdn(text: str) -> str | None:
    """Like `read_hostname`, with at least two labels, the last no number."""
    name = read_hostname(text)
    labels = name.split(".") if name else []
    return name if len(labels) > 1 and all(labels) and not labels[-1][0].isdigit() else None


@lru_cache(maxsize=65_536)
def read_number(text: str, decimal: str) -> tuple[float, str | None] | None:
    """The number and its unit word, if it names one: `1.234,5 GB` is (1234.5, "gb") where the mark is a comma.

    Thousands separators are the other mark, spaces and apostrophes, in groups of three; a currency sign is passed over.
    """
    match = _NUMBER.match(text.strip().replace("\u2212", "-"))
    if match is None:
        return None
    digits = re.sub(r"[\s\u00a0\u202f'\u2019]", "", match["digits"])
    other = "," if decimal == "." else "."
    whole, mark, fraction = digits.partition(decimal)
    if decimal in fraction or other in fraction or not _grouped(whole, other):
        return None
    number = f"{match['sign']}{whole.replace(other, '')}{'.' if mark else ''}{fraction}"
    unit = match["unit"].strip().lower() or None
    return float(number), unit


def unit_of(word: str) -> str | None:
    """The unit that a word of a cell names (`gb` is GB, `%` is percent), None when it is none."""
    return "percent" if word == "%" else UNITS.get(word)


def counts(word: str) -> bool:
    """Whether a word behind a whole number only says what is counted: `4 vCPU`, `2 cores`."""
    return word in _COUNTED


def is_sys_id(text: str) -> bool:
    """Whether the text is a ServiceNow record id instead of a name."""
    return bool(_SYS_ID.fullmatch(text.strip().lower()))


def _grouped(whole: str, separator: str) -> bool:
    parts = whole.split(separator)
    return len(parts) == 1 or all(len(part) == 3 for part in parts[1:])  # noqa: PLR2004 - thousands


_NUMBER = re.compile(
    r"^(?:[€$£¥]|USD|EUR|GBP)?\s*(?P<sign>[+-]?)(?P<digits>\d[\d\s\u00a0\u202f'\u2019.,]*?)\s*(?P<unit>[A-Za-z%/€$£¥]*)\.?$"
)
