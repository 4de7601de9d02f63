"""Taking data in: a file in a form, or rows that the caller has parsed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Header, Request, Response

from muster.api.caller import Provided, Tenanted
from muster.api.documents.flows import FlowStatusDocument
from muster.api.documents.uploads import StoreImportRequest
from muster.api.limits import Body
from muster.api.multipart import MultipartReader
from muster.api.routing import API, Routes
from muster.api.upload_form import category_of, read_form
from muster.catalog.registry import categories
from muster.domain.tenant import Permission
from muster.services.start_import import ImportStorageHandler
from muster.services.store_import import StoreRequest, store_rows

if TYPE_CHECKING:
    from muster.api.crowd import Crowd

routes = Routes(f"{API}/data-import", "uploads")

IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key again answers with the flow of the first call instead of starting another.",
    ),
]
_LOCATION = {"headers": {"Location": {"description": "Where to poll.", "schema": {"type": "string"}}}}


def _form() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "import_category": {
                            **text,
                            "enum": ["auto", *categories()],
                            "default": "auto",
                            "description": "What the file is; `auto` finds out. Put it before the file: such a form is "
                            "stored as it arrives.",
                        },
                        "import_type": {**text, "deprecated": True, "description": "Older name of import_category."},
                        "processing_config": {
                            **text,
                            "description": "JSON object: agents, enrichment_targets, review, strict, mapping, feed, "
                            "observed_at.",
                            "examples": ['{"review": "never", "feed": "vcenter-01"}'],
                        },
                        "import_name": text,
                        "description": text,
                        "source_system": text,
                        "observed_at": {**text, "format": "date-time"},
                        "file": {**text, "format": "binary"},
                    },
                },
                "encoding": {"processing_config": {"contentType": "application/json"}},
            }
        },
    }


@routes.post(
    "/upload",
    Permission.IMPORT,
    body=Body.FILE,
    status=202,
    responses={202: _LOCATION},
    extra={"requestBody": _form()},
)
async def upload_data_import(
    request: Request,
    response: Response,
    services: Provided,
    context: Tenanted,
    idempotency_key: IdempotencyKey = None,
) -> FlowStatusDocument:
    """Take a file in and start its import; the answer says where to poll."""
    crowd = cast("Crowd", request.app.state.crowd)
    with crowd.place(context.engagement_id):
        reader = MultipartReader(request.headers.get("content-type", ""), request.stream())
        async with read_form(reader, idempotency_key) as upload:
            # the form around the file weighs nothing beside the factors of an estimate
            stated = request.headers.get("content-length", "")
            sized = replace(upload, stated_size=int(stated) if stated.isdecimal() else None)
            flow = await ImportStorageHandler(services, context).handle_import(sized)
    response.headers["Location"] = f"{API}/data-import/status/{flow.master_flow_id}"
    return FlowStatusDocument.of(flow)


@routes.post("/store-import", Permission.IMPORT, body=Body.ROWS, responses={200: _LOCATION})
async def store_data_import(
    response: Response,
    services: Provided,
    context: Tenanted,
    body: StoreImportRequest,
    idempotency_key: IdempotencyKey = None,
) -> FlowStatusDocument:
    """Store rows that the caller has parsed, all of them before the answer, and start their flow."""
    flow = await store_rows(
        services,
        context,
        StoreRequest(
            file_data=body.file_data,
            filename=body.metadata.filename,
            file_size=body.metadata.size,
            mime_type=body.metadata.type,
            upload_context=body.upload_context,
            import_category=category_of(body.import_category, body.import_type),
            processing_config=body.processing_config,
            import_name=body.import_name,
            description=body.description,
            source_system=body.source_system,
            idempotency_key=idempotency_key,
        ),
    )
    response.headers["Location"] = f"{API}/data-import/status/{flow.master_flow_id}"
    return FlowStatusDocument.of(flow)
