"""Which columns and cells hold personal data, and which kinds the rows themselves state.

Three things tell: the header (with its neighbours: `name` counts only in a table about people), the kinds that the rows
state, and the values. Values are first tested for a shape over the whole column; then python-stdnum, phonenumbers and
email-validator check each distinct value: all of them up to 1,000 of a column, else those with the smallest hashes,
which is a sample that any order and any batch size gives again. A verdict says in how many cells, how many distinct
values were checked, and how sure it is: the share of them that is right, moved towards certainty where the header says
the same. A kind that fewer than three in ten of its look-alikes pass is a coincidence of digits and is not told.

A column that consists of a kind is told once; single cells in a column of something else are told one by one. Names of
hosts and products, addresses of networks and serial numbers are no people's. Columns of owners name people rightfully.
Nothing here holds a row back, and no value leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import polars_hash as plh

from muster.catalog.model import FieldType
from muster.catalog.reference.sensitive_data import data_kinds
from muster.domain.findings import PLACES_PER_CODE, FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.kit.masking import masked
from muster.pipeline.validate import personal_data, personal_headers, personal_values, sensitivity
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.personal_values import SHAPE, TEXT
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.mapping import ColumnMapping
    from muster.pipeline.validate.tables import Batch, MappedTable

_CHECKED = 1_000
_COINCIDENCE, _NATURE, _COMMON = 0.3, 0.5, 0.8
_FEWEST_COMMON = 10
_POSITION, _TALLY, _CELLS, _CELL, _ELEMENTS = "position", "tally", "cells", "cell", "elements"
_FILLED, _SHAPED, _SAMPLED, _NUMBERS, _STATED, _UNSTATED = (
    "filled",
    "shaped",
    "sampled",
    "numbers",
    "stated",
    "unstated",
)
_GATHERED = pl.Schema(
    {
        _TALLY: pl.String,
        _POSITION: pl.Int32,
        SHAPE: pl.Int16,
        TEXT: pl.String,
        _CELLS: pl.Int64,
        ROW_NUMBER: pl.Int32,
        LINE: pl.Int32,
    }
)
"""What a batch leaves: `filled` and `numbers` count cells of a column; `shaped` counts those of a shape and `sampled`
holds its values with their rows (the first PLACES_PER_CODE, and a sample), or without a shape values of the column;
`stated` and `unstated` count rows by the kind (or unknown word) in `text`."""

_FREE_TEXT = (FieldType.TEXT, FieldType.HOSTNAME, FieldType.FQDN)
_FOUND_VALUES = (
    r"(?i)^(?:.*[ _.-])?(?:quotes?|samples?|sample[ _-]?(?:values?|data|text)|match(?:ed)?[ _-]?(?:texts?|values?)|"
    r"match(?:ed)?[ _-]?strings?|(?:found|detected|example|raw)[ _-]?values?|snippets?|excerpt|evidence[ _-]?text)$"
)

_W, _I = Severity.WARNING, Severity.INFO
_GUARD = "Check that the file may hold it; else export it again without."
_CODES = (
    FindingCode("payment_cards", _W, "Payment card numbers", "{field} holds payment card numbers{where}.", _GUARD),
    FindingCode("bank_accounts", _W, "Bank account numbers", "{field} holds account numbers (IBAN){where}.", _GUARD),
    FindingCode("national_ids", _W, "National identity numbers", "{field} holds identity numbers{where}.", _GUARD),
    FindingCode("email_addresses", _W, "E-mail addresses of people", "{field} holds e-mail addresses{where}.", _GUARD),
    FindingCode("phone_numbers", _W, "Phone numbers", "{field} holds phone numbers{where}.", _GUARD),
    FindingCode(
        "personal_by_name",
        _W,
        "Personal data by the header",
        "By its header, {field} holds {kind}{where}.",
        _GUARD,
    ),
    FindingCode(
        "found_values_column",
        _W,
        "A column of found values",
        "By its header, {field} holds the very values that a scanner found (cells: {cells}).",
        "Export the file again without this column: nothing here needs it.",
    ),
    FindingCode(
        "stated_personal",
        _I,
        "Personal data is stated",
        "{field} states {kind} (rows: {rows}).",
    ),
    FindingCode(
        "unknown_kind",
        _I,
        "Kinds of data that are not known here",
        "{field} holds words that name no kind of data known here (different ones: {words}; rows: {rows}).",
        "Nothing follows from them: check whether they stand for personal data.",
    ),
)
_CODE_OF = {
    "payment_card": "payment_cards",
    "bank_account": "bank_accounts",
    "national_id": "national_ids",
    "email_address": "email_addresses",
    "phone_number": "phone_numbers",
}


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    headers = _headers(batch.table)
    gathered: list[pl.DataFrame] = [_GATHERED.to_frame(), *_stated(batch)]
    for column in batch.table.columns:
        name = cell_column(column.position)
        if name in batch.text.columns and _is_looked_at(column, knowledge):
            cells = batch.record_text().select(ROW_NUMBER, LINE, pl.col(name).alias(_CELL)).drop_nulls(_CELL)
            gathered.extend(_look(cells, column, headers.get(column.position), knowledge))
    return Outcome(gathered=pl.concat(gathered))


def _headers(table: MappedTable) -> dict[int, str]:
    """What the headers of columns without a field name; fields are what the catalog says that they are."""
    free = {column.position: column.source_field for column in table.columns if column.target_field is None}
    return personal_headers.kinds_by_header(free)


def _is_looked_at(column: ColumnMapping, knowledge: Knowledge) -> bool:
    """Whether the column is free text; numbers, dates and words of a closed list hold no personal data."""
    declared = knowledge.fields.get(column.target_field) if column.target_field else None
    return declared is None or declared.type in _FREE_TEXT


def _look(
    cells: pl.DataFrame, column: ColumnMapping, by_header: str | None, knowledge: Knowledge
) -> Iterator[pl.DataFrame]:
    position = column.position
    yield _tally(_FILLED, position, cells.height)
    if by_header is not None:
        yield _sample(cells, position, None)
    declared = knowledge.fields.get(column.target_field) if column.target_field else None
    shaped = personal_values.with_shape(cells, _CELL)
    if declared is not None and personal_data.may_hold_numbers(declared):
        shaped = shaped.filter(pl.col(SHAPE).is_in(_shapes_of("email_address")))
    if declared is not None and personal_data.may_name_people(column, declared):
        shaped = shaped.filter(~pl.col(SHAPE).is_in(_shapes_of("email_address", "phone_number")))
    for (shape,), hits in shaped.group_by(SHAPE, maintain_order=True):
        yield _tally(_SHAPED, position, hits.height, int(str(shape)))
        yield _sample(hits, position, int(str(shape)))
    if declared is None:
        numbers = personal_values.passing(cells, _CELL, pl.col(_CELL).str.contains(personal_values.NUMBER_LIKE))
        if numbers.height:
            yield _tally(_NUMBERS, position, numbers.height)
            if by_header is None:
                yield _sample(numbers, position, None)


def _shapes_of(*kinds: str) -> list[int]:
    return [place for place, shape in enumerate(personal_values.distinct_shapes()) if shape.kind in kinds]


def _tally(
    name: str, position: int | None, cells: int, shape: int | None = None, text: str | None = None
) -> pl.DataFrame:
    return pl.DataFrame([(name, position, shape, text, cells, None, None)], schema=_GATHERED, orient="row")


def _sample(cells: pl.DataFrame, position: int, shape: int | None) -> pl.DataFrame:
    """The first places of a shape, and the distinct values with the smallest hashes."""
    text = pl.col(_CELL) if shape is None else pl.col(TEXT)
    values = cells.select(text.alias(TEXT), ROW_NUMBER, LINE)
    first = values.head(PLACES_PER_CODE if shape is not None else 0)
    if values.height > first.height:
        spread = values.unique(TEXT, keep="first", maintain_order=True)
        values = pl.concat([first, _smallest(spread)])
    return values.select(
        pl.lit(_SAMPLED).alias(_TALLY),
        pl.lit(position, dtype=pl.Int32).alias(_POSITION),
        pl.lit(shape, dtype=pl.Int16).alias(SHAPE),
        TEXT,
        pl.lit(None, dtype=pl.Int64).alias(_CELLS),
        ROW_NUMBER,
        LINE,
    )


def _smallest(distinct: pl.DataFrame) -> pl.DataFrame:
    """Of rows with distinct values those with the smallest hashes: the same ones however the rows are cut up."""
    if distinct.height <= _CHECKED:
        return distinct
    return distinct.sort(plh.col(TEXT).nchash.wyhash()).head(_CHECKED)


def _stated(batch: Batch) -> Iterator[pl.DataFrame]:
    """How many rows state each kind, and how many hold each word of none."""
    if "data_category" not in batch.typed.columns:
        return
    rows = (
        batch.typed.select(ROW_NUMBER, pl.col("data_category").alias(_ELEMENTS))
        .explode(_ELEMENTS)
        .drop_nulls(_ELEMENTS)
    )
    counts = rows.unique(maintain_order=True).group_by(_ELEMENTS, maintain_order=True).agg(pl.col(ROW_NUMBER))
    kinds = counts.with_columns(sensitivity.told_kinds(counts.get_column(_ELEMENTS)).alias(_STATED))
    stated = kinds.explode(_STATED).drop_nulls(_STATED).explode(ROW_NUMBER).select(_STATED, ROW_NUMBER).unique()
    for kind, cells in stated.group_by(_STATED).agg(pl.len()).sort(_STATED).iter_rows():
        yield _tally(_STATED, None, cells, text=kind)
    unknown = kinds.filter(pl.col(_STATED).list.len() == 0)
    yield unknown.select(
        pl.lit(_UNSTATED).alias(_TALLY),
        pl.lit(None, dtype=pl.Int32).alias(_POSITION),
        pl.lit(None, dtype=pl.Int16).alias(SHAPE),
        pl.col(_ELEMENTS).alias(TEXT),
        pl.col(ROW_NUMBER).list.len().cast(pl.Int64).alias(_CELLS),
        pl.lit(None, dtype=pl.Int32).alias(ROW_NUMBER),
        pl.lit(None, dtype=pl.Int32).alias(LINE),
    )


def _check_table(view: TableView, knowledge: Knowledge) -> Outcome:
    del knowledge
    table, gathered = view.table, view.gathered
    headers = _headers(table)
    filled = _counts(gathered, _FILLED)
    found = [_found_values(table, filled), _stated_kinds(gathered), _unknown_kinds(gathered)]
    personal = 0
    for position, cells in filled.items():
        own = gathered.filter(pl.col(_POSITION) == position)
        verdicts = _verdicts(own, table.label(position), cells, headers.get(position))
        personal += bool(verdicts)
        found.extend(verdicts)
    return Outcome(found, metrics={"personal_columns": float(personal)})


def _verdicts(own: pl.DataFrame, label: str, filled: int, by_header: str | None) -> list[pl.DataFrame]:
    """All that is said of one column: of its nature by values, else by its header; then of single cells."""
    natures: list[pl.DataFrame] = []
    strays: list[tuple[str, pl.DataFrame]] = []
    for kind, nature, its_places in _by_shape(own, label, filled, by_header):
        if nature is not None:
            natures.append(nature)
        else:
            strays.append((kind, its_places))
    if not natures:
        natures += _by_common_shape(own, label, filled, by_header)
    if not natures and by_header is not None:
        natures += _by_header(own, label, by_header)
        if natures:
            strays = [(kind, its_places) for kind, its_places in strays if not _agree(kind, by_header)]
    return [*natures, *(its_places for _, its_places in strays)]


def _counts(gathered: pl.DataFrame, name: str) -> dict[int, int]:
    counted = gathered.filter(pl.col(_TALLY) == name).group_by(_POSITION).agg(pl.col(_CELLS).sum()).sort(_POSITION)
    return {position: cells for position, cells in counted.select(_POSITION, _CELLS).iter_rows() if cells}


def _by_shape(
    own: pl.DataFrame, label: str, filled: int, by_header: str | None
) -> Iterator[tuple[str, pl.DataFrame | None, pl.DataFrame]]:
    """Kinds whose shape counts wherever it stands: the kind, the verdict on the column if it is its nature, places."""
    shapes = personal_values.distinct_shapes()
    numbers = _numbers(own)
    tallies = own.filter(pl.col(_TALLY) == _SHAPED).group_by(SHAPE).agg(pl.col(_CELLS).sum()).sort(SHAPE)
    for place, cells in tallies.iter_rows():
        kind = shapes[place].kind
        values = own.filter((pl.col(_TALLY) == _SAMPLED) & (pl.col(SHAPE) == place))
        distinct = _smallest(values.unique(TEXT, keep="first", maintain_order=True)).get_column(TEXT)
        right = distinct.filter(personal_values.confirmed(shapes[place], distinct))
        found = round(cells * right.len() / distinct.len())
        # in a column of numbers some have the shape by chance
        alike = max(cells, numbers) if numbers >= filled * _NATURE and not shapes[place].needs_at else cells
        if found < alike * _COINCIDENCE:
            continue
        rows = values.filter(pl.col(TEXT).is_in(right.implode())).sort(ROW_NUMBER)
        shown = places(rows, _CODE_OF[kind], label, params={"where": pl.lit("")}, excerpt=masked(pl.col(TEXT)))
        if found >= filled * _NATURE or cells > PLACES_PER_CODE:
            sure = _sureness(right.len(), distinct.len(), header_agrees=_agree(kind, by_header))
            proof = f"{right.len()} of {distinct.len()} distinct values right, {sure} % sure"
            where = f" in {found} of {filled} cells ({proof})"
            yield kind, _on_column(label, _CODE_OF[kind], where=where), shown
        else:
            yield kind, None, shown


def _numbers(own: pl.DataFrame) -> int:
    return int(own.filter(pl.col(_TALLY) == _NUMBERS).get_column(_CELLS).sum())


def _by_common_shape(own: pl.DataFrame, label: str, filled: int, by_header: str | None) -> Iterator[pl.DataFrame]:
    """A verdict on numbers that prove something only together, and only where most of the column passes."""
    distinct = _column_sample(own)
    if _numbers(own) < filled * _COMMON or distinct.len() < _FEWEST_COMMON:
        return
    for shape in personal_values.common_shapes():
        shaped = distinct.str.extract(shape.pattern).drop_nulls()
        right = int(personal_values.confirmed(shape, shaped).sum())
        if right >= distinct.len() * _COMMON:
            sure = _sureness(right, distinct.len(), header_agrees=_agree(shape.kind, by_header))
            where = f" ({right} of {distinct.len()} distinct values right, {sure} % sure)"
            yield _on_column(label, _CODE_OF[shape.kind], where=where)
            return


def _by_header(own: pl.DataFrame, label: str, kind: str) -> Iterator[pl.DataFrame]:
    distinct = _column_sample(own)
    share = personal_headers.looking_like(kind, distinct)
    if personal_headers.is_believed(share):
        where = f" ({round(share * distinct.len())} of {distinct.len()} distinct values look like it)"
        yield _on_column(label, "personal_by_name", kind=data_kinds()[kind].title, where=where)


def _on_column(label: str, code: str, **params: str) -> pl.DataFrame:
    return findings_frame([{"field": label, "code": code, "params": params_json(**params)}])


def _column_sample(own: pl.DataFrame) -> pl.Series:
    values = own.filter((pl.col(_TALLY) == _SAMPLED) & pl.col(SHAPE).is_null())
    return _smallest(values.unique(TEXT, keep="first", maintain_order=True)).get_column(TEXT)


def _agree(kind: str, by_header: str | None) -> bool:
    """Whether the header names the kind that the values are of."""
    return by_header == kind or (kind, by_header) == ("national_id", "tax_id")


def _sureness(right: int, checked: int, *, header_agrees: bool) -> int:
    """The share that is right by Laplace's rule, in percent; a header that says the same halves the doubt."""
    share = (right + 1) / (checked + 2)
    return round(100 * (1 - (1 - share) / 2 if header_agrees else share))


def _found_values(table: MappedTable, filled: dict[int, int]) -> pl.DataFrame:
    headers = pl.Series(list(table.info.columns), dtype=pl.String)
    named = headers.str.contains(_FOUND_VALUES)
    return findings_frame(
        {"field": headers[place], "code": "found_values_column", "params": params_json(cells=filled[place])}
        for place in range(headers.len())
        if named[place] and place in filled
    )


def _stated_kinds(gathered: pl.DataFrame) -> pl.DataFrame:
    kinds = data_kinds()
    counted = gathered.filter(pl.col(_TALLY) == _STATED).group_by(TEXT).agg(pl.col(_CELLS).sum()).sort(TEXT)
    return findings_frame(
        {
            "field": "data_category",
            "code": "stated_personal",
            "params": params_json(kind=kinds[kind].title, rows=rows),
        }
        for kind, rows in counted.iter_rows()
        if kinds[kind].is_personal
    )


def _unknown_kinds(gathered: pl.DataFrame) -> pl.DataFrame:
    unknown = gathered.filter(pl.col(_TALLY) == _UNSTATED)
    if unknown.is_empty():
        return findings_frame([])
    params = params_json(words=unknown.get_column(TEXT).n_unique(), rows=int(unknown.get_column(_CELLS).sum()))
    return findings_frame([{"field": "data_category", "code": "unknown_kind", "params": params}])


AGENT = Agent(
    id="pii_detection",
    title="Personal data detection",
    description="Kinds of personal data by header, by what the rows state, and by values with their check digits.",
    codes=_CODES,
    check_batch=_check_batch,
    check_table=_check_table,
)
