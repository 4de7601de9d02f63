"""What is remembered of the columns of tables, and the fields that an engagement has of its own."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from muster.api.caller import Provided, Tenanted
from muster.api.documents.mappings import (
    CustomFieldDocument,
    CustomFieldRequest,
    CustomFieldsDocument,
    LayoutDocument,
    LayoutsDocument,
    MappingMemoryRequest,
    TakenDocument,
)
from muster.api.download import attachment, file_response
from muster.api.routing import API, Routes
from muster.domain.custom_fields import parse_custom_field
from muster.domain.tenant import Permission
from muster.services.custom_fields import declare_custom_field, drop_custom_field, list_custom_fields
from muster.services.mapping_memory import (
    export_mappings,
    forget_layout,
    import_mappings,
    list_layouts,
    read_layout,
)
from muster.services.mapping_preset import parse_preset

routes = Routes(f"{API}/mapping-memory", "mappings")
custom_fields = Routes(f"{API}/custom-fields", "mappings")

_YAML = "application/yaml"


@routes.get("", Permission.READ)
async def get_mapping_memory(services: Provided, context: Tenanted) -> LayoutsDocument:
    """What people said of the columns of tables, by kind of table; it is offered for the next file like it."""
    layouts = await list_layouts(services, context)
    return LayoutsDocument(items=tuple(LayoutDocument.of(layout) for layout in layouts))


@routes.put("", Permission.EDIT)
async def put_mapping_memory(services: Provided, context: Tenanted, body: MappingMemoryRequest) -> TakenDocument:
    """Remember what a document of mappings says, in place of what was remembered of the same columns."""
    preset = parse_preset(body.document())
    return TakenDocument.of(await import_mappings(services, context, preset, body.scope))


@routes.get("/export", Permission.READ, responses=file_response(_YAML), response_class=Response)
async def get_mapping_memory_file(
    services: Provided, context: Tenanted, layout: Annotated[tuple[UUID, ...], Query()] = ()
) -> Response:
    """What is remembered (of some kinds of table, or all) as YAML, to read, keep, and bring elsewhere."""
    preset = await export_mappings(services, context, layout)
    return Response(preset.as_yaml(), media_type=_YAML, headers=attachment("mappings.yaml"))


@routes.get("/{layout_id}", Permission.READ)
async def get_layout(services: Provided, context: Tenanted, layout_id: UUID) -> LayoutDocument:
    """One kind of table with what was said of its columns, by whom, and how often it was used."""
    return LayoutDocument.of(await read_layout(services, context, layout_id))


@routes.delete("/{layout_id}", Permission.EDIT, status=204, response_class=Response)
async def delete_layout(
    services: Provided, context: Tenanted, layout_id: UUID, column: Annotated[tuple[str, ...], Query()] = ()
) -> Response:
    """Forget a kind of table, or the words on some of its columns; imports stay as they are."""
    await forget_layout(services, context, layout_id, column)
    return Response(status_code=204)


@custom_fields.get("", Permission.READ)
async def get_custom_fields(services: Provided, context: Tenanted) -> CustomFieldsDocument:
    """The fields that the engagement declared for itself; columns are mapped to `custom:<name>`."""
    fields = await list_custom_fields(services, context)
    return CustomFieldsDocument(items=tuple(CustomFieldDocument.of(field) for field in fields))


@custom_fields.put("/{name}", Permission.EDIT)
async def put_custom_field(
    services: Provided, context: Tenanted, name: str, body: CustomFieldRequest
) -> CustomFieldDocument:
    """Declare a field, or declare it anew for files to come."""
    field = parse_custom_field({"name": name, **body.model_dump(mode="json")})
    return CustomFieldDocument.of(await declare_custom_field(services, context, field))


@custom_fields.delete("/{name}", Permission.EDIT, status=204, response_class=Response)
async def delete_custom_field(services: Provided, context: Tenanted, name: str) -> Response:
    """Take a declaration back: nothing can be mapped to the field any more; imports stay as they are."""
    await drop_custom_field(services, context, name)
    return Response(status_code=204)
