"""Custom fields of assets as one JSON object of the database, and back."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from muster.kit.ids import uuid7
from muster.pipeline.enrich.claims import ImportIndex
from muster.pipeline.enrich.codec import CUSTOM_FIELDS, VALUE_COLUMNS, custom_values, to_columns
from muster.pipeline.enrich.fields import custom_columns
from muster.pipeline.enrich.fingerprint import ROW_SCHEMA

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def packed(**columns: list[str | None]) -> list[str | None]:
    """What the database is given of assets with these custom fields."""
    own = {f"custom:{name}": pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    height = max((len(values) for values in columns.values()), default=1)
    rows = pl.DataFrame(
        [{**dict.fromkeys(ROW_SCHEMA), "asset": number, "claims": [number]} for number in range(height)],
        schema=ROW_SCHEMA,
    )
    written = to_columns(rows.with_columns(**own), ImportIndex((uuid7(),)), VALUE_COLUMNS)
    return list(written[CUSTOM_FIELDS])


def test_an_object_has_the_fields_that_say_something() -> None:
    assert packed(tier=["gold", None, None], price=["1.5", "2", None]) == [
        '{"price":"1.5","tier":"gold"}',
        '{"price":"2"}',
        None,
    ]


def test_without_custom_fields_there_is_no_object() -> None:
    assert packed() == [None]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=10))
def test_any_text_comes_back(values: list[tuple[str | None, str | None]]) -> None:
    columns = {name: [row[place] for row in values] for place, name in enumerate(("tier", "price"))}
    objects = packed(**columns)
    told = [
        {name: texts[row] for name, texts in columns.items() if texts[row] is not None} for row in range(len(values))
    ]
    assert [json.loads(text) if text else {} for text in objects] == told
    read = pl.DataFrame(custom_values(pl.Series(objects, dtype=pl.String)))
    assert {name: read[name].to_list() for name in custom_columns(read)} == {
        f"custom:{name}": texts for name, texts in columns.items() if any(text is not None for text in texts)
    }
