"""`muster catalog`: what muster understands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption  # noqa: TC001 - Typer reads the signature
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results, row, table
from muster.services.describe_catalog import CatalogDescription, describe_catalog

if TYPE_CHECKING:
    from rich.table import Table


class Part(StrEnum):
    """One part of the catalog."""

    FIELDS = "fields"
    SOURCES = "sources"
    AGENTS = "agents"
    CATEGORIES = "categories"


def catalog(
    part: Annotated[Part | None, typer.Argument(help="One part of it; default: all.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what muster understands.

    Fields, source systems with their tables, validation agents with every clause, categories. No database is needed.
    """
    description = describe_catalog()
    parts = [part] if part is not None else list(Part)
    if as_json:
        print_json({str(one): getattr(description, one) for one in parts})
        return
    for one in parts:
        results().print(_TABLES[one](description))


def _fields(description: CatalogDescription) -> Table:
    shown = table("field", "type", "unit", "group", "what it is")
    for field in description.fields:
        kind = f"list of {field.type}" if field.is_list else field.type
        row(shown, field.name, kind, field.unit or "", field.group, field.description)
    return shown


def _sources(description: CatalogDescription) -> Table:
    shown = table("source", "title", "category", "tables")
    for source in description.sources:
        names = ", ".join(f"{one.name}" if one.imported else f"({one.name})" for one in source.tables)
        row(shown, source.id, source.title, source.import_category, names)
    return shown


def _agents(description: CatalogDescription) -> Table:
    shown = table("agent", "clause", "level", "what it finds")
    for agent in description.agents:
        for clause in agent.codes:
            row(shown, agent.id, clause.code, clause.severity, clause.title)
    return shown


def _categories(description: CatalogDescription) -> Table:
    shown = table("category", "title", "level", "agents", "kinds of file")
    for entry in description.categories:
        row(shown, entry.id, entry.title, entry.security_level, ", ".join(entry.agents), ", ".join(entry.kinds))
    return shown


_TABLES = {Part.FIELDS: _fields, Part.SOURCES: _sources, Part.AGENTS: _agents, Part.CATEGORIES: _categories}
