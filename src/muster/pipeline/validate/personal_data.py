"""How personal data looks in a cell, and which columns rightfully name people.

Sources: ITU-T E.123 (international phone numbers), ISO/IEC 7812-1 (card numbers and their issuers' ranges),
ISO 13616-1 (IBAN), the Social Security Administration's rules for numbers that are never given out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from muster.catalog.model import Field, FieldGroup, FieldType, Privacy
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate import checksums

if TYPE_CHECKING:
    from muster.domain.mapping import ColumnMapping

_Test: TypeAlias = Callable[[pl.DataFrame, str], pl.DataFrame]

PEOPLE_HEADER = (
    r"(?i)owner|contact|contribut|mail|phone|mobil|\btel|person|manager|\buser|admin|responsib|assign|approv|created.?by|"
    r"(?:modified|updated|requested|ordered|managed).?by|custodian|steward|besitzer|verantwort|ansprech|kontakt|"
    r"propri|respons|contacto|dueñ|dono"
)
"""Headers of columns without a field that rightfully name people."""

EMAIL = r"(?i)(?:^|[^a-z0-9._%+-])((?:[a-z0-9][a-z0-9._%+-]*)@(?:[a-z0-9-]+\.)+[a-z]{2,})\b"
"""An e-mail address, as the first group."""

NO_PERSON = (
    r"(?i)^(?:git|svn|hg|root|no-?reply|noreply|postmaster|hostmaster|abuse|info|support|admin|webmaster|helpdesk|"
    r"service-?desk)@"
)
"""Addresses of roles, behind which nobody in particular stands."""

_PHONE = r"(?:^|[\s:;,(/])\+[1-9][0-9]{0,2}(?:[\s./()-]*[0-9]){7,12}(?:$|[^0-9A-Za-z.:])"
_CARD = (
    r"(?:^|[^0-9A-Za-z.:-])((?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6(?:011|5[0-9]{2}))(?:[ -]?[0-9]{4}){3}|"
    r"3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5})(?:$|[^0-9A-Za-z.:-])"
)
_IBAN = r"(?:^|[^A-Z0-9])([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?:$|[^A-Z0-9])"
_NATIONAL_ID = (
    r"(?:^|[^0-9A-Za-z-])(?:00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])-"
    r"(?:0[1-9]|[1-9][0-9])-(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})(?:$|[^0-9A-Za-z-])"
)
_SHORTEST = 9
_NUMBER = "number"
_MANY_DIGITS = r"[0-9](?:[ ./()-]?[0-9A-Z]{0,4}[ ./()-]?[0-9]){7}"


def may_name_people(column: ColumnMapping, declared: Field | None) -> bool:
    """Whether personal data belongs into the column: owners and contacts, mapped or not."""
    if declared is not None:
        return declared.privacy is not Privacy.NONE or declared.group is FieldGroup.OWNERSHIP
    return bool(pl.Series([column.source_field]).str.contains(PEOPLE_HEADER).item())


def may_hold_numbers(declared: Field | None) -> bool:
    """Whether long numbers belong into the column, so that one that looks like a card is none."""
    return declared is not None and (declared.group is FieldGroup.IDENTITY or declared.type is not FieldType.TEXT)


def has_at(cell: pl.Expr) -> pl.Expr:
    """Whether a cell may hold an e-mail address: a cheap test before `with_kind`."""
    return cell.str.contains("@", literal=True)


def has_many_digits(cell: pl.Expr) -> pl.Expr:
    """Whether a cell may hold a phone, card, account or national number: a test before `with_kind`."""
    return (cell.str.len_bytes() >= _SHORTEST) & cell.str.contains(_MANY_DIGITS)


def with_kind(cells: pl.DataFrame, cell: str, kind: str) -> pl.DataFrame:
    """Return the rows whose column `cell` holds personal data, with its code in the new column `kind`.

    A cell that holds several is told once, as the gravest.
    """
    pending, found = cells, [cells.clear().with_columns(pl.lit(None, dtype=pl.String).alias(kind))]
    for code, test in _KINDS.items():
        hits = test(pending, cell)
        if hits.height:
            found.append(hits.select(cells.columns).with_columns(pl.lit(code).alias(kind)))
            pending = pending.join(hits, on=ROW_NUMBER, how="anti", maintain_order="left")
    return pl.concat(found)


def _checked(pattern: str, separators: str, check: Callable[[pl.Expr], pl.Expr]) -> _Test:
    """Check digits are many steps, so they are only worked out where the shape fits."""

    def test(cells: pl.DataFrame, cell: str) -> pl.DataFrame:
        shaped = cells.with_columns(pl.col(cell).str.extract(pattern).str.replace_all(separators, "").alias(_NUMBER))
        shaped = shaped.filter(pl.col(_NUMBER).is_not_null())
        return shaped.filter(check(pl.col(_NUMBER))) if shaped.height else shaped

    return test


def _address(cells: pl.DataFrame, cell: str) -> pl.DataFrame:
    address = pl.col(cell).str.extract(EMAIL)
    return cells.filter(address.is_not_null() & ~address.str.contains(NO_PERSON))


def _shaped(pattern: str) -> _Test:
    return lambda cells, cell: cells.filter(pl.col(cell).str.contains(pattern))


_KINDS: dict[str, _Test] = {
    "payment_card": _checked(_CARD, "[ -]", checksums.luhn),
    "bank_account": _checked(_IBAN, " ", checksums.iban),
    "national_id": _shaped(_NATIONAL_ID),
    "personal_email": _address,
    "personal_phone": _shaped(_PHONE),
}
"""From the gravest to the mildest."""
