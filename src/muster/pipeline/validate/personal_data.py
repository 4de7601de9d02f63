"""How personal data looks in a cell, and which columns rightfully name people.

Sources: ITU-T E.123 (international phone numbers), ISO/IEC 7812-1 (card numbers and their issuers' ranges),
ISO 13616-1 (IBAN), the Social Security Administration's rules for numbers that are never given out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import Field, FieldGroup, Privacy
from muster.pipeline.validate import checksums

if TYPE_CHECKING:
    from muster.domain.mapping import ColumnMapping

PEOPLE_HEADER = (
    r"(?i)owner|contact|mail|phone|mobil|\btel|person|manager|\buser|admin|responsib|assign|approv|created.?by|"
    r"(?:modified|updated|requested|ordered|managed).?by|custodian|steward|besitzer|verantwort|ansprech|kontakt|"
    r"propri|respons|contacto|dueñ|dono"
)
"""Headers of columns without a field that rightfully name people."""

_EMAIL = r"(?i)(?:^|[^a-z0-9._%+-])((?:[a-z0-9][a-z0-9._%+-]*)@(?:[a-z0-9-]+\.)+[a-z]{2,})\b"
_NO_PERSON = r"(?i)^(?:git|svn|hg|root|no-?reply|noreply|postmaster|hostmaster|abuse|info|support|admin|webmaster)@"
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
_MANY_DIGITS = r"[0-9](?:[ ./()-]?[0-9A-Z]{0,4}[ ./()-]?[0-9]){7}"


def may_name_people(column: ColumnMapping, declared: Field | None) -> bool:
    """Whether personal data belongs into the column: owners and contacts, mapped or not."""
    if declared is not None:
        return declared.privacy is not Privacy.NONE or declared.group is FieldGroup.OWNERSHIP
    return bool(pl.Series([column.source_field]).str.contains(PEOPLE_HEADER).item())


def may_hold_numbers(declared: Field | None) -> bool:
    """Whether long numbers belong into the column, so that one that looks like a card is none."""
    return declared is not None and (declared.group is FieldGroup.IDENTITY or declared.unit is not None)


def has_at(cell: pl.Expr) -> pl.Expr:
    """Whether a cell may hold an e-mail address: a cheap test before `kind_of_personal_data`."""
    return cell.str.contains("@", literal=True)


def has_many_digits(cell: pl.Expr) -> pl.Expr:
    """Whether a cell may hold a phone, card, account or national number: a test before `kind_of_personal_data`."""
    return (cell.str.len_bytes() >= _SHORTEST) & cell.str.contains(_MANY_DIGITS)


_SHORTEST = 9


def kind_of_personal_data(cell: pl.Expr) -> pl.Expr:
    """Return the code of the personal data in a cell, null when there is none."""
    address = cell.str.extract(_EMAIL)
    card = cell.str.extract(_CARD).str.replace_all("[ -]", "")
    account = cell.str.extract(_IBAN).str.replace_all(" ", "", literal=True)
    return (
        pl.when(card.is_not_null() & checksums.luhn(card))
        .then(pl.lit("payment_card"))
        .when(account.is_not_null() & checksums.iban(account))
        .then(pl.lit("bank_account"))
        .when(cell.str.contains(_NATIONAL_ID))
        .then(pl.lit("national_id"))
        .when(address.is_not_null() & ~address.str.contains(_NO_PERSON))
        .then(pl.lit("personal_email"))
        .when(cell.str.contains(_PHONE))
        .then(pl.lit("personal_phone"))
    )
