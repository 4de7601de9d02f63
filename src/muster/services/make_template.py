"""Makes the blank workbook of a category: tables to fill in, and a sheet that says what each column takes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.catalog.registry import categories
from muster.catalog.templates import HINTS, LIST_MARK, template_tables
from muster.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from muster.catalog.model import Category, Field
    from muster.catalog.templates import TemplateTable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LAST_ROW = 1_048_575
_HEADINGS = ("Sheet", "Column", "Required", "What it is", "What it takes", "Example")
_WIDTHS = (24, 28, 34, 60, 60, 40)
_WORD_WIDTH = 18
_COLUMN_WIDTH = 12
_TAKES: Mapping[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATE: "a date, year first",
    FieldType.DATETIME: "a date with time, year first; UTC where no zone is given",
    FieldType.HOSTNAME: "a host name",
    FieldType.FQDN: "a full name with its domain",
    FieldType.IP: "an IPv4 or IPv6 address",
    FieldType.MAC: "a MAC address",
    FieldType.UUID: "a UUID",
}
_EXAMPLES: Mapping[FieldType, str] = {
    FieldType.INTEGER: "4",
    FieldType.NUMBER: "16",
    FieldType.BOOLEAN: "yes",
    FieldType.DATE: "2026-01-31",
    FieldType.DATETIME: "2026-01-31 18:30",
    FieldType.HOSTNAME: "web01",
    FieldType.FQDN: "web01.example.com",
    FieldType.IP: "10.0.0.5",
    FieldType.MAC: "00:50:56:aa:00:01",
    FieldType.UUID: "564d4cbc-c6a9-1969-8b6f-0242ac120002",
}
_EXAMPLES_BY_UNIT = {"MHz": "2400", "percent": "35"}
_PLAIN = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.BOOLEAN})
_DATES: Mapping[FieldType, str] = {FieldType.DATE: "yyyy-mm-dd", FieldType.DATETIME: "yyyy-mm-dd hh:mm"}


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A workbook (XLSX) to send out."""

    filename: str
    content: bytes


def make_template(category_id: str) -> TemplateFile:
    """The blank workbook of a category. Raises NotFoundError, naming those there are."""
    category = categories().get(category_id)
    if category is None:
        raise NotFoundError(f"There is no import category {category_id!r}; there are: {', '.join(categories())}.")
    return TemplateFile(f"muster-{category.id}.xlsx", template_workbook(category))


def template_workbook(category: Category) -> bytes:
    """A sheet for each table of `category`, its header frozen, and the sheet of hints behind them.

    Cells of text columns are text, so that no program takes the zeros off a number; columns of a vocabulary offer its
    words. Our own reader knows the sheets by their names (catalog/templates.py).
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    tables = template_tables(category)
    sheets = [book.add_worksheet(table.sheet) for table in tables]
    choices = _write_hints(book, category, tables)
    for table, sheet in zip(tables, sheets, strict=True):
        _write_table(book, sheet, table, category, choices)
    book.close()
    return out.getvalue()


def _write_table(
    book: Workbook, sheet: Worksheet, table: TemplateTable, category: Category, choices: Mapping[str, str]
) -> None:
    needed, usual = book.add_format({"bold": True, "bg_color": "#DDEBF7"}), book.add_format({"bold": True})
    required = {name for group in category.required for name in group}
    for place, field in enumerate(table.fields):
        sheet.set_column(place, place, max(_COLUMN_WIDTH, len(field.title) + 2), _cells_of(book, field))
        sheet.write_string(0, place, field.title, needed if field.name in required else usual)
        if field.name in choices:
            sheet.data_validation(1, place, _LAST_ROW, place, _choice(field, choices[field.name]))
    sheet.freeze_panes(1, 0)


def _cells_of(book: Workbook, field: Field) -> Format | None:
    if field.type in _PLAIN:
        return None
    return book.add_format({"num_format": _DATES.get(field.type, "@")})


def _choice(field: Field, cells: str) -> dict[str, str]:
    """A list to choose from; a vocabulary that is open takes other words after a question."""
    return {
        "validate": "list",
        "source": cells,
        "error_type": "warning" if field.open_vocabulary else "stop",
        "error_title": field.title,
        "error_message": f"Choose one of the words listed; the sheet “{HINTS}” has them, too.",
    }


def _write_hints(book: Workbook, category: Category, tables: Sequence[TemplateTable]) -> dict[str, str]:
    """Write the sheet of hints; by field, the cells that hold its words."""
    sheet = book.add_worksheet(HINTS)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    most = max((len(field.vocabulary) for table in tables for field in table.fields), default=0)
    # each column has a heading, so that nothing is told of this sheet when it comes back
    headings = [*_HEADINGS, *(f"Word {number}" for number in range(1, most + 1))]
    for place, (heading, width) in enumerate(zip(headings, [*_WIDTHS, *[_WORD_WIDTH] * most], strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    choices: dict[str, str] = {}
    line = 0
    for table in tables:
        for field in table.fields:
            line += 1
            hints = (
                table.sheet,
                field.title,
                _required(field, category),
                field.description,
                _takes(field),
                _example(field),
            )
            for place, text in enumerate(hints):
                sheet.write_string(line, place, text, wrapped)
            for place, word in enumerate(field.vocabulary, len(hints)):
                sheet.write_string(line, place, word)
            if field.vocabulary:
                ends = [(line, len(hints)), (line, len(hints) + len(field.vocabulary) - 1)]
                first, last = (xlsxwriter.utility.xl_rowcol_to_cell(*cell, row_abs=True, col_abs=True) for cell in ends)
                choices[field.name] = f"='{HINTS}'!{first}:{last}"
    sheet.freeze_panes(1, 2)
    return choices


def _required(field: Field, category: Category) -> str:
    groups = [group for group in category.required if field.name in group]
    if not groups:
        return "no"
    alternatives = [FIELDS[name].title for name in groups[0]]
    return "yes" if len(alternatives) == 1 else f"one of: {', '.join(alternatives)}"


def _takes(field: Field) -> str:
    """What a cell may hold, in words: the type, its unit and range, and how several values are written."""
    if field.vocabulary:
        said = "one of the words on the right" + (", or another" if field.open_vocabulary else "")
    else:
        said = field.hint or _TAKES[field.type]
    unit = f" in {field.unit}" if field.unit and field.unit != "count" else ""
    ends = [f"{name} {end:,.0f}" for name, end in (("from", field.minimum), ("to", field.maximum)) if end is not None]
    several = f"; several are parted by “{LIST_MARK}”" if field.is_list else ""
    return f"{said}{unit}{', ' if ends else ''}{' '.join(ends)}{several}"


def _example(field: Field) -> str:
    usual = _EXAMPLES_BY_UNIT.get(field.unit or "", _EXAMPLES.get(field.type, ""))
    example = next(iter(field.vocabulary), usual)
    return f"{example}{LIST_MARK} …" if field.is_list and example else example
