"""What somebody said of a column is remembered, offered with its origin, and held against the next file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from muster.domain.ids import UserId
from muster.domain.mapping import MatchMethod
from muster.domain.mapping_memory import MemoryScope, Said
from muster.domain.phases import FlowStatus, WaitingFor
from muster.domain.processing_config import MappingChoice
from muster.domain.tenant import RequestContext, Role
from muster.services.confirm_mapping import confirm_mapping, correct_mapping, read_mapping
from muster.services.mapping_memory import (
    export_mappings,
    forget_layout,
    import_mappings,
    list_layouts,
    read_layout,
)
from muster.services.mapping_preset import read_preset
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import
from support.flows import rows
from support.imports import HELD_BACK, SERVERS, pieces, upload, work

if TYPE_CHECKING:
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import Tenant
    from muster.services.confirm_mapping import FieldMapping
    from muster.services.context import Services
    from support.tenants import Tenants

NEXT_MONTH = SERVERS.replace(b"web01", b"web03").replace(b"SN-0001", b"SN-0033")
BY_HAND = (MappingChoice("Owner", "technical_owner"), MappingChoice("Environment", None))


async def waiting(
    services: Services, context: RequestContext, content: bytes = SERVERS, filename: str = "servers.csv"
) -> FlowDocument:
    document = await upload(services, context, content, filename, processing_config={"review": "mapping"})
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def confirmed(
    services: Services, context: RequestContext, content: bytes = SERVERS, *choices: MappingChoice
) -> FlowDocument:
    """An import whose mapping somebody corrected and confirmed, and which has ended."""
    document = await waiting(services, context, content)
    await confirm_mapping(services, context, document.data_import_id, choices)
    await work(services)
    return document


async def columns(services: Services, context: RequestContext, document: FlowDocument) -> dict[str, FieldMapping]:
    mapping = await read_mapping(services, context, document.data_import_id)
    return {column.source_field: column for column in mapping.columns}


async def findings(services: Services, context: RequestContext, document: FlowDocument) -> dict[str, str]:
    found = await rows(
        services,
        context,
        "SELECT code, field FROM import_findings WHERE agent = 'import' AND data_import_id = :id",
        id=document.data_import_id,
    )
    return {row["code"]: row["field"] for row in found}


async def test_a_corrected_column_is_offered_for_the_next_file_with_its_origin(
    services: Services, context: RequestContext
) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    column = await columns(services, context, await waiting(services, context, NEXT_MONTH, "servers_june.csv"))
    assert column["Owner"].target_field == "technical_owner"
    assert column["Owner"].match_method is MatchMethod.REMEMBERED
    assert column["Owner"].evidence.startswith("corrected by Somebody for servers.csv on 20")
    assert (column["Environment"].target_field, column["Environment"].match_method) == (None, MatchMethod.REMEMBERED)
    assert column["Memory (GB)"].evidence.startswith("confirmed by Somebody for servers.csv on 20")


async def test_the_next_file_is_imported_by_it_without_a_look(services: Services, context: RequestContext) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    await upload(services, context, NEXT_MONTH, "servers_june.csv")
    await work(services)
    assets = await rows(services, context, "SELECT technical_owner, business_owner, environment FROM assets")
    assert {(row["technical_owner"], row["business_owner"], row["environment"]) for row in assets} == {
        ("Ann Lee", None, None),
        ("Bo Sze", None, None),
    }


async def test_a_header_is_known_again_however_it_is_spelled(services: Services, context: RequestContext) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    again = NEXT_MONTH.replace(b"Owner", b"OWNER ").replace(b"IP Address", b"ip-address")
    column = await columns(services, context, await waiting(services, context, again))
    assert column["OWNER"].target_field == "technical_owner"
    assert column["OWNER"].match_method is MatchMethod.REMEMBERED


async def test_a_table_of_another_kind_is_left_alone(services: Services, context: RequestContext) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    other = b"Hostname,Owner,Rack,Model,Vendor\nweb07,Ann Lee,R1,DL380,HPE\nweb08,Bo Sze,R2,DL380,HPE\n"
    column = await columns(services, context, await waiting(services, context, other, "racks.csv"))
    assert column["Owner"].match_method is not MatchMethod.REMEMBERED


async def test_what_the_sender_states_of_a_file_is_remembered_too(services: Services, context: RequestContext) -> None:
    await upload(services, context, processing_config={"mapping": {"Owner": "technical_owner"}})
    await work(services)
    (layout,) = await list_layouts(services, context)
    assert [(word.source_field, word.target_field, word.origin.said) for word in layout.words] == [
        ("Owner", "technical_owner", Said.CORRECTED)
    ]


async def test_the_word_on_this_file_goes_before_what_is_remembered(
    services: Services, context: RequestContext
) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    document = await upload(services, context, NEXT_MONTH, processing_config={"mapping": {"Owner": "support_group"}})
    await work(services)
    column = await columns(services, context, document)
    assert (column["Owner"].target_field, column["Owner"].match_method) == ("support_group", MatchMethod.USER)
    (layout,) = await list_layouts(services, context)
    assert {word.target_field for word in layout.words if word.source_field == "Owner"} == {"support_group"}


async def test_a_suggestion_that_is_confirmed_does_not_take_the_origin_of_a_word(
    services: Services, context: RequestContext
) -> None:
    first = await confirmed(services, context, SERVERS, *BY_HAND)
    second = await waiting(services, context, NEXT_MONTH)
    await confirm_mapping(services, context, second.data_import_id)
    (layout,) = await list_layouts(services, context)
    (owner,) = [word for word in layout.words if word.source_field == "Owner"]
    assert (owner.origin.said, owner.origin.data_import_id) == (Said.CORRECTED, first.data_import_id)
    assert owner.times_used == 1
    assert owner.last_used_at is not None


async def test_nothing_is_remembered_when_nobody_said_anything(services: Services, context: RequestContext) -> None:
    await upload(services, context)
    await work(services)
    assert await list_layouts(services, context) == []


async def test_corrected_rows_that_are_sent_back_say_nothing_new(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, HELD_BACK)
    await work(services)
    corrected = Resubmission(pieces(HELD_BACK.replace(b",999.1.2.3", b"web09,10.0.0.9")), "servers.rejects.csv")
    await resubmit_import(services, context, document.data_import_id, corrected)
    await work(services)
    assert await list_layouts(services, context) == []


async def test_a_confirmation_need_not_be_remembered(services: Services, context: RequestContext) -> None:
    document = await waiting(services, context)
    await confirm_mapping(services, context, document.data_import_id, BY_HAND, remember=None)
    assert await list_layouts(services, context) == []


async def test_a_column_that_is_gone_and_one_that_is_new_are_told_once(
    services: Services, context: RequestContext
) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    changed = NEXT_MONTH.replace(b"Serial Number", b"Warranty")
    document = await upload(services, context, changed)
    await work(services)
    told = await findings(services, context, document)
    assert told["remembered_column_gone"] == "Serial Number"
    assert told["column_new"] == "Warranty"
    document = await upload(services, context, changed + b"web99,10.0.0.99,Ubuntu 22.04,4,16,W,production,Ann Lee\n")
    await work(services)
    assert not {"remembered_column_gone", "column_new"} & (await findings(services, context, document)).keys()


async def test_values_that_no_longer_fit_are_told_and_wait_for_a_look(
    services: Services, context: RequestContext
) -> None:
    await confirmed(services, context)
    document = await upload(
        services, context, NEXT_MONTH.replace(b",4,16,", b",many,16,").replace(b",8,64,", b",lots,64,")
    )
    await work(services)
    status = await read_status(services, context, document.data_import_id)
    assert status.waiting_for is WaitingFor.MAPPING_REVIEW
    assert (await findings(services, context, document))["remembered_values_changed"] == "CPU Cores"
    mapping = await read_mapping(services, context, document.data_import_id)
    assert any("CPU Cores" in reason for reason in mapping.review_reasons)


async def test_another_size_of_numbers_asks_about_the_unit(services: Services, context: RequestContext) -> None:
    plain = SERVERS.replace(b"Memory (GB)", b"Memory")
    await confirmed(services, context, plain)
    larger = plain.replace(b",16,", b",16384,").replace(b",64,", b",65536,")
    document = await upload(services, context, larger)
    await work(services)
    assert (await findings(services, context, document))["remembered_values_changed"] == "Memory"
    assert (await read_status(services, context, document.data_import_id)).waiting_for is WaitingFor.MAPPING_REVIEW


async def test_a_correction_proves_the_unit_from_the_values(services: Services, context: RequestContext) -> None:
    strange = SERVERS.replace(b"Memory (GB)", b"Zeug").replace(b",16,", b",16384,").replace(b",64,", b",65536,")
    document = await waiting(services, context, strange)
    choices = [MappingChoice("Zeug", "memory_gb")]
    mapping = await correct_mapping(services, context, document.data_import_id, choices)
    (column,) = [column for column in mapping.columns if column.source_field == "Zeug"]
    assert column.transformation == "unit:MB"


async def test_forgotten_is_forgotten(services: Services, context: RequestContext) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    (layout,) = await list_layouts(services, context)
    assert await forget_layout(services, context, layout.id, ["owner"]) == 1
    column = await columns(services, context, await waiting(services, context, NEXT_MONTH))
    assert column["Owner"].match_method is not MatchMethod.REMEMBERED
    assert column["Environment"].match_method is MatchMethod.REMEMBERED
    await forget_layout(services, context, layout.id)
    assert await list_layouts(services, context) == []
    for gone in (layout.id, uuid4()):
        with pytest.raises(NotFoundError):
            await read_layout(services, context, gone)
        with pytest.raises(NotFoundError):
            await forget_layout(services, context, gone)


async def test_another_tenant_sees_and_gets_nothing(
    services: Services, context: RequestContext, other_context: RequestContext, tenants: Tenants
) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    (layout,) = await list_layouts(services, context)
    beside = RequestContext(tenants.new(context.client_account_id), context.user_id, context.roles)
    for other in (other_context, beside):
        assert await list_layouts(services, other) == []
        with pytest.raises(NotFoundError):
            await forget_layout(services, other, layout.id)
        column = await columns(services, other, await waiting(services, other, NEXT_MONTH))
        assert MatchMethod.REMEMBERED not in {found.match_method for found in column.values()}
    assert [kept.id for kept in await list_layouts(services, context)] == [layout.id]


def client_admin(tenant: Tenant, tenants: Tenants) -> RequestContext:
    roles = frozenset({Role.CLIENT_ADMIN})
    return RequestContext(tenant, UserId(tenants.new_member(tenant, Role.CLIENT_ADMIN)), roles, "test")


async def test_what_holds_for_the_client_is_offered_in_its_other_engagements(
    services: Services, tenant: Tenant, tenants: Tenants, other_context: RequestContext
) -> None:
    admin = client_admin(tenant, tenants)
    document = await waiting(services, admin)
    await confirm_mapping(services, admin, document.data_import_id, BY_HAND, remember=MemoryScope.CLIENT)
    beside = RequestContext(tenants.new(tenant.client_account_id), admin.user_id, admin.roles)
    column = await columns(services, beside, await waiting(services, beside, NEXT_MONTH))
    assert column["Owner"].target_field == "technical_owner"
    assert await list_layouts(services, other_context) == []


async def test_the_engagements_own_word_goes_before_that_of_the_client(
    services: Services, tenant: Tenant, tenants: Tenants
) -> None:
    admin = client_admin(tenant, tenants)
    document = await waiting(services, admin)
    await confirm_mapping(services, admin, document.data_import_id, BY_HAND, remember=MemoryScope.CLIENT)
    beside = RequestContext(tenants.new(tenant.client_account_id), admin.user_id, admin.roles)
    await confirmed(services, beside, NEXT_MONTH, MappingChoice("Owner", "support_group"))
    for context, target in ((beside, "support_group"), (admin, "technical_owner")):
        column = await columns(services, context, await waiting(services, context, NEXT_MONTH))
        assert column["Owner"].target_field == target


async def test_only_an_admin_of_the_client_speaks_for_all_of_it(services: Services, context: RequestContext) -> None:
    document = await waiting(services, context)
    with pytest.raises(ForbiddenError):
        await confirm_mapping(services, context, document.data_import_id, remember=MemoryScope.CLIENT)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.PAUSED
    with pytest.raises(ForbiddenError):
        await import_mappings(services, context, read_preset("layouts: []"), MemoryScope.CLIENT)


async def test_what_is_exported_and_imported_elsewhere_is_exported_the_same(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await confirmed(services, context, SERVERS, *BY_HAND)
    written = (await export_mappings(services, context)).as_yaml()
    taken = await import_mappings(services, other_context, read_preset(written), filename="kept.yaml")
    assert (taken.layouts, taken.columns) == (1, 8)
    assert (await export_mappings(services, other_context)).as_yaml() == written
    column = await columns(services, other_context, await waiting(services, other_context, NEXT_MONTH))
    assert column["Owner"].target_field == "technical_owner"
    assert " from kept.yaml on 20" in column["Owner"].evidence


async def test_a_preset_with_what_does_not_exist_is_refused_as_a_whole(
    services: Services, context: RequestContext
) -> None:
    good = "  - {table: a, mapping: {Owner: technical_owner}}\n"
    for bad, said in (
        ("  - {table: b, mapping: {Owner: lord}}\n", "no field 'lord'"),
        ("  - {table: b, mapping: {Owner: 'custom:lord'}}\n", "has declared no field"),
        ("  - {source: rvtools, source_table: vNone, mapping: {VM: asset_name}}\n", "has no table 'vNone'"),
    ):
        with pytest.raises(InvalidRequestError, match=said):
            await import_mappings(services, context, read_preset(f"layouts:\n{good}{bad}"))
    assert await list_layouts(services, context) == []
