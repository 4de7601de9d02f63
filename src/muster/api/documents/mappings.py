"""Documents about what is remembered of the columns of tables, and about an engagement's own fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.base import Document, Request
from muster.domain.custom_fields import CustomType
from muster.domain.mapping_memory import Layout, MemoryScope, RememberedColumn, Said

_LAYOUT: dict[str, Any] = {
    "source": "generic",
    "table": "servers",
    "columns": ["Server Name", "RAM"],
    "mapping": [{"source_field": "RAM", "target_field": "memory_gb", "transformation": "unit:MiB"}],
}
_FIELD: dict[str, Any] = {"title": "Support tier", "type": "word", "words": ["gold", "silver"]}


class RememberedColumnDocument(Document):
    """A word on one column; `target_field` null: it feeds nothing."""

    source_field: str
    target_field: str | None
    transformation: str | None
    said: Said
    said_at: datetime
    said_by: UUID | None
    said_by_name: str | None
    data_import_id: UUID | None = Field(description="The import that it was said of, which may be gone.")
    filename: str | None
    times_used: int
    last_used_at: datetime | None

    @classmethod
    def of(cls, value: object) -> Self:
        """Return the document for a RememberedColumn."""
        if not isinstance(value, RememberedColumn):
            return super().of(value)
        origin = value.origin
        return cls(
            source_field=value.source_field,
            target_field=value.target_field,
            transformation=value.transformation,
            said=origin.said,
            said_at=origin.said_at,
            said_by=origin.said_by,
            said_by_name=origin.name,
            data_import_id=origin.data_import_id,
            filename=origin.filename,
            times_used=value.times_used,
            last_used_at=value.last_used_at,
        )


class LayoutDocument(Document):
    """A kind of table with the words on its columns."""

    layout_id: UUID
    scope: MemoryScope = Field(description="client: it holds in all engagements of the client.")
    source_system: str
    source_table: str | None = Field(description="null: no profile describes it; it is known again by its headers.")
    table: str
    columns: tuple[str, ...] = Field(description="The headers of the file of this kind that was seen last.")
    filename: str | None
    seen_at: datetime
    words: tuple[RememberedColumnDocument, ...]

    @classmethod
    def of(cls, value: object) -> Self:
        """Return the document for a Layout."""
        if not isinstance(value, Layout):
            return super().of(value)
        return cls(
            layout_id=value.id,
            scope=value.scope,
            source_system=value.source_system,
            source_table=value.source_table,
            table=value.table,
            columns=value.columns,
            filename=value.filename,
            seen_at=value.seen_at,
            words=tuple(RememberedColumnDocument.of(word) for word in value.in_order()),
        )


class LayoutsDocument(Document):
    """Everything that is remembered, by source and name."""

    items: tuple[LayoutDocument, ...]


class PresetLayoutRequest(Request):
    """A kind of table with the words on its columns, as an export has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LAYOUT]})

    source: str = "generic"
    source_table: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = Field(default=(), description="The headers by which the table is known again.")
    mapping: Mapping[str, str | None] | tuple[Mapping[str, str | None], ...]


class CustomFieldRequest(Request):
    """What a field of the engagement's own is. `words` are the only values of a field of the type word."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELD]})

    title: str = ""
    type: CustomType = CustomType.TEXT
    words: tuple[str, ...] = ()
    unit: str | None = None
    description: str = ""


class NamedCustomFieldRequest(CustomFieldRequest):
    """A field of the engagement's own with its name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "support_tier", **_FIELD}]})

    name: str


class MappingMemoryRequest(Request):
    """A document of mappings as `GET /mapping-memory/export` gives it, and where it is to hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"layouts": [_LAYOUT]}]})

    scope: MemoryScope = MemoryScope.ENGAGEMENT
    version: Annotated[int, Field(ge=1, le=1)] = 1
    layouts: tuple[PresetLayoutRequest, ...]
    custom_fields: tuple[NamedCustomFieldRequest, ...] = ()

    def document(self) -> dict[str, Any]:
        """The document without the scope."""
        return self.model_dump(exclude={"scope"}, exclude_unset=True)


class TakenDocument(Document):
    """What a document of mappings brought; `custom_fields` are those that were declared by it."""

    layouts: int
    columns: int
    custom_fields: tuple[str, ...]


class CustomFieldDocument(Document):
    """A field of the engagement's own; a mapping names it `target`."""

    name: str
    target: str
    title: str
    type: CustomType
    words: tuple[str, ...]
    unit: str | None
    description: str


class CustomFieldsDocument(Document):
    """The engagement's own fields, by name."""

    items: tuple[CustomFieldDocument, ...]
