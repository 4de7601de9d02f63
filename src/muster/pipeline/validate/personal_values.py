"""Personal data by the values of a column: a vectorised test of shape, then a check of each distinct value.

The shapes are cheap and let too much through; python-stdnum (check digits of cards, IBANs and the identity numbers of
two dozen countries), phonenumbers (numbering plans) and email-validator (RFC 5322 and 6531) then judge single values.
Some shapes prove nothing alone, as other numbers look the same: they count only where most of a column passes.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email
from stdnum import iban, luhn

from muster.catalog.reference.sensitive_data import identity_numbers
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate import personal_data
from muster.pipeline.validate.alike import mostly_alike

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.catalog.reference.sensitive_data import IdentityNumber


SHAPE, TEXT = "shape", "text"
_NO_SHAPE = (pl.lit(None, dtype=pl.Int16).alias(SHAPE), pl.lit(None, dtype=pl.String).alias(TEXT))


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which personal data is written: `pattern` captures the value in a cell in its first group.

    `needs_at`: only cells with an @ are worth a look, else only those with many digits.
    """

    kind: str
    pattern: str
    check: Callable[[str], bool]
    needs_at: bool = False


def _is_email(text: str) -> bool:
    """Whether it is an address of a person; those of roles (`info@`) are none."""
    if re.match(personal_data.NO_PERSON, text):
        return False
    # addresses within a company end in names that no public register knows, which the library refuses
    public = re.sub(r"(?i)\.(?:local|localdomain|lan|internal|intranet|corp|home|test|example|invalid)$", ".com", text)
    try:
        validate_email(public, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_phone(text: str) -> bool:
    region = None if text.lstrip("( ").startswith("+") else "US"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


def _is_local_phone(text: str) -> bool:
    """Whether it may be a number within a country: no date, and as many digits as such numbers have."""
    return not re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", text) and 8 <= sum(map(str.isdigit, text)) <= 13  # noqa: PLR2004 - ITU-T E.164


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return bool(luhn.is_valid(digits)) and len(set(digits)) > 1


def _is_iban(text: str) -> bool:
    return bool(iban.is_valid(text.upper(), check_country=False))


def _identity_check(number: IdentityNumber) -> Callable[[str], bool]:
    if not number.check:
        return lambda _text: True
    module = importlib.import_module(f"stdnum.{number.check}")
    return lambda text: bool(module.is_valid(text))


_BEFORE, _AFTER = r"(?:^|[^0-9A-Za-z.:@/_-])", r"(?:$|[^0-9A-Za-z:@/_-])"


_CARD = (
    rf"{_BEFORE}((?:4[0-9]{{3}}|5[0-8][0-9]{{2}}|2[2-7][0-9]{{2}}|6[0-9]{{3}}|35[0-9]{{2}})(?:[ -]?[0-9]{{4}}){{3}}|"
    r"3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}|3(?:0[0-5]|[68][0-9])[0-9][ -]?[0-9]{6}[ -]?[0-9]{4}|"
    r"(?:2131|1800)[0-9]{11}|4[0-9]{12}(?:[0-9]{6})?|(?:5018|5020|5038|6304|6759|676[1-3])[0-9]{8,15})"
    rf"{_AFTER}"
)
_IBAN = rf"(?i){_BEFORE}([A-Z]{{2}}[0-9]{{2}}(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,3}})?){_AFTER}"
_INTERNATIONAL = r"\(?\+[1-9][0-9]{0,2}\)?(?:[\s./()-]*[0-9]){6,12}"
_NORTH_AMERICAN = r"(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}(?: ?x[0-9]{1,5})?"
_LOCAL = r"\(?0[0-9]{1,4}\)?(?:[ ./-][0-9]{2,8}){1,5}"
_PHONE_LABEL = (
    r"(?i)\b(?:(?:tele)?phone|tel|mobile|cell|fax|telefon|handy|mobil|durchwahl|t[ée]l[ée]phone|portable|tel[ée]fono|"
    r"celular|(?:call|ring|dial|reach|phone|text)(?: me| us| him| her| them)?(?: at| on| under)?)"
    r"(?: ?(?:no|nr|number|nummer))?[.:#\s]{0,4}"
)
_ANY_PHONE = r"\(?[+0-9][0-9 ().-]{5,18}[0-9]"
NUMBER_LIKE = r"^[\s0-9./()+-]{8,20}$"
"""A cell that one of the shapes that prove nothing alone may fit."""


@cache
def distinct_shapes() -> tuple[Shape, ...]:
    """Shapes that count wherever they stand, the gravest first."""
    return (
        Shape("payment_card", _CARD, _is_card),
        Shape("bank_account", _IBAN, _is_iban),
        *(
            Shape("national_id", rf"{_BEFORE}({number.pattern}){_AFTER}", _identity_check(number))
            for number in identity_numbers()
            if number.is_distinct
        ),
        Shape("email_address", personal_data.EMAIL, _is_email, needs_at=True),
        Shape("phone_number", rf"(?:^|[\s:;,(/])({_INTERNATIONAL}|{_NORTH_AMERICAN}){_AFTER}", _is_phone),
        Shape("phone_number", rf"{_PHONE_LABEL}({_ANY_PHONE}){_AFTER}", _is_local_phone),
    )


@cache
def common_shapes() -> tuple[Shape, ...]:
    """Shapes of whole cells that other numbers have as well."""
    return (
        *(
            Shape("national_id", rf"^\s*({number.pattern})\s*$", _identity_check(number))
            for number in identity_numbers()
            if not number.is_distinct
        ),
        Shape("phone_number", rf"^\s*({_LOCAL})\s*$", _is_local_phone),
    )


def with_shape(cells: pl.DataFrame, cell: str) -> pl.DataFrame:
    """Return the rows whose column `cell` has a distinct shape, with `shape` (its place) and `text` (the value).

    A cell that has several is told once for each kind; of one kind, as the first.
    """
    pools = {
        True: passing(cells, cell, personal_data.has_at(pl.col(cell))),
        False: passing(cells, cell, personal_data.has_many_digits(pl.col(cell))),
    }
    if pools[False].height:
        pools[False] = pools[False].filter(pl.col(cell).str.contains(_any_number()))
    found = [cells.clear().with_columns(_NO_SHAPE)]
    told: dict[str, list[pl.Series]] = {}
    for place, shape in enumerate(distinct_shapes()):
        pool = pools[shape.needs_at]
        for taken in told.get(shape.kind, []):
            pool = pool.filter(~pl.col(ROW_NUMBER).is_in(taken.implode()))
        if pool.height == 0:
            continue
        hits = pool.with_columns(
            pl.lit(place, dtype=pl.Int16).alias(SHAPE), pl.col(cell).str.extract(shape.pattern).alias(TEXT)
        ).filter(pl.col(TEXT).is_not_null())
        if hits.height:
            found.append(hits)
            told.setdefault(shape.kind, []).append(hits.get_column(ROW_NUMBER))
    return pl.concat(found)


def passing(cells: pl.DataFrame, cell: str, test: pl.Expr) -> pl.DataFrame:
    """Return the rows whose column `cell` passes `test`, which is asked once of each text where many are alike."""
    texts = cells.get_column(cell)
    if not mostly_alike(texts):
        return cells.filter(test)
    distinct = texts.unique().to_frame().filter(test).to_series()
    return cells.filter(pl.col(cell).is_in(distinct.implode())) if distinct.len() else cells.clear()


@cache
def _any_number() -> str:
    """One pattern for all shapes of numbers, so that a column is read once where it has none."""
    return "|".join(f"(?:{shape.pattern})" for shape in distinct_shapes() if not shape.needs_at)


def confirmed(shape: Shape, texts: pl.Series) -> pl.Series:
    """Return for each text whether it passes the shape's check; one call for each, so ask for distinct ones only."""
    return pl.Series([shape.check(text) for text in texts], dtype=pl.Boolean)
