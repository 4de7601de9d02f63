"""Whether cells hold what must not travel on: secrets, formulas, scripts, personal data out of place.

Every cell of the file is looked at, those of columns without a field too, since they are kept and exported; only a cell
that was read as a number, a date, an address or a known word needs no look. What holds a row back, and why:

- A secret (key, token, password, login in an address) must not be copied into an inventory that many people read and
  export: error, until the cell is cleaned or the finding is accepted as an exception.
- A formula or a script does no harm as long as it is shown as text, which muster does, but it tells of an attack or of
  an export gone wrong: warning. Plain markup is information.
- Personal data in a column that should hold none (a description, a tag) is a matter of law, not of the row: warning.
  Columns of owners and contacts name people rightfully.

A negative number, a dash, a phone number or an @handle is no formula. Card and account numbers count only when their
check digits are right. No value leaves this check: excerpts are masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import FieldType
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.kit.masking import masked
from muster.pipeline.validate import credentials, markup, personal_data
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, findings_frame
from muster.pipeline.validate.alike import mostly_alike
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.domain.mapping import ColumnMapping
    from muster.pipeline.validate.tables import Batch, MappedTable

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_CLEAN = "Remove it from the file, and change it where it is used: whoever has the file knows it."
_MOVE = "Remove it, or move it to a column for contacts."

_CODES = (
    FindingCode("private_key", _E, "A private key", "{field} holds a private key.", _CLEAN),
    FindingCode("access_key", _E, "An access key", "{field} holds an access key ({excerpt}).", _CLEAN),
    FindingCode("web_token", _E, "A signed web token", "{field} holds a signed web token ({excerpt}).", _CLEAN),
    FindingCode(
        "connection_string", _E, "An address with a login", "{field} holds an address with a password in it.", _CLEAN
    ),
    FindingCode("password", _E, "A password", "{field} seems to hold a password ({excerpt}).", _CLEAN),
    FindingCode(
        "secret_column",
        _W,
        "A column of secrets",
        "By its header, the column {field} holds secrets.",
        "Export the file again without this column.",
    ),
    FindingCode(
        "formula",
        _W,
        "A spreadsheet formula",
        "{field} begins as a formula ({excerpt}); a spreadsheet would run it.",
        "Check where the cell comes from; exports of muster show it as text.",
    ),
    FindingCode(
        "script",
        _W,
        "A script",
        "{field} holds a script ({excerpt}); a browser would run it.",
        "Check where the cell comes from; muster shows it as text.",
    ),
    FindingCode("markup", _I, "Markup in a cell", "{field} holds markup ({excerpt}); it is shown as text."),
    FindingCode("personal_email", _W, "An e-mail address out of place", "{field} holds an e-mail address.", _MOVE),
    FindingCode("personal_phone", _W, "A phone number out of place", "{field} holds a phone number.", _MOVE),
    FindingCode("payment_card", _W, "A payment card number", "{field} holds a payment card number.", _CLEAN),
    FindingCode("bank_account", _W, "A bank account number", "{field} holds an account number (IBAN).", _MOVE),
    FindingCode("national_id", _W, "A national identity number", "{field} holds a national identity number.", _MOVE),
)

_SECRETS = ("private_key", "access_key", "web_token", "connection_string", "password")
_MARKUP = ("script", "markup")
_PERSONAL = ("payment_card", "bank_account", "national_id", "personal_email", "personal_phone")
_FREE_TEXT = (FieldType.TEXT, FieldType.HOSTNAME, FieldType.FQDN)
_CELL = "cell"
_KIND = "kind"


def _check_mapping(table: MappedTable, _knowledge: Knowledge) -> Outcome:
    headers = pl.Series("field", list(table.info.columns), dtype=pl.String)
    secret = headers.filter(headers.str.contains(credentials.SECRET_HEADER))
    return Outcome([findings_frame({"code": "secret_column", "field": header} for header in secret)])


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    found: list[pl.DataFrame] = []
    for column in batch.table.columns:
        name = cell_column(column.position)
        if name in batch.text.columns:
            cells = batch.text.select(ROW_NUMBER, LINE, pl.col(name).alias(_CELL))
            if _is_read_as_a_value(column, batch.table, knowledge):
                cells = _unread(cells, column, batch)
            found.extend(_check_column(cells, column, batch.table, knowledge))
    return Outcome(found)


def _is_read_as_a_value(column: ColumnMapping, table: MappedTable, knowledge: Knowledge) -> bool:
    """Whether a cell of the column that was converted is a number, a date, an address or a known word."""
    declared = knowledge.fields.get(column.target_field) if column.target_field else None
    if declared is None or declared.type in _FREE_TEXT or declared.open_vocabulary:
        return False
    return len(table.positions(declared.name)) == 1


def _unread(cells: pl.DataFrame, column: ColumnMapping, batch: Batch) -> pl.DataFrame:
    """The cells that were not converted: those that failed, and those of rows that are no records."""
    failed = batch.failures.filter(pl.col("position") == column.position).get_column(ROW_NUMBER)
    unread = pl.col(ROW_NUMBER).is_in(failed.implode())
    if batch.typed.height < batch.text.height:
        unread |= ~pl.col(ROW_NUMBER).is_in(batch.typed.get_column(ROW_NUMBER).implode())
    elif failed.is_empty():
        return cells.clear()
    return cells.filter(unread)


def _check_column(
    cells: pl.DataFrame, column: ColumnMapping, table: MappedTable, knowledge: Knowledge
) -> list[pl.DataFrame]:
    """Each family of patterns looks only at the cells that a cheap test has picked out."""
    cell = pl.col(_CELL)
    label = table.label(column.position)
    declared = knowledge.fields.get(column.target_field) if column.target_field else None
    checks_people = not personal_data.may_name_people(column, declared)
    worth_a_look = personal_data.has_at(cell)
    if not personal_data.may_hold_numbers(declared):
        worth_a_look |= personal_data.has_many_digits(cell)
    if not _is_secret_column(column):
        cheap = credentials.hinted(cell) | markup.opens_formula(cell) | markup.opens_markup(cell)
        cells = _suspects(cells, cheap | worth_a_look if checks_people else cheap)
    if cells.is_empty():
        return []
    formulas = cells.filter(markup.opens_formula(cell)).filter(markup.is_formula(cell))
    marked = cells.filter(markup.opens_markup(cell)).with_columns(markup.kind_of_markup(cell).alias(_KIND))
    found = [
        *_by_kind(_secrets(cells, column), _SECRETS, label),
        places(formulas, "formula", label, excerpt=masked(cell)),
        *_by_kind(marked, _MARKUP, label),
    ]
    if checks_people:
        found += _by_kind(personal_data.with_kind(cells.filter(worth_a_look), _CELL, _KIND), _PERSONAL, label)
    return found


def _suspects(cells: pl.DataFrame, test: pl.Expr) -> pl.DataFrame:
    """The cells that pass `test`, which is asked once for each distinct text where many cells are alike."""
    texts = cells.get_column(_CELL)
    if not mostly_alike(texts):
        return cells.filter(test)
    distinct = texts.unique().to_frame().filter(test).to_series()
    return cells.filter(pl.col(_CELL).is_in(distinct.implode())) if distinct.len() else cells.clear()


def _secrets(cells: pl.DataFrame, column: ColumnMapping) -> pl.DataFrame:
    cell = pl.col(_CELL)
    if not _is_secret_column(column):
        return cells.filter(credentials.hinted(cell)).with_columns(credentials.kind_of_secret(cell).alias(_KIND))
    by_header = pl.when(credentials.is_secret_value(cell)).then(pl.lit("password"))
    return cells.with_columns(pl.coalesce(credentials.kind_of_secret(cell), by_header).alias(_KIND))


def _is_secret_column(column: ColumnMapping) -> bool:
    header = pl.Series([column.source_field], dtype=pl.String)
    unmapped = column.target_field is None or column.custom is not None
    return unmapped and bool(header.str.contains(credentials.SECRET_HEADER).item())


def _by_kind(cells: pl.DataFrame, kinds: tuple[str, ...], label: str) -> list[pl.DataFrame]:
    """Places of each kind that stands in the column `kind`."""
    told = cells.filter(pl.col(_KIND).is_not_null())
    if told.is_empty():
        return []
    return [places(told.filter(pl.col(_KIND) == code), code, label, excerpt=masked(pl.col(_CELL))) for code in kinds]


AGENT = Agent(
    id="security_scan",
    title="Security scan",
    description="Secrets, formulas, scripts and markup in any cell; personal data in columns that should hold none.",
    codes=_CODES,
    check_mapping=_check_mapping,
    check_batch=_check_batch,
)
