"""Frames as COPY text, read back by PostgreSQL itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from muster.db.copy_text import copy_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELLS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_ELEMENTS = st.text(st.sampled_from('ab,"\\\t\n\r{} N'), max_size=6)


@pytest.fixture(scope="module")
def connection(app_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(app_url, autocommit=True) as connection:
        yield connection


def _through_postgresql(connection: psycopg.Connection, frame: pl.DataFrame, *types: str) -> list[tuple[object, ...]]:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(frame.columns, types, strict=True))
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute(sql.SQL(f"CREATE TEMPORARY TABLE there (at int GENERATED ALWAYS AS IDENTITY, {columns})"))
        names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
        with cursor.copy(sql.SQL("COPY there ({}) FROM STDIN").format(names)) as copy:
            for chunk in copy_text(frame):
                copy.write(chunk)
        return cursor.execute(sql.SQL("SELECT {} FROM there ORDER BY at").format(names)).fetchall()


@given(cells=st.lists(_CELLS | st.sampled_from(["\\N", "\\.", "\\", "\t", "\r\n", '"', ""]), max_size=5))
def test_text_comes_back_as_it_was(connection: psycopg.Connection, cells: list[str | None]) -> None:
    frame = pl.DataFrame({"plain": ["x"] * len(cells), "cell": cells}, schema={"plain": pl.String, "cell": pl.String})
    assert _through_postgresql(connection, frame, "text", "text") == frame.rows()


@given(lists=st.lists(st.none() | st.lists(_ELEMENTS, max_size=3), max_size=4))
def test_lists_come_back_as_they_were(connection: psycopg.Connection, lists: list[list[str] | None]) -> None:
    frame = pl.DataFrame({"words": lists}, schema={"words": pl.List(pl.String)})
    assert _through_postgresql(connection, frame, "text[]") == frame.rows()


@given(numbers=st.lists(st.none() | st.floats(allow_nan=False), max_size=4))
def test_numbers_come_back_to_the_last_bit(connection: psycopg.Connection, numbers: list[float | None]) -> None:
    frame = pl.DataFrame({"number": numbers}, schema={"number": pl.Float64})
    assert _through_postgresql(connection, frame, "double precision") == frame.rows()


def test_whole_numbers_truth_days_and_moments_keep_their_types(connection: psycopg.Connection) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)
    rows = [(-(2**63), True, date(1969, 12, 31), moment), (None, None, None, None)]
    frame = pl.DataFrame(
        rows,
        schema={"n": pl.Int64, "b": pl.Boolean, "d": pl.Date, "t": pl.Datetime("us", "UTC")},
        orient="row",
    )
    assert _through_postgresql(connection, frame, "bigint", "boolean", "date", "timestamptz") == rows


def test_a_frame_longer_than_a_chunk_loses_nothing(connection: psycopg.Connection) -> None:
    frame = pl.DataFrame({"n": pl.int_range(120_001, eager=True), "s": ["a\tb"] + ["c"] * 120_000})
    assert _through_postgresql(connection, frame, "bigint", "text") == frame.rows()


def test_an_empty_frame_gives_no_chunk() -> None:
    assert list(copy_text(pl.DataFrame(schema={"a": pl.String, "b": pl.List(pl.String)}))) == []
