"""The mapping: proposed, corrected while the import waits, confirmed, and never changed once used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from muster.domain.phases import FlowStatus, Phase, WaitingFor
from muster.domain.processing_config import MappingChoice
from muster.services.confirm_mapping import confirm_mapping, correct_mapping, read_mapping
from muster.services.read_status import read_status
from support.flows import rows
from support.imports import SERVERS, upload, work

if TYPE_CHECKING:
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

UNSURE = b"Thing,Blob,Quux\nweb01,a,b\nweb02,c,d\n"
"""Nothing that any header or value would give away."""


async def waiting(services: Services, context: RequestContext, content: bytes = SERVERS) -> FlowDocument:
    document = await upload(services, context, content, processing_config={"review": "mapping"})
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def test_review_asked_for_makes_the_flow_wait_with_its_file_read(
    services: Services, context: RequestContext
) -> None:
    document = await waiting(services, context)
    assert document.status is FlowStatus.PAUSED
    assert document.current_phase is Phase.UPLOAD
    assert document.waiting_for is WaitingFor.MAPPING_REVIEW
    assert document.total_records == 3
    assert document.poll_after_seconds == 15
    mapping = await read_mapping(services, context, document.data_import_id)
    assert mapping.editable
    assert {column.status for column in mapping.columns} == {"suggested"}


async def test_confirming_lets_it_go_on_to_the_end(services: Services, context: RequestContext) -> None:
    document = await waiting(services, context)
    after = await confirm_mapping(services, context, document.data_import_id)
    assert after.status is FlowStatus.PROCESSING
    assert after.current_phase is Phase.VALIDATION
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    seen = await rows(services, context, "SELECT DISTINCT status, approved_by FROM import_field_mappings")
    assert seen == [{"status": "approved", "approved_by": context.user_id}]


async def test_a_correction_counts(services: Services, context: RequestContext) -> None:
    document = await waiting(services, context)
    choices = [MappingChoice("Owner", "technical_owner"), MappingChoice("Environment", None)]
    mapping = await correct_mapping(services, context, document.data_import_id, choices)
    said = {
        column.source_field: (column.target_field, column.match_method, column.status) for column in mapping.columns
    }
    assert said["Owner"] == ("technical_owner", "user", "approved")
    assert said["Environment"] == (None, "user", "approved")
    assert said["Server Name"][2] == "suggested"
    await confirm_mapping(services, context, document.data_import_id)
    await work(services)
    assets = await rows(services, context, "SELECT technical_owner, business_owner, environment FROM assets")
    assert {row["technical_owner"] for row in assets} == {"Ann Lee", "Bo Sze"}
    assert {row["business_owner"] for row in assets} == {None}
    assert {row["environment"] for row in assets} == {None}


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (MappingChoice("Owner", "lord"), "There is no field 'lord'"),
        (MappingChoice("Besitzer", "business_owner"), "no column 'Besitzer'"),
        (MappingChoice("Owner", "business_owner", table="other"), "The table 'other' has no column"),
        (MappingChoice("Owner", "business_owner", transformation="sing"), "no transformation 'sing'"),
    ],
)
async def test_a_correction_of_what_does_not_exist_is_refused(
    services: Services, context: RequestContext, choice: MappingChoice, said: str
) -> None:
    document = await waiting(services, context)
    with pytest.raises(InvalidRequestError, match=said):
        await correct_mapping(services, context, document.data_import_id, [choice])
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.PAUSED


async def test_a_mapping_in_use_stays_as_it_is(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    await work(services)
    with pytest.raises(ConflictError, match="stays as it is"):
        await correct_mapping(services, context, document.data_import_id, [MappingChoice("Owner", None)])
    with pytest.raises(ConflictError):
        await confirm_mapping(services, context, document.data_import_id)
    assert not (await read_mapping(services, context, document.data_import_id)).editable


async def test_a_mapping_can_not_be_corrected_before_the_file_is_read(
    services: Services, context: RequestContext
) -> None:
    document = await upload(services, context)
    with pytest.raises(ConflictError, match="still to be proposed"):
        await correct_mapping(services, context, document.data_import_id, [MappingChoice("Owner", None)])


async def test_low_confidence_waits_by_itself(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, UNSURE, import_category="cmdb_export")
    await work(services)
    document = await read_status(services, context, document.data_import_id)
    assert document.waiting_for is WaitingFor.MAPPING_REVIEW
    mapping = await read_mapping(services, context, document.data_import_id)
    assert mapping.needs_review
    assert mapping.review_reasons
    await confirm_mapping(services, context, document.data_import_id, [MappingChoice("Thing", "asset_name")])
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).processed_records == 2


async def test_never_goes_on_whatever_the_confidence(services: Services, context: RequestContext) -> None:
    document = await upload(
        services, context, UNSURE, import_category="cmdb_export", processing_config={"review": "never"}
    )
    await work(services)
    document = await read_status(services, context, document.data_import_id)
    assert document.status is FlowStatus.FAILED
    assert document.error is not None
    assert "No column feeds" in document.error


async def test_a_stated_mapping_needs_no_review(services: Services, context: RequestContext) -> None:
    document = await upload(
        services,
        context,
        UNSURE,
        import_category="cmdb_export",
        processing_config={"mapping": {"Thing": "asset_name", "Blob": "location"}},
    )
    await work(services)
    assets = await rows(services, context, "SELECT asset_name, location FROM assets ORDER BY 1")
    assert assets == [{"asset_name": "web01", "location": "a"}, {"asset_name": "web02", "location": "c"}]
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED


async def test_a_stated_column_that_is_not_there_is_told(services: Services, context: RequestContext) -> None:
    await upload(services, context, processing_config={"mapping": {"Rack": "rack_location"}})
    await work(services)
    found = await rows(
        services, context, "SELECT code, field FROM import_findings WHERE code = 'mapping_column_missing'"
    )
    assert found == [{"code": "mapping_column_missing", "field": "Rack"}]


async def test_another_tenant_finds_no_mapping(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    document = await waiting(services, context)
    for ask in (read_mapping, confirm_mapping):
        with pytest.raises(NotFoundError):
            await ask(services, other_context, document.data_import_id)
