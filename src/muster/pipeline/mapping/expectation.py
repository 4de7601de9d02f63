"""What a cell of a field should hold, in words for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.model import FieldType

if TYPE_CHECKING:
    from muster.catalog.model import Field

_BY_TYPE: dict[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATE: "a date such as 2024-05-31",
    FieldType.DATETIME: "a date and time such as 2024-05-31 14:05",
    FieldType.HOSTNAME: "a host name such as web01",
    FieldType.FQDN: "a full name such as web01.example.com",
    FieldType.IP: "an IPv4 or IPv6 address such as 10.0.0.5",
    FieldType.MAC: "a MAC address such as 00:50:56:aa:00:01",
    FieldType.UUID: "a UUID such as 564d4cbc-c6a9-1969-8b6f-0242ac120002",
}


def expected(field: Field) -> str:
    """A phrase that fits behind "should be": `a whole number from 1 to 65535`, `one of low, medium, high, critical`."""
    if field.type is FieldType.WORD:
        return f"one of {', '.join(field.vocabulary)}"
    return (field.hint or _BY_TYPE[field.type]) + _range(field)


def _range(field: Field) -> str:
    if field.minimum is not None and field.maximum is not None:
        return f" from {field.minimum:.15g} to {field.maximum:.15g}"
    if field.minimum is not None:
        return f" of {field.minimum:.15g} or more"
    return f" of at most {field.maximum:.15g}" if field.maximum is not None else ""
