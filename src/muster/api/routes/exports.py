"""Files to take away: assets, findings, rejected rows."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from muster.api.caller import Provided, Tenanted
from muster.api.download import download, file_response
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.export_findings import FindingsFormat, export_findings
from muster.services.export_inventory import MEDIA_TYPES, ExportFormat, export_assets
from muster.services.export_rejects import RejectsFormat, export_rejects

routes = Routes(f"{API}/exports", "exports")

OfImport = Annotated[UUID, Query(alias="import", description="The id of the import.")]
_TEXT = ("text/csv", "application/json", "application/x-ndjson")
_ROWS = ("text/csv", MEDIA_TYPES[ExportFormat.XLSX])


@routes.get(
    "/assets", Permission.READ, responses=file_response(*MEDIA_TYPES.values()), response_class=StreamingResponse
)
async def get_assets_file(
    services: Provided,
    context: Tenanted,
    file_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
) -> StreamingResponse:
    """Every asset of the engagement with its id, scores and fields."""
    return download(export_assets(services, context, file_format))


@routes.get("/findings", Permission.READ, responses=file_response(*_TEXT), response_class=StreamingResponse)
async def get_findings_file(
    services: Provided,
    context: Tenanted,
    data_import_id: OfImport,
    file_format: Annotated[FindingsFormat, Query(alias="format")] = FindingsFormat.CSV,
) -> StreamingResponse:
    """The findings of one import, one line a place."""
    return download(await export_findings(services, context, data_import_id, file_format))


@routes.get("/rejects", Permission.READ, responses=file_response(*_ROWS), response_class=StreamingResponse)
async def get_rejects_file(
    services: Provided,
    context: Tenanted,
    data_import_id: OfImport,
    file_format: Annotated[RejectsFormat | None, Query(alias="format")] = None,
) -> StreamingResponse:
    """The rows of one import that were held back, with a reason column, to fix and send again."""
    return download(await export_rejects(services, context, data_import_id, file_format))
