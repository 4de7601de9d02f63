"""Blank templates: what they say, and that every value which is filled in is read back into the field it is for."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

import openpyxl
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from muster.catalog.fields import FIELDS
from muster.catalog.model import Category, FieldGroup, FieldType
from muster.catalog.registry import categories, sources
from muster.catalog.templates import HINTS, template_source_id, template_sources, template_tables
from muster.domain.errors import NotFoundError
from muster.domain.mapping import MatchMethod
from muster.pipeline.detect import detect
from muster.pipeline.mapping.convert import convert
from muster.pipeline.mapping.propose import propose, refined
from muster.pipeline.mapping.source_tables import source_table_of
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import Limits, inspect_upload
from muster.services.make_template import make_template, template_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.catalog.model import Field

CONNECTIONS = replace(
    categories()["cmdb_export"],
    id="made_up_connections",
    title="Made-up connections",
    required=(("source_server", "source_app"), ("target_server", "target_app")),
    field_groups=(FieldGroup.IDENTITY, FieldGroup.DEPENDENCY, FieldGroup.SENSITIVE),
)
DRAWINGS = replace(CONNECTIONS, id="made_up_drawings_of_sites", title="Made-up drawings", required=())
BOTH_ENDS = replace(CONNECTIONS, id="both", required=(("asset_name",), ("target_server", "target_app")))
"""Categories that are not in the catalog."""
CATEGORIES = [*categories().values(), CONNECTIONS, DRAWINGS, BOTH_ENDS]
ROWS = 3

Row = dict[str, Any]


def filled(category: Category, rows: Mapping[str, Sequence[Row]]) -> bytes:
    """The template of a category with rows in its sheets; values by field as one types them in."""
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(category)))
    for table in template_tables(category):
        for line, row in enumerate(rows.get(table.sheet, ()), 2):
            for place, field in enumerate(table.fields, 1):
                book[table.sheet].cell(line, place, row.get(field.name))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_back(category: Category, content: bytes) -> tuple[Any, dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """The mapping, and by sheet the typed rows and the cells that could not be read."""
    known = {**categories(), category.id: category}
    every = {**sources(), **template_sources(known)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "returned by mail.xlsx"
        path.write_bytes(content)
        report = read_file(inspect_upload(path, Limits(), filename=path.name), path.parent, Limits())
        detection = detect(report, path.name, every, known)
        staged = {table.name: pl.scan_parquet(path.parent / table.staged) for table in report.tables}
        proposal = refined(propose(report, detection, every, known), staged)
        typed, failures = {}, {}
        for table in report.tables:
            found = next(one for one in detection.tables if one.table == table.name)
            if found.imported:
                assert found.source_system == template_source_id(category)
                columns = proposal.for_table(table.name)
                done = convert(staged[table.name].collect(), table, columns, source_table_of(found, every))
                typed[table.name], failures[table.name] = done.typed, done.failures
    return proposal, typed, failures


def text_of(random: Random, kind: FieldType) -> str:
    """A made-up text in the form of its kind of field."""
    byte = partial(random.randrange, 1, 250)
    match kind:
        case FieldType.HOSTNAME:
            return f"srv{byte():03}"
        case FieldType.FQDN:
            return f"srv{byte():03}.corp.example.com"
        case FieldType.IP:
            return f"10.{byte()}.{byte()}.{byte()}"
        case FieldType.MAC:
            return f"00:50:56:{byte():02x}:{byte():02x}:{byte():02x}"
        case FieldType.UUID:
            return str(UUID(int=random.getrandbits(128), version=4))
    return f"{random.choice(['Alder', 'Birch', 'Zelkova', 'Größe'])} {random.randrange(100_000):05}"


def value_of(random: Random, field: Field) -> object:
    """What one types into a cell of this field: numbers are numbers, all else is text as the hints ask for it."""
    most = int(field.maximum if field.maximum is not None else 1e9)
    if field.vocabulary:
        return random.choice(list(field.vocabulary))
    match field.type:
        case FieldType.INTEGER:
            return random.randint(int(field.minimum or 0), most)
        case FieldType.NUMBER:
            # a column of percentages that never passes 1 is read as fractions, whoever wrote it
            return random.randint(8, most * 4) / 4
        case FieldType.BOOLEAN:
            return random.choice(["yes", "no"])
        case FieldType.DATE | FieldType.DATETIME:
            day = date(2001, 1, 1) + timedelta(days=random.randrange(12_000))
            return f"{day}" if field.type is FieldType.DATE else f"{day} 18:30"
    many = random.randint(1, 3) if field.is_list else 1
    return "; ".join(dict.fromkeys(text_of(random, field.type) for _ in range(many)))


def expected(field: Field, typed: object) -> object:
    """The value of the field for what was typed in."""
    if field.is_list:
        return sorted(str(typed).split("; "))
    if field.type is FieldType.BOOLEAN:
        return typed == "yes"
    if field.type is FieldType.DATE:
        return date.fromisoformat(str(typed))
    if field.type is FieldType.DATETIME:
        return datetime.fromisoformat(str(typed)).replace(tzinfo=UTC)
    return typed


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_whatever_is_filled_in_is_read_back(category: Category, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - made-up values, no secrets
    rows = {
        table.sheet: [{field.name: value_of(random, field) for field in table.fields} for _ in range(ROWS)]
        for table in template_tables(category)
    }
    proposal, typed, failures = read_back(category, filled(category, rows))
    assert {column.confidence for column in proposal.columns} == {1.0}
    assert not proposal.needs_review
    for table in template_tables(category):
        assert failures[table.sheet].is_empty()
        read = typed[table.sheet].select(field.name for field in table.fields).rows(named=True)
        wanted = [{field.name: expected(field, row[field.name]) for field in table.fields} for row in rows[table.sheet]]
        assert read == wanted


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_each_column_feeds_its_field_for_certain(category: Category) -> None:
    rows = {
        table.sheet: [{field.name: next(iter(field.vocabulary), None) for field in table.fields}]
        for table in template_tables(category)
    }
    for table in template_tables(category):
        rows[table.sheet][0][table.fields[0].name] = "web01"
    proposal, _, _ = read_back(category, filled(category, rows))
    assert [(column.source_field, column.target_field, column.confidence) for column in proposal.columns] == [
        (field.title, field.name, 1.0) for table in template_tables(category) for field in table.fields
    ]
    assert {column.match_method for column in proposal.columns} == {MatchMethod.SOURCE_PROFILE}


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_nothing_is_told_of_the_sheet_of_hints(category: Category, tmp_path: Path) -> None:
    path = tmp_path / "returned.xlsx"
    path.write_bytes(filled(category, {}))
    report = read_file(inspect_upload(path, Limits(), filename=path.name), tmp_path / "staging", Limits())
    assert not [finding for finding in report.findings if finding.table == HINTS]


def test_rows_of_which_little_is_known_are_rows() -> None:
    category = categories()["cmdb_export"]
    rows: list[Row] = [
        {"asset_name": "web01", "ip_address": "10.0.0.1"},
        {"asset_name": "web02"},
        {"fqdn": "a.b.example"},
    ]
    (table,) = template_tables(category)
    _, typed, _ = read_back(category, filled(category, {table.sheet: rows}))
    assert typed[table.sheet]["asset_name"].to_list() == ["web01", "web02", None]


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_every_field_of_the_category_has_a_column_and_a_hint(category: Category) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(category)))
    wanted = {field.title for table in template_tables(category) for field in table.fields}
    tables = {name: [cell.value for cell in book[name][1]] for name in book.sheetnames if name != HINTS}
    assert sorted(title for titles in tables.values() for title in titles) == sorted(wanted)
    hints = list(book[HINTS].iter_rows(min_row=2, max_col=5, values_only=True))
    assert [(sheet, title) for sheet, title, *_ in hints] == [
        (name, title) for name, titles in tables.items() for title in titles
    ]
    assert all(all(hint) for hint in hints)
    assert all(book[name].freeze_panes == "A2" for name in tables)


def test_the_template_of_a_cmdb_has_every_field_that_the_category_feeds() -> None:
    category = categories()["cmdb_export"]
    (table,) = template_tables(category)
    assert {field.name for field in table.fields} == {
        name for name, field in FIELDS.items() if field.group in category.field_groups
    }


def test_things_and_what_connects_them_have_sheets_of_their_own() -> None:
    tables = template_tables(DRAWINGS)
    assert [table.sheet for table in tables] == ["muster made up drawing - things", "muster made up drawings - links"]
    assert {field.group for field in tables[1].fields} == {FieldGroup.DEPENDENCY}


def test_a_table_that_could_not_bring_what_is_required_is_not_offered() -> None:
    (links,) = template_tables(CONNECTIONS)
    assert [field.name for field in links.fields][:4] == ["source_app", "target_app", "source_server", "target_server"]
    assert {field.group for field in links.fields} == {FieldGroup.DEPENDENCY}


def test_where_a_row_needs_both_there_is_one_table_of_all() -> None:
    (table,) = template_tables(BOTH_ENDS)
    assert {field.group for field in table.fields} == set(BOTH_ENDS.field_groups)


def test_a_closed_vocabulary_is_offered_word_by_word() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_template("cmdb_export").content))
    (table,) = template_tables(categories()["cmdb_export"])
    sheet = book[table.sheet]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        first, last = (place.replace("$", "") for place in rule.formula1.rpartition("!")[2].split(":"))
        words = [cell.value for cell in book[HINTS][f"{first}:{last}"][0]]
        offered[sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value] = (words, rule.errorStyle or "stop")
    assert offered == {
        field.title: (list(field.vocabulary), "warning" if field.open_vocabulary else "stop")
        for field in table.fields
        if field.vocabulary
    }


def test_text_keeps_its_zeros_and_columns_that_are_needed_stand_first() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_template("cmdb_export").content))
    sheet = book.worksheets[0]
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert (formats["Serial number"], formats["Installed"], formats["Memory"]) == ("@", "yyyy-mm-dd", "General")
    required = {FIELDS[name].title for name in categories()["cmdb_export"].required[0]}
    assert {cell.value for cell in sheet[1][: len(required)]} == required


def test_a_category_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFoundError, match="cmdb_export"):
        make_template("nothing")
