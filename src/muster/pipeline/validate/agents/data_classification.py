"""Whether each row says how its data is classified, and whether that is strict enough for the data it holds.

Nothing here holds a row back: a store that is classified too mildly must come into the inventory all the more. The
strictest of what a row says counts later on. What is looked at:

- the classification (public, internal, confidential, restricted and their synonyms) and the label, which is read by the
  schemes of Microsoft, SQL Server, Google, FIPS 199, the Traffic Light Protocol and several governments;
- the kinds of data that the row states. Each has a mildest classification (`reference/data_kinds.csv`): names of people
  may not be public, card numbers and health data are restricted.

A column that answers with yes or no whether personal data is there is no classification; its yes counts as a kind.
A row that names neither a kind nor a classification is told as missing, once for the table where it has no column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import ROW_NUMBER
from muster.kit.masking import masked
from muster.pipeline.validate import sensitivity
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.places import places
from muster.pipeline.validate.sensitivity import IMPLIED, IMPLIED_BY, LABELLED, STATED

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch, MappedTable

_CLASSIFICATION = "data_classification"
_LABEL = "sensitivity_label"
_CLASSIFYING = (_CLASSIFICATION, _LABEL)
_TEXT = "text"

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        "classification_missing",
        _W,
        "Not classified",
        "Nothing says how the data is classified.",
        "Ask the owner of the data; until then treat it as confidential.",
    ),
    FindingCode(
        "no_classification_column",
        _W,
        "No column classifies the data",
        "No column says how the data of the {rows} rows is classified.",
        "Ask for an export with the classification or the label.",
    ),
    FindingCode(
        "classification_too_mild",
        _W,
        "Classified too mildly",
        "The data is classified as {stated}, but {kind} call for {implied} at least.",
        "Correct the classification, or the kind of data.",
    ),
    FindingCode(
        "label_disagrees",
        _W,
        "Label and classification disagree",
        "The label stands for {labelled}, the classification says {stated}.",
        "Check which of both is current; the stricter one counts.",
    ),
    FindingCode(
        "unknown_label",
        _I,
        "A label of no known scheme",
        "{field} holds a label of no known scheme ({excerpt}).",
        "Say in data_classification what it stands for.",
    ),
    FindingCode(
        "flag_for_classification",
        _I,
        "A yes or no instead of a classification",
        "{field} answers with yes or no; a yes is taken as a kind of data, not as a classification.",
        "Map the column to no field, and ask for a classification.",
    ),
)


def _check_mapping(table: MappedTable, knowledge: Knowledge) -> Outcome:
    del knowledge
    if any(name in table.fields for name in _CLASSIFYING) or not table.info.rows:
        return Outcome()
    return Outcome(
        [findings_frame([{"code": "no_classification_column", "params": params_json(rows=table.info.rows)}])]
    )


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    rows = sensitivity.with_sensitivity(batch, knowledge)
    found = [_too_mild(rows, knowledge), _disagreeing(rows, knowledge), *_unknown_labels(batch, rows, knowledge)]
    if any(name in batch.table.fields for name in _CLASSIFYING):
        found.append(_missing(batch, rows))
    return Outcome(found, gathered=_flagged(batch))


def _missing(batch: Batch, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose classifying cells are all empty; one with an unknown word or a yes or no is told elsewhere."""
    blank = rows.filter(pl.col(STATED).is_null() & pl.col(LABELLED).is_null())
    if blank.is_empty():
        return places(blank, "classification_missing", None)
    failed = batch.failures.filter(pl.col("field") == _CLASSIFICATION).select(ROW_NUMBER)
    blank = blank.join(failed, on=ROW_NUMBER, how="anti", maintain_order="left")
    if _LABEL in batch.typed.columns:
        labelled = batch.typed.filter(pl.col(_LABEL).is_not_null()).select(ROW_NUMBER)
        blank = blank.join(labelled, on=ROW_NUMBER, how="anti", maintain_order="left")
    field = next(name for name in _CLASSIFYING if name in batch.table.fields)
    return places(blank, "classification_missing", field)


def _too_mild(rows: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    said = pl.max_horizontal(STATED, LABELLED)
    words = {
        "stated": sensitivity.title_of_level(said, knowledge.fields),
        "implied": sensitivity.title_of_level(pl.col(IMPLIED), knowledge.fields),
        "kind": pl.col(IMPLIED_BY),
    }
    return places(rows.filter(said < pl.col(IMPLIED)), "classification_too_mild", _CLASSIFICATION, params=words)


def _disagreeing(rows: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    words = {
        "labelled": sensitivity.title_of_level(pl.col(LABELLED), knowledge.fields),
        "stated": sensitivity.title_of_level(pl.col(STATED), knowledge.fields),
    }
    return places(rows.filter(pl.col(LABELLED) != pl.col(STATED)), "label_disagrees", _LABEL, params=words)


def _unknown_labels(batch: Batch, rows: pl.DataFrame, knowledge: Knowledge) -> list[pl.DataFrame]:
    if _LABEL not in batch.typed.columns:
        return []
    labels = rows.with_columns(batch.typed.get_column(_LABEL).alias(_TEXT))
    labels = labels.filter(pl.col(_TEXT).is_not_null() & pl.col(LABELLED).is_null())
    unknown = labels.filter(~sensitivity.knows_label(labels.get_column(_TEXT), knowledge.fields))
    return [places(unknown, "unknown_label", _LABEL, excerpt=masked(pl.col(_TEXT)))]


def _flag_positions(batch: Batch) -> list[int]:
    feeding = set(batch.table.positions(_CLASSIFICATION))
    return [position for position, _ in sensitivity.flags(batch.table) if position in feeding]


def _flagged(batch: Batch) -> pl.DataFrame:
    """How often each column of the classification answers with yes or no: `position`, `rows`."""
    text = batch.record_text()
    answered = [
        (place, text.filter(sensitivity.says(place, (*sensitivity.YES, *sensitivity.NO))).height)
        for place in _flag_positions(batch)
    ]
    return pl.DataFrame(answered, schema={"position": pl.Int32, "rows": pl.Int64}, orient="row")


def _check_table(view: TableView, knowledge: Knowledge) -> Outcome:
    del knowledge
    answered = view.gathered.filter(pl.col("rows") > 0).get_column("position").unique().sort()
    if answered.is_empty():
        return Outcome()
    header = view.table.info.columns
    found = [{"code": "flag_for_classification", "field": header[place]} for place in answered]
    return Outcome([findings_frame(found)])


AGENT = Agent(
    id="data_classification",
    title="Data classification",
    description="Whether data is classified, and strictly enough for the kinds of data that are stated.",
    codes=_CODES,
    needs=("data_classification", "sensitivity_label", "data_category"),
    check_mapping=_check_mapping,
    check_batch=_check_batch,
    check_table=_check_table,
)
