"""Tells shapes of nested data apart: an envelope around rows, records under their names, DynamoDB's typed values."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Nested = str | bool | None | dict[str, "Nested"] | list["Nested"]
"""What a record holds: numbers are the text that the file gives for them."""

KEYED = 5
"""From this many records of one shape on, an object is a list of records under their names; from two on when every
record holds its name itself."""
_ALIKE = 0.5
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_ABOUT_THE_FILE = frozenset(
    # words are easier to read so
    "api at base capacity code consumed context count created cursor date description err error errors "  # noqa: SIM905
    "evaluated export exported exporter extracted file first format generated generation generator has href index info "
    "invocation key kind last limit link links message meta metadata more next note number object offset ok on page "
    "pages paging per prev previous producer query request response result results retrieved run scanned schema self "
    "size skip source start status success time timestamp title token tool top total totals type unload updated uri "
    "url version".split()
)
"""Words that name what is said of a file or of a page of rows, never a property of a thing."""

_DYNAMO_TYPES = {"S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool, "L": list, "M": dict, "SS": list, "NS": list}


def object_in(value: Nested) -> dict[str, Nested]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Nested) -> Iterator[dict[str, Nested]]:
    """The objects in a list; none when the value is no list."""
    return (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def is_envelope(columns: Iterable[str]) -> bool:
    """Whether columns of the outermost object speak of the file only (paging, metadata), so that it is no row."""
    return all(_speaks_of_the_file(name) for name in columns)


def _speaks_of_the_file(name: str) -> bool:
    words = _WORDS.findall(name.split(".", maxsplit=1)[0])
    return bool(words) and all(word.lower() in _ABOUT_THE_FILE for word in words)


def alike(values: Sequence[Nested]) -> bool:
    """Whether all values are objects that share most of their names."""
    first = values[0] if values else None
    if not isinstance(first, dict) or not first:
        return False
    shared, seen = set(first), set(first)
    for value in values:
        if not isinstance(value, dict) or not value:
            return False
        shared &= value.keys()
        seen |= value.keys()
    return len(shared) >= _ALIKE * len(seen)


def is_keyed(value: dict[str, Nested]) -> bool:
    """Whether an object is a list of records, each under its name, and not a record with records in it."""
    if len(value) < 2 or not alike(list(value.values())):  # noqa: PLR2004 - one record has no shape to share
        return False
    return len(value) >= KEYED or all(isinstance(item, dict) and key in item.values() for key, item in value.items())


def is_typed(record: Mapping[str, Nested]) -> bool:
    """Whether every value stands in an object that names its type (`{"S": "web01"}`), as DynamoDB writes records."""
    return (
        bool(record)
        and not any(type(value) is str for value in record.values())
        and all(map(_is_wrapped, record.values()))
    )


def untyped(record: Mapping[str, Nested]) -> dict[str, Nested]:
    """The record without DynamoDB's type names (AWS: AttributeValue)."""
    return {name: _unwrapped(value) for name, value in record.items()}


def _is_wrapped(value: Nested) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, inner),) = value.items()
    return name in _DYNAMO_TYPES and isinstance(inner, _DYNAMO_TYPES[name])


def _unwrapped(value: Nested) -> Nested:
    if not _is_wrapped(value) or not isinstance(value, dict):
        return value
    ((name, inner),) = value.items()
    if name == "NULL":
        return None
    if name == "M" and isinstance(inner, dict):
        return untyped(inner)
    if name == "L" and isinstance(inner, list):
        return [_unwrapped(item) for item in inner]
    return inner


def joined(values: Sequence[Nested]) -> str:
    """A list of plain values as one cell: parted by semicolons, or as JSON when a value holds one."""
    texts = [value if type(value) is str else text_of(value) for value in values if value is not None]
    text = ";".join(texts)
    if text.count(";") >= max(1, len(texts)) or "\n" in text or any(isinstance(value, list | dict) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return text


def text_of(value: Nested) -> str:
    """The text of a plain value as JSON writes it."""
    if isinstance(value, str):
        return value
    return "true" if value is True else "false" if value is False else json.dumps(value, ensure_ascii=False)


def text_of_bytes(value: bytes) -> str:
    """Bytes as the text they are, else in hexadecimal."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
