"""Says what muster understands: categories, sources, fields and agents with every clause."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.registry import categories, sources
from muster.pipeline.validate.registry import all_agents

if TYPE_CHECKING:
    from muster.catalog.model import Category, Field, Source
    from muster.pipeline.validate.agent import Agent


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One import category, as its tile shows it. `required`: of each group one field at least."""

    id: str
    title: str
    description: str
    security_level: str
    security_warning: str
    kinds: tuple[str, ...]
    agents: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    enrichment_targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceTableEntry:
    """One table of a source. `reason` says why one that is not imported brings nothing."""

    name: str
    grain: str
    imported: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source system."""

    id: str
    title: str
    import_category: str
    vendor_page: str
    tables: tuple[SourceTableEntry, ...]


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One canonical field. `words` is its closed vocabulary, if it has one; `spellings` are common headers."""

    name: str
    title: str
    group: str
    type: str
    description: str
    unit: str | None
    is_list: bool
    minimum: float | None
    maximum: float | None
    words: tuple[str, ...]
    privacy: str
    merge: str
    hint: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseEntry:
    """One finding code of an agent."""

    code: str
    severity: str
    title: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """One validation agent with all its clauses, and the categories that run it."""

    id: str
    title: str
    description: str
    categories: tuple[str, ...]
    codes: tuple[ClauseEntry, ...]


@dataclass(frozen=True, slots=True)
class CatalogDescription:
    """All of it, each part sorted by its id; fields in catalog order."""

    categories: tuple[CategoryEntry, ...]
    sources: tuple[SourceEntry, ...]
    fields: tuple[FieldEntry, ...]
    agents: tuple[AgentEntry, ...]


@cache
def describe_catalog() -> CatalogDescription:
    """Return the catalog of this program; it does not change while the process runs."""
    return CatalogDescription(
        categories=tuple(_category(entry) for entry in categories().values()),
        sources=tuple(_source(entry) for entry in sources().values()),
        fields=tuple(_field(entry) for entry in FIELDS.values()),
        agents=tuple(_agent(entry) for entry in all_agents().values()),
    )


def _category(entry: Category) -> CategoryEntry:
    return CategoryEntry(
        id=entry.id,
        title=entry.title,
        description=entry.description,
        security_level=entry.security_level,
        security_warning=entry.security_warning,
        kinds=entry.kinds,
        agents=entry.agents,
        required=entry.required,
        enrichment_targets=entry.enrichment_targets,
    )


def _source(entry: Source) -> SourceEntry:
    tables = tuple(SourceTableEntry(table.name, table.grain, table.imported, table.reason) for table in entry.tables)
    return SourceEntry(entry.id, entry.title, entry.import_category, entry.vendor_page, tables)


def _field(entry: Field) -> FieldEntry:
    return FieldEntry(
        name=entry.name,
        title=entry.title,
        group=entry.group,
        type=entry.type,
        description=entry.description,
        unit=entry.unit,
        is_list=entry.is_list,
        minimum=entry.minimum,
        maximum=entry.maximum,
        words=tuple(entry.vocabulary),
        privacy=entry.privacy,
        merge=entry.merge,
        hint=entry.hint,
        spellings=entry.spellings,
    )


def _agent(entry: Agent) -> AgentEntry:
    return AgentEntry(
        id=entry.id,
        title=entry.title,
        description=entry.description,
        categories=tuple(category.id for category in categories().values() if entry.id in category.agents),
        codes=tuple(
            ClauseEntry(clause.code, clause.severity, clause.title, clause.template, clause.advice)
            for clause in entry.codes
        ),
    )
