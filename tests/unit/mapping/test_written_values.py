"""What people and programs write for a number, a date, a truth, a list: read right, or a failure, never a guess."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.domain.conversion import FailureCode
from muster.pipeline.mapping.dates import read_in_dates
from muster.pipeline.mapping.lists import list_values
from muster.pipeline.mapping.scalars import read_odd, vectorised
from muster.pipeline.mapping.transformation import Transformation

MEMORY = FIELDS["memory_gb"]
TAGS = FIELDS["tags"]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("16", ".", 16.0),
        ("0016", ".", 16.0),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1 234,5", ",", 1234.5),
        ("1\u00a0234", ".", 1234.0),
        ("1\u202f234,5", ",", 1234.5),
        ("1’234.5", ".", 1234.5),  # noqa: RUF001 - as the Swiss write it
        ("１６", ".", 16.0),  # noqa: RUF001 - full-width digits
        ("١٦", ".", 16.0),
        ("1.6E+01", ".", 16.0),
        ("1,6E+01", ",", 16.0),
        ("−5", ".", -5.0),  # noqa: RUF001 - the sign of typesetters
        ("(12)", ".", -12.0),
        ("12-", ".", -12.0),
        ("€ 1.200,00", ",", 1200.0),
        ("$1,200.00", ".", 1200.0),
        ("CHF 1'200", ".", 1200.0),
        ("1200 kr", ".", 1200.0),
        ("\u200b16", ".", 16.0),
    ],
)
def test_a_number(text: str, decimal: str, number: float) -> None:
    assert read_odd(text, MEMORY, Transformation(decimal=decimal)) == (number, None)


@pytest.mark.parametrize("text", ["abc", "1e999", "12,34,5", "1.2.3", "0x10", "10-12", "(a)", "1 2", "½"])
def test_a_text_that_is_no_number_is_a_failure(text: str) -> None:
    assert read_odd(text, MEMORY, Transformation()) == (None, FailureCode.WRONG_TYPE)


@pytest.mark.parametrize("text", ["n/a", "-", "—", "\\N", "NULL", "#N/V", "<null>", "…", "\u200b"])
def test_a_word_for_nothing_is_neither_value_nor_failure(text: str) -> None:
    assert read_odd(text, MEMORY, Transformation()) == (None, None)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("yes", True), ("Ja", True), ("VRAI", True), ("Sí", True), ("✓", True), ("1.0", True), ("-1", True),
        ("ｙｅｓ", True),  # noqa: RUF001 - full width
        ("no", False), ("Nein", False), ("Faux", False), ("não", False), ("✗", False), ("0.0", False),
        ("maybe", None), ("2", None),
    ],
)  # fmt: skip
def test_a_truth(text: str, *, truth: bool | None) -> None:
    field = replace(MEMORY, type=FieldType.BOOLEAN)
    assert read_odd(text, field, Transformation()) == (truth, None if truth is not None else FailureCode.WRONG_TYPE)


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("31.01.2024", "dmy", "2024-01-31T00:00"),
        ("01/31/24", "mdy", "2024-01-31T00:00"),
        ("2024/1/31", "", "2024-01-31T00:00"),
        ("31-JAN-24", "", "2024-01-31T00:00"),
        ("31-Jan-2024 10.15.30.000000 PM", "", "2024-01-31T22:15:30"),
        ("31. Januar 2024", "", "2024-01-31T00:00"),
        ("Jan 31, 2024 at 3:05 PM", "", "2024-01-31T15:05"),
        ("20240131", "", "2024-01-31T00:00"),
        ("20240131T120000Z", "", "2024-01-31T12:00"),
        ("2024年1月31日", "", "2024-01-31T00:00"),
        ("2024-01-31T12:00:00+02:00", "", "2024-01-31T10:00"),
        ("2024-01-31T12:00:00.000+0000", "", "2024-01-31T12:00"),
        ("31.01.2024 12:00 CEST", "dmy", "2024-01-31T10:00"),
        ("1/31/2024 12:00 PM EST", "mdy", "2024-01-31T17:00"),
        ("Wed Jan 31 12:00:00 CET 2024", "", "2024-01-31T11:00"),
        ("Wed, 31 Jan 2024 12:00:00 +0100", "", "2024-01-31T11:00"),
        ("45322", "excel", "2024-01-31T00:00"),
        ("45322,5", "excel", "2024-01-31T12:00"),
        ("45322", "dmy", "2024-01-31T00:00"),
        ("1706702400", "epoch_s", "2024-01-31T12:00"),
        ("1706702400000", "epoch_ms", "2024-01-31T12:00"),
    ],
)
def test_a_date(text: str, order: str, moment: str) -> None:
    assert read_in_dates(text, order) == dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text", ["31.02.2024", "2024-13-01", "12:00", "99999999", "2024-01-31 12:00 CST", "31/31/2024", "tomorrow", "0"]
)
def test_a_text_that_is_no_date(text: str) -> None:
    assert read_in_dates(text, "dmy") is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a;b", ["a", "b"]),
        ("a; b ;a", ["a", "b"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb", ["a", "b"]),
        ('["a;x","b"]', ["a", "b", "x"]),
        ('["a", "b"]', ["a", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ("[a; b]", ["a", "b"]),
        ("[x] y", ["[x] y"]),
        ("env=prod\ntier=gold", ["env=prod", "tier=gold"]),
    ],
)
def test_a_list(text: str, values: list[str]) -> None:
    value, code = list_values(pl.Series("text", [text, None]), TAGS, Transformation(lists=(";",)), "value", "code")
    assert (value.to_list(), code.to_list()) == ([values, None], [None, None])


def test_addresses_may_be_parted_by_eastern_commas() -> None:
    text = pl.Series("text", ["10.0.0.1，10.0.0.2、10.0.0.3"])  # noqa: RUF001 - the commas in question
    value, _ = list_values(text, FIELDS["ip_address"], Transformation(), "value", "code")
    assert value.to_list() == [["10.0.0.1", "10.0.0.2", "10.0.0.3"]]


def test_spaces_that_do_not_break_are_spaces_in_a_text() -> None:
    field = replace(MEMORY, type=FieldType.TEXT)
    frame = pl.DataFrame({"text": ["Web\u00a0server", "Web server"]})
    assert frame.select(vectorised(pl.col("text"), field, Transformation())).to_series().n_unique() == 1
