"""Whether the file says enough, and whether what it says can be true; nothing here holds a row back.

Quality is a matter of degree: a row with a placeholder or an old date is still the best that is known of its machine.
So these are warnings where a value misleads (a placeholder, an impossible combination, an old or future date), and
information where it only says little (a constant or nearly empty column). Columns are judged from ten rows on.

The score of a row is in quality.py; the score of a table is the mean of its rows. Figures per table: `quality_score`
and `completeness_score` (0 to 100), and `completeness.<field>` (0 to 1) for each mapped field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.dtypes import dtype
from muster.catalog.placeholders import NUMERIC_PLACEHOLDERS, PLACEHOLDERS
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.kit.masking import masked
from muster.pipeline.validate import consistency, quality
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.alike import mostly_alike
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.catalog.model import Field
    from muster.pipeline.validate.tables import Batch

_JUDGED_ROWS = 10
_NEARLY_EMPTY = 0.05
_INCOMPLETE = 0.8
_LOW_SCORE = 40.0

_WORDS = PLACEHOLDERS | {"-1", "-1.0"}
_NUMBER_WORDS = PLACEHOLDERS | NUMERIC_PLACEHOLDERS
_NUMBERS = (pl.Int64(), pl.Float64())

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        code="placeholder",
        severity=_W,
        title="A placeholder stands for a value",
        template="{field} holds a placeholder ({excerpt}), no value.",
        advice="Leave the cell empty, or fill in the value.",
    ),
    FindingCode(
        code="blank_word",
        severity=_I,
        title="The source fills empty cells with a word",
        template="{field} holds the word that this source writes into empty cells ({excerpt}); it is read as empty.",
    ),
    FindingCode(
        code="os_version_of_other_system",
        severity=_W,
        title="The version belongs to another operating system",
        template="{field} does not fit the operating system of the row.",
        advice="Check which of both is right.",
    ),
    FindingCode(
        code="used_above_total",
        severity=_W,
        title="A part is larger than the whole",
        template="{field} is larger than storage_gb.",
        advice="Check the units of both columns.",
    ),
    FindingCode(
        code="running_but_retired",
        severity=_W,
        title="A retired machine is running",
        template="{field} says retired, but the machine is powered on.",
        advice="Check whether the machine is still in use.",
    ),
    FindingCode(
        code="fewer_cores_than_sockets",
        severity=_W,
        title="Fewer cores than sockets",
        template="{field} is smaller than cpu_sockets.",
        advice="Check whether the column counts cores per socket.",
    ),
    FindingCode(
        code="names_disagree",
        severity=_W,
        title="Host name and full name disagree",
        template="{field} is not the first part of the fqdn of the row.",
        advice="Check which of both is current.",
    ),
    FindingCode(
        code="dates_reversed",
        severity=_W,
        title="Dates in the wrong order",
        template="{field} lies before the day on which the thing was first there.",
        advice="Check the order of day and month.",
    ),
    FindingCode(
        code="future_date",
        severity=_W,
        title="An observation in the future",
        template="{field} lies after {as_of}.",
        advice="Check the order of day and month, and the clock of the source.",
    ),
    FindingCode(
        code="stale_observation",
        severity=_W,
        title="An old observation",
        template="{field} is {days} days before {as_of}.",
        advice="Export the file again, or check whether the machine still exists.",
    ),
    FindingCode(
        code="empty_column",
        severity=_I,
        title="A column without values",
        template="{field} has a column, but no row has a value.",
    ),
    FindingCode(
        code="nearly_empty_column",
        severity=_I,
        title="A nearly empty column",
        template="{field} has a value in {filled} of {rows} rows.",
    ),
    FindingCode(
        code="incomplete_column",
        severity=_I,
        title="An incomplete column",
        template="{field} has a value in {filled} of {rows} rows.",
        advice="Ask for the missing values, or fill them in later.",
    ),
    FindingCode(
        code="constant_column",
        severity=_I,
        title="A column with one value only",
        template="{field} has the same value in all {filled} rows that have one: it may be a default.",
    ),
    FindingCode(
        code="low_quality",
        severity=_W,
        title="The table tells little",
        template="The rows of this table score {score} of 100 on average.",
        advice="Look at which fields have no column, and ask the owner of the file for them.",
    ),
)


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    found = [
        *_placeholders(batch, knowledge),
        *_contradictions(batch.typed),
        *_dates(batch.typed, knowledge),
    ]
    return Outcome(found, gathered=_figures(batch, knowledge))


def _placeholders(batch: Batch, knowledge: Knowledge) -> list[pl.DataFrame]:
    text = batch.record_text()
    found = []
    for column in batch.table.columns:
        name = cell_column(column.position)
        if column.target_field is None or name not in text.columns:
            continue
        cells = text.select(ROW_NUMBER, LINE, name)
        blank = batch.table.blank_words.get(column.position, ())
        words = _words(knowledge.fields.get(column.target_field))
        written = _written(text.get_column(name), words)
        for code, texts in (
            ("blank_word", pl.Series(blank, dtype=pl.String)),
            ("placeholder", written.filter(~written.is_in(blank))),
        ):
            if texts.len():
                hits = cells.filter(pl.col(name).is_in(texts.implode()))
                found.append(places(hits, code, column.target_field, excerpt=masked(pl.col(name))))
    return found


def _written(cells: pl.Series, words: list[str]) -> pl.Series:
    """The distinct texts among `cells` that are one of the lower-case `words`.

    Few cells are as short as a word (lower case never has fewer characters), and those often are the same.
    """
    short = cells.filter(cells.str.len_chars() <= max(map(len, words)))
    if mostly_alike(short):
        short = short.unique()
    return short.filter(short.str.to_lowercase().is_in(words)).unique()


def _words(declared: Field | None) -> list[str]:
    """The placeholders of a field: a word of its own vocabulary is none (`unknown` is a power state)."""
    if declared is None:
        return sorted(_WORDS)
    known = {synonym for word, synonyms in declared.vocabulary.items() for synonym in (word, *synonyms)}
    return sorted((_NUMBER_WORDS if dtype(declared) in _NUMBERS else _WORDS) - known)


def _contradictions(typed: pl.DataFrame) -> list[pl.DataFrame]:
    """One place per row and contradiction; all are evaluated in one pass."""
    items = consistency.contradictions(typed.columns)
    flags = typed.select(
        ROW_NUMBER, LINE, *(item.holds().fill_null(value=False).alias(str(place)) for place, item in enumerate(items))
    )
    return [places(flags.filter(pl.col(str(place))), item.code, item.blamed) for place, item in enumerate(items)]


def _dates(typed: pl.DataFrame, knowledge: Knowledge) -> list[pl.DataFrame]:
    as_of = pl.lit(knowledge.as_of.isoformat())
    found = [
        places(typed.filter(consistency.in_future(name, knowledge.as_of)), "future_date", name, params={"as_of": as_of})
        for name in consistency.OBSERVED
        if name in typed.columns
    ]
    for name in consistency.SEEN:
        if name in typed.columns:
            days = consistency.age_days(name, knowledge.as_of)
            stale = typed.filter(consistency.is_stale(name, knowledge.as_of))
            found.append(places(stale, "stale_observation", name, params={"days": days, "as_of": as_of}))
    return found


def _figures(batch: Batch, knowledge: Knowledge) -> pl.DataFrame:
    """One row per mapped field: how many rows have it, and the range of its hashes (equal ends: one value)."""
    typed = batch.typed
    scores = quality.row_quality(typed, knowledge.as_of).sum().row(0)
    names = [name for name in batch.table.fields if name in typed.columns]
    hashes = [pl.when(quality.filled(typed.schema, name)).then(pl.col(name).hash()).alias(name) for name in names]
    frame = typed.select(hashes)
    return pl.DataFrame(
        {
            "field": names,
            "rows": [typed.height] * len(names),
            "filled": [frame.height - frame.get_column(name).null_count() for name in names],
            "low": [frame.get_column(name).min() for name in names],
            "high": [frame.get_column(name).max() for name in names],
            "completeness": [scores[0]] * len(names),
            "quality": [scores[1]] * len(names),
        },
        schema=_FIGURES_SCHEMA,
    )


_FIGURES_SCHEMA = pl.Schema(
    {
        "field": pl.String,
        "rows": pl.Int64,
        "filled": pl.Int64,
        "low": pl.UInt64,
        "high": pl.UInt64,
        "completeness": pl.Float64,
        "quality": pl.Float64,
    }
)


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    columns = view.gathered.group_by("field", maintain_order=True).agg(
        pl.sum("rows", "filled", "completeness", "quality"), pl.min("low"), pl.max("high")
    )
    if columns.is_empty() or not columns.item(0, "rows"):
        return Outcome()
    rows = columns.item(0, "rows")
    score = round(columns.item(0, "quality") / rows, 1)
    places_found: list[dict[str, object]] = []
    if rows >= _JUDGED_ROWS:
        for name, filled, low, high in columns.select("field", "filled", "low", "high").iter_rows():
            code = _judge(filled, rows, constant=low == high)
            if code is not None:
                places_found.append({"code": code, "field": name, "params": params_json(filled=filled, rows=rows)})
        if score < _LOW_SCORE:
            places_found.append({"code": "low_quality", "params": params_json(score=score)})
    metrics = {
        "quality_score": score,
        "completeness_score": round(columns.item(0, "completeness") / rows, 1),
        **{f"completeness.{name}": filled / rows for name, filled in columns.select("field", "filled").iter_rows()},
    }
    return Outcome([findings_frame(places_found)], metrics=metrics)


def _judge(filled: int, rows: int, *, constant: bool) -> str | None:
    if filled == 0:
        return "empty_column"
    if filled < rows * _NEARLY_EMPTY:
        return "nearly_empty_column"
    if constant:
        return "constant_column"
    return "incomplete_column" if filled < rows * _INCOMPLETE else None


AGENT = Agent(
    id="data_quality",
    title="Data quality",
    description="Completeness, constant and empty columns, placeholders, impossible combinations, old observations.",
    codes=_CODES,
    check_batch=_check_batch,
    check_table=_check_table,
)
