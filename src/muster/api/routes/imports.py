"""Reading imports: list, one, its records, findings, steps, results, rejects and mapping."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

from muster.api.caller import Provided, Tenanted
from muster.api.documents.base import PageDocument, page_of
from muster.api.documents.flows import FlowStatusDocument
from muster.api.documents.imports import (
    AcceptRequest,
    FieldMappingsDocument,
    FieldMappingsRequest,
    FindingCountDocument,
    FindingDocument,
    FindingsQuery,
    ImportDocument,
    ImportsQuery,
    ImportSummaryDocument,
    PlanDocument,
    PlanQuery,
    RecordDocument,
    RecordsQuery,
    RenewedPlanDocument,
    ResultsDocument,
    StepDocument,
    StepsDocument,
)
from muster.api.documents.undo import PurgeDocument, UndoDocument
from muster.api.download import download, file_response
from muster.api.etag import tagged
from muster.api.limits import Body
from muster.api.multipart import MultipartReader
from muster.api.routing import API, Routes
from muster.api.upload_form import read_form
from muster.domain.errors import InvalidRequestError
from muster.domain.processing_config import MappingChoice
from muster.domain.tenant import Permission
from muster.pipeline.enrich.plan_files import EntryFilter
from muster.services.confirm_mapping import confirm_mapping, correct_mapping, read_mapping
from muster.services.decide_plan import RejectedRows, Rejection, accept_plan, reject_plan
from muster.services.export_plan import PlanFormat, export_plan
from muster.services.export_rejects import RejectsFormat, export_rejects
from muster.services.list_findings import FindingFilter, count_findings, list_findings
from muster.services.list_imports import ImportDetail, ImportFilter, list_imports, read_import
from muster.services.list_records import RecordFilter, list_records
from muster.services.list_steps import list_steps
from muster.services.plan_import import list_plan, renew_plan
from muster.services.purge_import import purge_import
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import
from muster.services.start_import import UploadRequest
from muster.services.undo_import import redo_import, undo_import

if TYPE_CHECKING:
    from muster.api.crowd import Crowd

routes = Routes(f"{API}/data-import", "imports")

_STATUS = TypeAdapter(FlowStatusDocument)
_PLAN = TypeAdapter(PlanDocument)
_PLAN_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": PlanDocument, "content": file_response("text/csv", "text/plain")[200]["content"]}
}
_FILE_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
_STATUS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": FlowStatusDocument, "headers": {"ETag": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing changed since the answer that If-None-Match names."},
}


@routes.get("/status/{flow_id}", Permission.READ, responses=_STATUS_RESPONSES, response_class=Response)
async def get_import_status(request: Request, services: Provided, context: Tenanted, flow_id: UUID) -> Response:
    """How far an import is; takes a master flow id, a flow id or a data import id. Poll by `poll_after_seconds`."""
    status = await read_status(services, context, flow_id)
    return tagged(request, FlowStatusDocument.of(status), _STATUS)


@routes.get("", Permission.READ)
async def list_data_imports(
    services: Provided, context: Tenanted, query: Annotated[ImportsQuery, Query()]
) -> PageDocument[ImportSummaryDocument]:
    """Imports of the engagement, newest first."""
    where = ImportFilter(
        status=query.status,
        import_category=query.import_category,
        source_system=query.source_system,
        filename=query.filename,
    )
    return page_of(await list_imports(services, context, where, query.page()), ImportSummaryDocument.of)


@routes.get("/{data_import_id}", Permission.READ)
async def get_data_import(services: Provided, context: Tenanted, data_import_id: UUID) -> ImportDocument:
    """One import: what it is, its tables, and what came of it."""
    return _document(await read_import(services, context, data_import_id))


@routes.get("/{data_import_id}/records", Permission.READ)
async def list_import_records(
    services: Provided, context: Tenanted, data_import_id: UUID, query: Annotated[RecordsQuery, Query()]
) -> PageDocument[RecordDocument]:
    """Rows of an import in the order of the file, raw beside cleansed; readable in every state."""
    where = RecordFilter(table=query.table, outcome=query.outcome)
    return page_of(await list_records(services, context, data_import_id, where, query.page()), RecordDocument.of)


@routes.get("/{data_import_id}/findings", Permission.READ)
async def list_import_findings(
    services: Provided, context: Tenanted, data_import_id: UUID, query: Annotated[FindingsQuery, Query()]
) -> PageDocument[FindingDocument]:
    """What was found, at most 1,000 places for each code and table; `results` has the full counts."""
    where = FindingFilter(severity=query.severity, code=query.code, agent=query.agent, table=query.table)
    return page_of(await list_findings(services, context, data_import_id, where, query.page()), FindingDocument.of)


@routes.get("/{data_import_id}/steps", Permission.READ)
async def list_import_steps(services: Provided, context: Tenanted, data_import_id: UUID) -> StepsDocument:
    """The steps of an import, each with its own status, duration and output."""
    steps = await list_steps(services, context, data_import_id)
    return StepsDocument(items=tuple(StepDocument.of(step) for step in steps))


@routes.get("/{data_import_id}/results", Permission.READ)
async def get_import_results(services: Provided, context: Tenanted, data_import_id: UUID) -> ResultsDocument:
    """What came of an import: records, findings by code, and what the inventory took over."""
    detail = await read_import(services, context, data_import_id)
    counts = await count_findings(services, context, data_import_id)
    summary = detail.summary
    return ResultsDocument(
        data_import_id=summary.data_import_id,
        status=summary.status,
        import_category=summary.import_category,
        source_system=summary.source_system,
        total_records=summary.total_records,
        processed_records=summary.processed_records,
        failed_records=summary.failed_records,
        validation_results=_document(detail).validation_results,
        enrichment_summary=_document(detail).enrichment_summary,
        finding_counts=tuple(FindingCountDocument.of(count) for count in counts),
    )


@routes.get(
    "/{data_import_id}/rejects",
    Permission.READ,
    responses=file_response("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    response_class=StreamingResponse,
)
async def get_import_rejects(
    services: Provided,
    context: Tenanted,
    data_import_id: UUID,
    file_format: Annotated[RejectsFormat | None, Query(alias="format")] = None,
) -> StreamingResponse:
    """The user's own rows that were held back, with a reason column, to fix and send again."""
    return download(await export_rejects(services, context, data_import_id, file_format))


@routes.get("/{data_import_id}/field-mappings", Permission.READ)
async def get_field_mappings(services: Provided, context: Tenanted, data_import_id: UUID) -> FieldMappingsDocument:
    """Which column feeds which field, with confidence and evidence."""
    return FieldMappingsDocument.of(await read_mapping(services, context, data_import_id))


@routes.put("/{data_import_id}/field-mappings", Permission.IMPORT)
async def put_field_mappings(
    services: Provided, context: Tenanted, data_import_id: UUID, body: FieldMappingsRequest
) -> FieldMappingsDocument:
    """Correct the mapping while the import waits; with `confirm` it goes on, and the mapping is remembered."""
    choices = tuple(MappingChoice(**choice.model_dump()) for choice in body.mapping)
    if body.confirm:
        await confirm_mapping(services, context, data_import_id, choices, body.remember.scope)
        return FieldMappingsDocument.of(await read_mapping(services, context, data_import_id))
    return FieldMappingsDocument.of(await correct_mapping(services, context, data_import_id, choices))


@routes.get("/{data_import_id}/plan", Permission.READ, responses=_PLAN_RESPONSES, response_class=Response)
async def get_import_plan(
    services: Provided, context: Tenanted, data_import_id: UUID, query: Annotated[PlanQuery, Query()]
) -> Response:
    """What an import that waits would do, entry by entry: create, change, contradict; and whether that is stale."""
    where = EntryFilter(query.action, query.field, query.conflict)
    if query.file_format is not PlanFormat.JSON:
        return download(await export_plan(services, context, data_import_id, query.file_format, where))
    head, page = await list_plan(services, context, data_import_id, where, query.page())
    document = PlanDocument.of({**asdict(head), "items": page.items, "next_cursor": page.next_cursor})
    return Response(_PLAN.dump_json(document), media_type="application/json")


@routes.post("/{data_import_id}/plan", Permission.IMPORT)
async def renew_import_plan(services: Provided, context: Tenanted, data_import_id: UUID) -> RenewedPlanDocument:
    """Compute a plan that is stale anew; says what is planned otherwise than it was shown."""
    return RenewedPlanDocument.of(await renew_plan(services, context, data_import_id))


@routes.post("/{data_import_id}/accept", Permission.IMPORT)
async def accept_import_plan(
    services: Provided, context: Tenanted, data_import_id: UUID, body: AcceptRequest
) -> FlowStatusDocument:
    """Let an import go on with its plan, without what is rejected; 409 `plan_stale` says what differs by now."""
    rows = tuple(RejectedRows(part.table, part.rows) for part in body.reject_rows)
    rejection = Rejection(rows, body.reject_assets)
    return FlowStatusDocument.of(
        await accept_plan(services, context, data_import_id, body.inventory_version, rejection)
    )


@routes.post("/{data_import_id}/reject", Permission.IMPORT)
async def reject_import_plan(services: Provided, context: Tenanted, data_import_id: UUID) -> FlowStatusDocument:
    """End an import that waits with its plan; the inventory stays as it is."""
    return FlowStatusDocument.of(await reject_plan(services, context, data_import_id))


@routes.post(
    "/{data_import_id}/resubmit",
    Permission.IMPORT,
    body=Body.FILE,
    status=202,
    responses={202: {"headers": {"Location": {"description": "Where to poll.", "schema": {"type": "string"}}}}},
    extra={"requestBody": _FILE_FORM},
)
async def resubmit_data_import(
    request: Request, response: Response, services: Provided, context: Tenanted, data_import_id: UUID
) -> FlowStatusDocument:
    """Take the corrected reject file of an import back: a new import, which brings only the rows that it lists."""
    with cast("Crowd", request.app.state.crowd).place(context.engagement_id):
        reader = MultipartReader(request.headers.get("content-type", ""), request.stream())
        async with read_form(reader, None) as upload:
            sent = Resubmission(upload.content, upload.filename, upload.mime_type)
            if upload != UploadRequest(upload.content, upload.filename, mime_type=upload.mime_type):
                raise InvalidRequestError(
                    "Send the file alone: everything else is as it was for the import that is corrected.", field="body"
                )
            flow = await resubmit_import(services, context, data_import_id, sent)
    response.headers["Location"] = f"{API}/data-import/status/{flow.master_flow_id}"
    return FlowStatusDocument.of(flow)


@routes.post("/{data_import_id}/undo", Permission.EDIT)
async def undo_data_import(services: Provided, context: Tenanted, data_import_id: UUID) -> UndoDocument:
    """Take the import back: its rows take part no longer, and what they touched says what the other sources say."""
    return UndoDocument.of(await undo_import(services, context, data_import_id))


@routes.post("/{data_import_id}/redo", Permission.EDIT)
async def redo_data_import(services: Provided, context: Tenanted, data_import_id: UUID) -> UndoDocument:
    """Bring an import that was taken back in again."""
    return UndoDocument.of(await redo_import(services, context, data_import_id))


@routes.delete("/{data_import_id}", Permission.MANAGE_ENGAGEMENT)
async def purge_data_import(services: Provided, context: Tenanted, data_import_id: UUID) -> PurgeDocument:
    """Delete an import's file, rows, findings and claims for good; it is taken back first. Its name and counts stay."""
    return PurgeDocument.of(await purge_import(services, context, data_import_id))


def _document(detail: ImportDetail) -> ImportDocument:
    """Return the detail with its summary's members beside its own."""
    own = {name: getattr(detail, name) for name in ImportDocument.model_fields if hasattr(detail, name)}
    summary = {name: getattr(detail.summary, name) for name in ImportSummaryDocument.model_fields}
    return ImportDocument.model_validate({**summary, **own})
