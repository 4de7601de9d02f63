"""Check digits, vectorised: Luhn (ISO/IEC 7812-1) for payment cards, modulo 97 (ISO 13616-1) for IBANs."""

from __future__ import annotations

import string

import polars as pl

_LONGEST_CARD = 19
_LONGEST_IBAN = 34
_MODULUS = 97
_VALUES = {char: value for value, char in enumerate(string.digits + string.ascii_uppercase)}


def luhn(digits: pl.Expr) -> pl.Expr:
    """Whether a text of at most 19 digits passes the Luhn check."""
    padded = digits.str.pad_start(_LONGEST_CARD, "0")
    total = pl.lit(0, dtype=pl.Int32)
    for place in range(_LONGEST_CARD):
        digit = padded.str.slice(place, 1).cast(pl.Int32, strict=False)
        if (_LONGEST_CARD - 1 - place) % 2:
            digit = pl.when(digit > 4).then(digit * 2 - 9).otherwise(digit * 2)  # noqa: PLR2004 - 2·5 has two digits
        total += digit
    return (total % 10 == 0).fill_null(value=False)


def iban(text: pl.Expr) -> pl.Expr:
    """Whether a text of upper-case letters and digits, without spaces, leaves 1 when divided as an IBAN."""
    moved = pl.concat_str(text.str.slice(4), text.str.slice(0, 4)).str.pad_start(_LONGEST_IBAN, "0")
    rest = pl.lit(0, dtype=pl.Int32)
    for place in range(_LONGEST_IBAN):
        value = moved.str.slice(place, 1).replace_strict(_VALUES, default=None, return_dtype=pl.Int32)
        rest = (rest * pl.when(value > 9).then(100).otherwise(10) + value) % _MODULUS  # noqa: PLR2004 - letters are two digits
    return (rest == 1).fill_null(value=False)
