"""Blank tables to send out, one set per category, and the sources that recognise them when they come back filled.

Nothing is kept by hand: tables, columns, units and readings follow from the category's groups of fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import filterfalse
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldGroup, FieldType, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.catalog.model import Category, Field

LIST_MARK = ";"
"""What parts several values in one cell of a template."""

HINTS = "muster hints"
"""The sheet that explains the columns."""

_PREFIX = "template_"
_SHEET_NAME = 31
_UNITS = frozenset({"GB", "MHz", "percent"})
"""Units that a column of numbers is guessed to be in when it does not say so."""


@dataclass(frozen=True, slots=True)
class TemplateTable:
    """One blank table: its sheet (31 characters at most), what a row is, and its fields in the order of columns."""

    sheet: str
    grain: str
    fields: tuple[Field, ...]


def template_tables(category: Category) -> tuple[TemplateTable, ...]:
    """The tables that a file of `category` is made of, the fields that it must bring first.

    Things and what connects them stand in tables of their own; one that could not bring what the category requires is
    not offered. Where both together are needed for a row, there is one table of all.
    """
    wanted = [field for field in FIELDS.values() if field.group in category.field_groups]
    parts = [_Part("things", "one machine, application, device or data store", tuple(filterfalse(_connects, wanted)))]
    parts.append(_Part("links", "one connection from a source to a target", tuple(filter(_connects, wanted))))
    offered = [part for part in parts if part.fields and _brings_what_is_required(part.fields, category)]
    offered = offered or [_Part("rows", "one row", tuple(wanted))]
    required = {name for group in category.required for name in group}
    return tuple(
        TemplateTable(
            sheet=_sheet(category, f" - {part.name}" if len(offered) > 1 else ""),
            grain=part.grain,
            fields=tuple(sorted(part.fields, key=lambda field: field.name not in required)),
        )
        for part in offered
    )


def template_source_id(category: Category) -> str:
    """The id of the source of filled templates of `category`."""
    return f"{_PREFIX}{category.id}"


def template_sources(categories: Mapping[str, Category]) -> dict[str, Source]:
    """By id, the source of filled templates of each category. A sheet's name tells; which columns are left does not."""
    return {template_source_id(category): _source(category) for category in categories.values()}


def _source(category: Category) -> Source:
    filled = tuple(
        SourceTable(
            name=table.sheet,
            grain=table.grain,
            names=(table.sheet.lower(),),
            columns=tuple(SourceColumn((field.title,), field.name, _reading(field)) for field in table.fields),
        )
        for table in template_tables(category)
    )
    hints = SourceTable(
        name=HINTS,
        grain="one column of the template",
        names=(HINTS,),
        columns=(),
        imported=False,
        reason="It explains the columns of the template.",
    )
    return Source(
        id=template_source_id(category),
        title=f"Filled template: {category.title}",
        import_category=category.id,
        tables=(*filled, hints),
        rank=HAND_MADE,
    )


def _reading(field: Field) -> str | None:
    """What the hints of a template promise, so that nothing is guessed from the values (mapping.transformation)."""
    parts = []
    if field.unit in _UNITS:
        parts.append(f"unit:{field.unit}")
    if field.is_list and field.type is FieldType.TEXT:
        parts.append(f"list:{LIST_MARK}")
    return " ".join(parts) or None


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    grain: str
    fields: tuple[Field, ...]


def _connects(field: Field) -> bool:
    return field.group is FieldGroup.DEPENDENCY


def _brings_what_is_required(fields: tuple[Field, ...], category: Category) -> bool:
    names = {field.name for field in fields}
    return all(names.intersection(group) for group in category.required)


def _sheet(category: Category, ending: str) -> str:
    title = f"muster {category.id.replace('_', ' ')}"
    return title[: _SHEET_NAME - len(ending)] + ending
