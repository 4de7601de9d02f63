"""A batch of staged text to typed columns, and a row for every cell that could not be converted.

What a batch becomes depends on the mapping only, never on the other rows of the batch: what a column's values say
about units, decimal marks and the order of dates is decided before (decide.py) and stands in the mapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.dtypes import dtype
from muster.catalog.fields import FIELDS
from muster.domain.conversion import CLEAR_WORD, CLEARED_FIELDS, SKIPPED_SCHEMA, Converted, FailureCode
from muster.domain.custom_fields import PREFIX
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.mapping.canonical import field_text
from muster.pipeline.mapping.columns import position_of
from muster.pipeline.mapping.derive import derived
from muster.pipeline.mapping.failures import failure_rows, no_failures
from muster.pipeline.mapping.field_of import field_of
from muster.pipeline.mapping.lists import list_values
from muster.pipeline.mapping.record_key import record_key
from muster.pipeline.mapping.scalars import range_failure, read_odd, value_dtype, vectorised
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.catalog.model import Field, SourceTable
    from muster.domain.mapping import ColumnMapping
    from muster.domain.tables import TableInfo


@dataclass(frozen=True, slots=True)
class _Feed:
    """One column that feeds one field, with the names of its working columns."""

    field: Field
    position: int
    how: Transformation

    @property
    def text(self) -> str:
        return f"text{self.position}"

    @property
    def value(self) -> str:
        return f"value{self.position}"

    @property
    def clear(self) -> str:
        return f"clear{self.position}"

    @property
    def code(self) -> str:
        return f"code{self.position}"


def convert(
    frame: pl.DataFrame,
    table: TableInfo,
    columns: Sequence[ColumnMapping],
    source_table: SourceTable | None = None,
) -> Converted:
    """Convert one batch of `table` (domain.tables: row_number, line, c0 …) by its `columns`.

    `source_table` brings record key, defaults, rows to leave out and blank words. Rows keep their order. The
    engagement's own fields stand in the typed frame as `custom:<name>`, as canonical text whatever their type: files of
    claims that were written under another declaration can be put beside each other.
    Raises ValueError for a mapping to an unknown field or with an unknown transformation.
    """
    feeds = _feeds(columns)
    cells, skipped = _leave_out(frame, table, source_table)
    texts = _texts(cells, feeds, table, source_table)
    texts, clearing = _take_out_clear_words(texts, feeds)
    values = _with_values(texts, feeds)
    fields = _fields(feeds)
    typed = values.select(
        ROW_NUMBER,
        LINE,
        record_key(cells, table, source_table),
        _cleared(clearing, fields),
        *(_field_value(name, group) for name, group in fields.items()),
    )
    typed = _with_products(typed, feeds)
    typed = _with_defaults(typed, source_table)
    typed = typed.with_columns(field_text(group[0].field) for name, group in fields.items() if name.startswith(PREFIX))
    return Converted(typed=derived(typed), failures=_failures(values, fields), skipped=skipped)


def _feeds(columns: Sequence[ColumnMapping]) -> list[_Feed]:
    """The feeding columns, most trusted first: for a scalar field the first filled cell in this order counts.

    A column that a person chose for a scalar field stands alone: what was proposed beside it does not fill its gaps.
    """
    feeding = [column for column in in_force(columns) if column.target_field is not None]
    unknown = sorted({str(column.target_field) for column in feeding if column.custom is None} - FIELDS.keys())
    if unknown:
        raise ValueError(f"the mapping names fields that do not exist: {', '.join(unknown)}")
    feeding.sort(key=lambda column: (-column.confidence, column.position))
    return [
        _Feed(field, column.position, Transformation.parse(column.transformation))
        for column in feeding
        if (field := field_of(column)) is not None
    ]


def in_force(columns: Sequence[ColumnMapping]) -> list[ColumnMapping]:
    """The columns without those that were proposed for a scalar field which a person gave to another column."""
    chosen = {column.target_field for column in columns if column.match_method.is_said}
    return [
        column
        for column in columns
        if column.match_method.is_said
        or column.target_field not in chosen
        or (column.target_field in FIELDS and FIELDS[column.target_field].is_list)
    ]


def _fields(feeds: list[_Feed]) -> dict[str, list[_Feed]]:
    groups: dict[str, list[_Feed]] = {}
    own = sorted({feed.field.name for feed in feeds} - FIELDS.keys())
    for name in (*FIELDS, *own):
        group = [feed for feed in feeds if feed.field.name == name]
        if group:
            groups[name] = group
    return groups


def _texts(cells: pl.DataFrame, feeds: list[_Feed], table: TableInfo, source_table: SourceTable | None) -> pl.DataFrame:
    """The cells of each feed without outer space; null when blank by the table's own words."""
    stripped = cells.select(
        ROW_NUMBER, LINE, *(pl.col(cell_column(feed.position)).str.strip_chars().alias(feed.text) for feed in feeds)
    )
    filled = []
    for feed in feeds:
        text = pl.col(feed.text)
        words = _blank_words(table.columns[feed.position], source_table)
        blank = (text == "") | text.is_in(words) if words else text == ""
        filled.append(pl.when(~blank).then(text).alias(feed.text))
    return stripped.with_columns(filled)


def _blank_words(column: str, source_table: SourceTable | None) -> tuple[str, ...]:
    if source_table is None or not source_table.blank_words:
        return ()
    own = source_table.blank_words.get(column, ())
    keys = {name for group in source_table.record_key for name in group}
    return own if column in keys else (*own, *source_table.blank_words.get("*", ()))


def _leave_out(
    frame: pl.DataFrame, table: TableInfo, source_table: SourceTable | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that are records, and those that the source says are none, with the reason."""
    rules = [
        (position, column, word)
        for column, word in (source_table.skip_rows if source_table else ())
        if (position := position_of(table, column, source_table)) is not None
    ]
    nothing = pl.DataFrame(schema=SKIPPED_SCHEMA)
    if not rules:
        return frame, nothing
    reason = pl.coalesce(
        pl.when(pl.col(cell_column(position)).str.strip_chars().str.to_lowercase() == word.lower()).then(
            pl.lit(f"{column} = {word}")
        )
        for position, column, word in rules
    )
    marked = frame.with_columns(reason.alias("reason"))
    left_out = marked.filter(pl.col("reason").is_not_null())
    if left_out.is_empty():
        return frame, nothing
    kept = marked.filter(pl.col("reason").is_null()).drop("reason")
    return kept, left_out.select(ROW_NUMBER, LINE, "reason")


def _with_values(texts: pl.DataFrame, feeds: list[_Feed]) -> pl.DataFrame:
    """Add value and failure code per feed: vectorised first, then once per distinct text that was refused."""
    plain = [feed for feed in feeds if not feed.field.is_list]
    frame = texts.with_columns(vectorised(pl.col(feed.text), feed.field, feed.how).alias(feed.value) for feed in plain)
    columns: list[pl.Series] = []
    for feed in feeds:
        if feed.field.is_list:
            columns += list_values(frame[feed.text], feed.field, feed.how, feed.value, feed.code)
        else:
            columns += _rescued(frame[feed.text], frame[feed.value], feed)
    frame = frame.with_columns(columns)
    ranges = [
        (feed, outside) for feed in plain if (outside := range_failure(pl.col(feed.value), feed.field)) is not None
    ]
    if not ranges:
        return frame
    return frame.with_columns(
        expression
        for feed, outside in ranges
        for expression in (
            pl.when(outside).then(None).otherwise(pl.col(feed.value)).alias(feed.value),
            pl.when(outside).then(pl.lit(FailureCode.OUT_OF_RANGE.value)).otherwise(pl.col(feed.code)).alias(feed.code),
        )
    )


def _rescued(text: pl.Series, value: pl.Series, feed: _Feed) -> list[pl.Series]:
    """Value and code columns, with the odd texts read one by one."""
    odd = text.filter(value.is_null() & text.is_not_null()).unique()
    if odd.is_empty():
        return [value, pl.Series(feed.code, [None], dtype=pl.String).new_from_index(0, len(text)).rename(feed.code)]
    read = [read_odd(word, feed.field, feed.how) for word in odd.to_list()]
    known = pl.DataFrame(
        {
            feed.text: odd,
            "odd": pl.Series([item[0] for item in read], dtype=value_dtype(feed.field), strict=False),
            feed.code: pl.Series([item[1] for item in read], dtype=pl.String),
        }
    )
    joined = pl.DataFrame([text, value]).join(known, on=feed.text, how="left", maintain_order="left")
    return [joined.select(pl.coalesce(feed.value, "odd").alias(feed.value)).to_series(), joined[feed.code]]


def _take_out_clear_words(texts: pl.DataFrame, feeds: list[_Feed]) -> tuple[pl.DataFrame, set[str]]:
    """Null the cells that say `<clear>` and mark them in a column per feed; the names of those columns."""
    starts = texts.select(pl.col(feed.text).str.starts_with(CLEAR_WORD[0]).any() for feed in feeds)
    found = [feed for feed in feeds if starts[feed.text].item()]
    marked = texts.with_columns(
        (pl.col(feed.text).str.to_lowercase() == CLEAR_WORD).fill_null(value=False).alias(feed.clear) for feed in found
    )
    return (
        marked.with_columns(pl.when(~pl.col(feed.clear)).then(pl.col(feed.text)).alias(feed.text) for feed in found),
        {feed.clear for feed in found},
    )


def _cleared(clearing: set[str], fields: dict[str, list[_Feed]]) -> pl.Expr:
    marks = [
        pl.when(pl.any_horizontal(marked) & pl.all_horizontal(pl.col(feed.value).is_null() for feed in group)).then(
            pl.lit(name)
        )
        for name, group in sorted(fields.items())
        if (marked := [feed.clear for feed in group if feed.clear in clearing])
    ]
    if not marks:
        return pl.lit([], dtype=pl.List(pl.String)).alias(CLEARED_FIELDS)
    return pl.concat_list(marks).list.drop_nulls().alias(CLEARED_FIELDS)


def _field_value(name: str, group: list[_Feed]) -> pl.Expr:
    if group[0].field.is_list and len(group) > 1:
        joined = pl.concat_list(pl.col(feed.value).fill_null([]) for feed in group).list.unique().list.sort()
        return pl.when(joined.list.len() > 0).then(joined).alias(name)
    return pl.coalesce(feed.value for feed in group).alias(name)


def _with_products(typed: pl.DataFrame, feeds: list[_Feed]) -> pl.DataFrame:
    """Numbers that are given per one of another field (cores per CPU) become totals where that field is known."""
    products = [
        (pl.col(feed.field.name) * pl.col(feed.how.times).fill_null(1)).alias(feed.field.name)
        for feed in feeds
        if feed.how.times in typed.columns
    ]
    return typed.with_columns(products)


def _with_defaults(typed: pl.DataFrame, source_table: SourceTable | None) -> pl.DataFrame:
    expressions = []
    for name, text in (source_table.defaults if source_table else {}).items():
        default = pl.lit(text, dtype=pl.String).cast(dtype(FIELDS[name]))
        expressions.append((pl.col(name).fill_null(default) if name in typed.columns else default).alias(name))
    return typed.with_columns(expressions)


def _failures(values: pl.DataFrame, fields: dict[str, list[_Feed]]) -> pl.DataFrame:
    """A failed cell counts unless a more trusted column already gave the field its value."""
    frames = []
    for group in fields.values():
        for place, feed in enumerate(group):
            trusted = group[:place] if not feed.field.is_list else []
            still_open = [pl.col(other.value).is_null() for other in trusted]
            cells = values.filter(pl.all_horizontal(still_open)) if still_open else values
            frames.append(failure_rows(cells, feed.field, feed.position, feed.code, feed.text))
    return pl.concat([no_failures(), *frames]).sort("row_number", "position")
