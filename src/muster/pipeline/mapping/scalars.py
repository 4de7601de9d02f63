"""Text columns to typed columns, one shape at a time: a vectorised reading, then a reader for the odd distinct texts.

`read_scalars` gives value and failure code per cell. A text that means "nothing" in this type has neither.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.dtypes import dtype
from muster.catalog.header_words import CLOCK_IN_MHZ, RATE_IN_MBIT, RATE_IN_MBYTE, SIZE_IN_GB
from muster.catalog.model import FieldType
from muster.domain.conversion import FailureCode
from muster.pipeline.mapping import shapes
from muster.pipeline.mapping.dates import read_in_dates
from muster.pipeline.mapping.vocabulary import word_of
from muster.pipeline.mapping.written import as_typed, bare_number, read_truth, says_nothing, scientific

if TYPE_CHECKING:
    from muster.catalog.model import Field
    from muster.pipeline.mapping.transformation import Transformation

_EXACT_INTEGER = 2.0**53
_RATE = re.compile(r"([kmg]?)(?:(bit)s?(?:/s|ps)?|bytes?/s|i?b/s|bps)$")
"""`mbps` and `mb/s` in a cell are those of its field; only a written `bit` is certain."""
_THOUSANDS = {"": 1e-6, "k": 1e-3, "m": 1.0, "g": 1e3}
_READERS = {
    FieldType.HOSTNAME: shapes.read_hostname,
    FieldType.FQDN: shapes.read_fqdn,
    FieldType.IP: shapes.read_ip,
    FieldType.MAC: shapes.read_mac,
    FieldType.UUID: shapes.read_uuid,
}
_UNIT_FACTORS: dict[str, dict[str, float]] = {
    "GB": SIZE_IN_GB,
    "MHz": CLOCK_IN_MHZ,
    "MB/s": RATE_IN_MBYTE,
    "Mbit/s": RATE_IN_MBIT,
}


def value_dtype(field: Field) -> pl.DataType:
    """The type of one value of `field`: that of its column, or of the elements when it is a list field."""
    return pl.String() if field.is_list else dtype(field)


def vectorised(text: pl.Expr, field: Field, how: Transformation) -> pl.Expr:  # noqa: PLR0911 - one per type
    """The value where the text is in the usual form, null elsewhere; the odd forms are for `read_odd`."""
    match field.type:
        case FieldType.TEXT:
            plain = text.str.replace_all("\u00a0", " ", literal=True)
            return (
                pl.when(~plain.str.to_lowercase().str.contains(shapes.SYS_ID)).then(plain) if how.reference else plain
            )
        case FieldType.HOSTNAME | FieldType.FQDN:
            name = text.str.to_lowercase().str.strip_chars_end(".")
            pattern = shapes.HOSTNAME if field.type is FieldType.HOSTNAME else shapes.FQDN
            return pl.when(name.str.contains(pattern) & (name.str.len_bytes() <= shapes.LONGEST_NAME)).then(name)
        case FieldType.IP:
            return pl.when(text.str.contains(shapes.IPV4)).then(text)
        case FieldType.MAC:
            pairs = text.str.to_lowercase().str.replace_all("-", ":", literal=True)
            return pl.when(pairs.str.contains(shapes.MAC)).then(pairs)
        case FieldType.UUID:
            lower = text.str.to_lowercase()
            return pl.when(lower.str.contains(shapes.UUID)).then(lower)
        case FieldType.INTEGER:
            return text.cast(pl.Int64, strict=False) if how.unit is None and how.decimal == "." else _nothing(field)
        case FieldType.NUMBER:
            return _number(text, field, how)
        case FieldType.DATE | FieldType.DATETIME:
            return _iso(text, field, how)
        case FieldType.WORD | FieldType.BOOLEAN:
            return _nothing(field)


def read_odd(text: str, field: Field, how: Transformation) -> tuple[object | None, FailureCode | None]:
    """One distinct text that the vectorised reading refused: its value, or why it has none, or neither (blank)."""
    if how.reference and shapes.is_sys_id(text):
        return None, None
    if field.type is FieldType.WORD:
        return _word(text, field, how)
    text = as_typed(text)
    if says_nothing(text):
        return None, None
    value: object | None
    match field.type:
        case FieldType.INTEGER | FieldType.NUMBER:
            value = _odd_number(text, field, how)
        case FieldType.DATE | FieldType.DATETIME:
            moment = read_in_dates(text, how.date or "")
            value = moment.date() if moment and field.type is FieldType.DATE else moment
        case FieldType.BOOLEAN:
            value = read_truth(text)
        case _:
            reader = _READERS.get(field.type)
            value = reader(text) if reader else None
    return (value, None) if value is not None else (None, FailureCode.WRONG_TYPE)


def range_failure(value: pl.Expr, field: Field) -> pl.Expr | None:
    """Whether the value is outside the field's range; None when the field has no range."""
    outside = [value < field.minimum] if field.minimum is not None else []
    outside += [value > field.maximum] if field.maximum is not None else []
    return pl.any_horizontal(outside) if outside else None


def _nothing(field: Field) -> pl.Expr:
    return pl.lit(None, dtype=value_dtype(field))


def _number(text: pl.Expr, field: Field, how: Transformation) -> pl.Expr:
    plain = text.str.replace(",", ".", literal=True) if how.decimal == "," else text
    usual = r"^[+-]?[0-9]+(?:,[0-9]+)?$" if how.decimal == "," else r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
    number = pl.when(text.str.contains(usual)).then(plain).cast(pl.Float64, strict=False)
    return number * _factor(field, how.unit, fraction=how.fraction)


def _factor(field: Field, unit: str | None, *, fraction: bool = False) -> float:
    scale = 100.0 if fraction else 1.0
    return scale * _UNIT_FACTORS.get(field.unit or "", {}).get(unit or "", 1.0)


def _odd_number(text: str, field: Field, how: Transformation) -> float | int | None:
    read = _number_and_word(text, how.decimal)
    if read is None:
        return None
    number, word = read
    factor = _factor(field, how.unit, fraction=how.fraction) if word is None else _factor_of_cell(word, field, how)
    value = number * factor if factor is not None else math.nan
    if not math.isfinite(value):
        return None
    if field.type is FieldType.NUMBER:
        return value
    return int(value) if value.is_integer() and abs(value) < _EXACT_INTEGER else None


def _number_and_word(text: str, decimal: str) -> tuple[float, str | None] | None:
    number = scientific(text)
    if number is not None:
        return number, None
    bare = bare_number(text)
    read = shapes.read_number(bare[0], decimal) if bare is not None else None
    return None if bare is None or read is None else (read[0] * bare[1], read[1])


def _factor_of_cell(word: str, field: Field, how: Transformation) -> float | None:
    """What a number with this word behind it is multiplied by; None when the field can not be given in it."""
    unit = shapes.unit_of(word)
    factors = _UNIT_FACTORS.get(field.unit or "")
    if field.unit in {"MB/s", "Mbit/s"}:
        rate = _RATE.match(word)
        return None if rate is None else _THOUSANDS[rate[1]] * _factor(field, f"M{rate[2]}/s" if rate[2] else None)
    if factors is not None:
        return factors.get(unit or "")
    if unit == "percent":
        return 1.0 if field.unit == "percent" else None  # a cell that shows its percent sign is never a fraction
    if field.type is FieldType.INTEGER and not shapes.counts(word):
        return None
    return _factor(field, how.unit, fraction=how.fraction)


def _iso(text: pl.Expr, field: Field, how: Transformation) -> pl.Expr:
    if how.date and how.date.startswith("epoch"):
        return _nothing(field)
    if field.type is FieldType.DATE:
        return text.str.to_date("%Y-%m-%d", strict=False)
    moment = text.str.replace("T", " ", literal=True).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    return moment.dt.replace_time_zone("UTC")


def _word(text: str, field: Field, how: Transformation) -> tuple[str | None, FailureCode | None]:
    word = word_of(field, text)
    if word:
        return word, None
    if says_nothing(text):
        return None, None
    if how.otherwise:
        return how.otherwise, None
    return (text, None) if field.open_vocabulary else (None, FailureCode.UNKNOWN_WORD)
