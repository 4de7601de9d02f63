"""What a column's values say about a field: the share of sampled cells that the field could hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.header_words import BLANK_WORDS, FALSE_WORDS, TRUE_WORDS
from muster.catalog.model import Field, FieldType
from muster.kit.text import fold
from muster.pipeline.mapping import shapes
from muster.pipeline.mapping.dates import read_datetime
from muster.pipeline.mapping.vocabulary import known_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OS = re.compile(
    r"windows|linux|red ?hat|rhel|ubuntu|centos|debian|suse|sles|rocky|alma|fedora|aix|solaris|hp-?ux|esxi?|"
    r"macos|mac os|vmware photon|freebsd|z/os|ios|junos|amazon linux|darwin",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[+-]?\d[\d.,' \u00a0]*\s*[A-Za-z%]{0,6}$")
_ADDRESS_PARTS = re.compile(r"[\[\](){}\s,;|\"']+")
_MAC_PARTS = re.compile(r"[\[\](){}\n,;|\"']+")
_LONG_TEXT = 60
_PLAIN_NAME = re.compile(r"^[^\n]{1,120}$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as sampled: its distinct filled cells, without outer space and ways to write nothing."""

    position: int
    name: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, position: int, name: str, sample: Sequence[Sequence[str | None]]) -> Column:
        """The column at `position` of the sampled rows."""
        cells = (row[position] for row in sample if position < len(row))
        texts = dict.fromkeys(cell.strip() for cell in cells if cell is not None)
        return cls(position, name, tuple(text for text in texts if text and text.lower() not in BLANK_WORDS))


def fit(column: Column, field: Field) -> float | None:
    """Share (0-1) of the column's distinct values that `field` could hold; None when values say nothing about it."""
    if not column.values:
        return None
    hits = sum(_holds(value, field) for value in column.values)
    return hits / len(column.values)


def tells(field: Field) -> bool:
    """Whether values in the field's shape are proof for it: few other columns have that shape."""
    return field.type in {FieldType.IP, FieldType.MAC, FieldType.FQDN, FieldType.UUID} or field.name in {
        "operating_system",
        "environment",
        "power_state",
    }


def _holds(value: str, field: Field) -> bool:
    if field.type is FieldType.WORD:
        return known_word(field.name, value) is not None
    if field.type is FieldType.TEXT:
        return _text_holds(value, field)
    return _SHAPES[field.type](value)


def _text_holds(value: str, field: Field) -> bool:
    """Free text holds anything; a few text fields are told by what they can not be."""
    if field.name == "operating_system":
        return bool(_OS.search(value))
    if field.name in {
        "manufacturer",
        "business_owner",
        "technical_owner",
        "support_group",
        "department",
        "business_unit",
    }:
        return not _NUMBER.match(value) or bool(shapes.is_sys_id(value))
    if field.name == "asset_name":
        return bool(_PLAIN_NAME.match(value)) and len(value) <= 2 * _LONG_TEXT
    return True


def _is_date(value: str) -> bool:
    return any(read_datetime(value, order) is not None for order in ("dmy", "mdy", "excel", "epoch_s"))


_SHAPES: dict[FieldType, Callable[[str], bool]] = {
    FieldType.IP: lambda value: all(shapes.read_ip(part) for part in _ADDRESS_PARTS.split(value) if part),
    FieldType.MAC: lambda value: all(shapes.read_mac(part) for part in _MAC_PARTS.split(value) if part.strip()),
    FieldType.UUID: lambda value: shapes.read_uuid(value) is not None,
    FieldType.FQDN: lambda value: shapes.read_fqdn(value) is not None,
    FieldType.HOSTNAME: lambda value: shapes.read_hostname(value) is not None and shapes.read_ip(value) is None,
    FieldType.INTEGER: lambda value: bool(_NUMBER.match(value)),
    FieldType.NUMBER: lambda value: bool(_NUMBER.match(value)),
    FieldType.DATE: _is_date,
    FieldType.DATETIME: _is_date,
    FieldType.BOOLEAN: lambda value: fold(value) in TRUE_WORDS | FALSE_WORDS,
}
"""Whether a text has the shape of a type; words and free text depend on the field."""
