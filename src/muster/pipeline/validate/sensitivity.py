"""What the rows of a table say of their data: which kinds it holds, how it is classified, how it ought to be."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.reference.sensitive_data import Word, classification_labels, data_kinds, stated_kinds
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.validate.phrases import MEANINGS, Phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muster.catalog.model import Field
    from muster.pipeline.validate.agent import Knowledge
    from muster.pipeline.validate.tables import Batch, MappedTable

KINDS = "kinds"
STATED = "stated"
LABELLED = "labelled"
IMPLIED = "implied"
IMPLIED_BY = "implied_by"
LEVEL = "level"

_CLASSIFICATION = "data_classification"
_LABEL = "sensitivity_label"
_CATEGORY = "data_category"
_ELEMENT = "element"

_FLAG_HEADERS = {
    "personal": r"(?i)^(?:contains|has|is|holds|includes)?[ _-]*(?:pii|personal(?:[ _-]*(?:data|information))?)$",
    "sensitive": r"(?i)^(?:contains|has|is|holds|includes)?[ _-]*sensitive(?:[ _-]*data)?$",
    "health": r"(?i)^(?:contains|has|is|holds|includes)[ _-]*e?phi$",
    "payment_card": r"(?i)^(?:contains|has|is|holds|includes)[ _-]*(?:pci|cardholder[ _-]*data)$",
}
"""Headers of columns that answer with yes or no whether a kind of data is there."""

YES = ("yes", "true", "1", "y", "x", "ja", "wahr", "oui", "vrai", "si", "sí", "sim", "verdadero", "verdadeiro")
NO = ("no", "false", "0", "n", "nein", "falsch", "non", "faux", "falso", "não", "nao")


def levels(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The classifications from the mildest to the strictest; a level is a place in them."""
    return tuple(fields[_CLASSIFICATION].vocabulary)


def level_of(fields: Mapping[str, Field], classification: str) -> int:
    """The level of a classification."""
    return levels(fields).index(classification)


def title_of_level(level: pl.Expr, fields: Mapping[str, Field]) -> pl.Expr:
    """The word of a level."""
    return level.replace_strict(dict(enumerate(levels(fields))), default=None, return_dtype=pl.String)


def with_sensitivity(batch: Batch, knowledge: Knowledge) -> pl.DataFrame:
    """Return for each record of `batch`, in its order, what it says of its data.

    Columns: row_number, line; `kinds` List(String) of ids of kinds; levels (Int8, null when not said): `stated` by the
    classification, `labelled` by a label of a known scheme, `implied` by the kinds, and `level`, the strictest of the
    three; `implied_by`, the title of the strictest kind.
    """
    fields = knowledge.fields
    typed = batch.typed
    rows = batch.record_text().select(ROW_NUMBER, LINE)
    nothing = pl.lit(None, dtype=pl.Int8)
    stated = pl.col(_CLASSIFICATION).replace_strict(
        {word: level for level, word in enumerate(levels(fields))}, default=None, return_dtype=pl.Int8
    )
    rows = rows.with_columns(
        typed.select(stated.alias(STATED)).to_series() if _CLASSIFICATION in typed.columns else nothing.alias(STATED),
        labelled(typed.get_column(_LABEL), fields).alias(LABELLED)
        if _LABEL in typed.columns
        else nothing.alias(LABELLED),
        _kinds(batch).alias(KINDS),
    )
    strictest = _strictest(rows.get_column(KINDS), fields)
    return rows.with_columns(strictest).with_columns(pl.max_horizontal(STATED, LABELLED, IMPLIED).alias(LEVEL))


def labelled(labels: pl.Series, fields: Mapping[str, Field]) -> pl.Series:
    """Return the level of each label, null for one of no known scheme."""
    by_word = {word: level for level, word in enumerate(levels(fields))}
    meaning = _label_phrases(_vocabulary(fields)).told(labels).get_column(MEANINGS).list.first()
    return meaning.replace_strict(by_word, default=None, return_dtype=pl.Int8)


def knows_label(labels: pl.Series, fields: Mapping[str, Field]) -> pl.Series:
    """Return whether each label belongs to a known scheme, also one that leaves the level open."""
    return _label_phrases(_vocabulary(fields)).told(labels).get_column(MEANINGS).list.len() > 0


def told_kinds(elements: pl.Series) -> pl.Series:
    """Return List(String) of the ids of the kinds of data that each text names."""
    return _kind_phrases().told(elements).get_column(MEANINGS)


def flags(table: MappedTable) -> Iterator[tuple[int, str]]:
    """The columns that may answer with yes or no whether a kind of data is there: position and kind.

    A column of the classification may be such a flag by any header; another one has to be named as one.
    """
    for column in table.columns:
        if column.target_field in (None, _CLASSIFICATION):
            header = pl.Series([column.source_field], dtype=pl.String)
            named = [kind for kind, pattern in _FLAG_HEADERS.items() if header.str.contains(pattern).item()]
            if named or column.target_field:
                yield column.position, named[0] if named else "sensitive"


def says(position: int, words: tuple[str, ...]) -> pl.Expr:
    """Whether the cell of a column is one of `words`."""
    return pl.col(cell_column(position)).str.strip_chars().str.to_lowercase().is_in(words).fill_null(value=False)


def _kinds(batch: Batch) -> pl.Series:
    text, typed = batch.record_text(), batch.typed
    nothing = pl.Series(KINDS, [[]], dtype=pl.List(pl.String)).new_from_index(0, typed.height)
    kinds = _stated(typed.get_column(_CATEGORY)) if _CATEGORY in typed.columns else nothing
    parts: list[pl.Series] = [kinds]
    for position, kind in flags(batch.table):
        if cell_column(position) in text.columns:
            flag = pl.when(says(position, YES)).then(pl.lit([kind])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
            parts.append(text.select(flag.alias("flag")).to_series())
    if len(parts) == 1:
        return kinds
    columns = [part.alias(str(place)) for place, part in enumerate(parts)]
    return pl.DataFrame(columns).select(pl.concat_list(pl.all()).list.unique(maintain_order=True)).to_series()


def _stated(categories: pl.Series) -> pl.Series:
    """The kinds that each list of words names; each distinct word is looked at once."""
    frame = categories.alias(_ELEMENT).to_frame().with_row_index("place")
    words = frame.explode(_ELEMENT).drop_nulls(_ELEMENT)
    distinct = words.get_column(_ELEMENT).unique()
    known = pl.DataFrame({_ELEMENT: distinct, KINDS: told_kinds(distinct)}).explode(KINDS).drop_nulls(KINDS)
    by_row = (
        words.join(known, on=_ELEMENT, how="inner", maintain_order="left")
        .group_by("place", maintain_order=True)
        .agg(pl.col(KINDS).unique(maintain_order=True))
    )
    kinds = frame.select("place").join(by_row, on="place", how="left", maintain_order="left").get_column(KINDS)
    return kinds.to_frame().select(pl.col(KINDS).fill_null(pl.lit([], dtype=pl.List(pl.String)))).to_series()


def _strictest(kinds: pl.Series, fields: Mapping[str, Field]) -> list[pl.Series]:
    """`implied` and `implied_by` of each row."""
    ordered = sorted(data_kinds().values(), key=lambda kind: level_of(fields, kind.classification), reverse=True)
    order = {kind.id: place for place, kind in enumerate(ordered)}
    first = kinds.list.eval(pl.element().replace_strict(order, default=None, return_dtype=pl.Int8)).list.min()
    implied = {place: level_of(fields, kind.classification) for place, kind in enumerate(ordered)}
    titles = {place: kind.title for place, kind in enumerate(ordered)}
    return [
        first.replace_strict(implied, default=None, return_dtype=pl.Int8).alias(IMPLIED),
        first.replace_strict(titles, default=None, return_dtype=pl.String).alias(IMPLIED_BY),
    ]


@cache
def _kind_phrases() -> Phrases:
    return Phrases(stated_kinds())


@cache
def _label_phrases(vocabulary: tuple[tuple[str, str], ...]) -> Phrases:
    """The labels of known schemes, and the words of the catalog for what they do not know."""
    own = tuple(Word(words, meaning, meaning, "") for words, meaning in vocabulary)
    return Phrases((*classification_labels(), *own), whole=True)


def _vocabulary(fields: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
    words = fields[_CLASSIFICATION].vocabulary
    return tuple((spelling, word) for word, synonyms in words.items() for spelling in (word, *synonyms))
