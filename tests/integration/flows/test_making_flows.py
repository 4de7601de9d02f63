"""Master and child flow come into being together, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from muster.db.repos import flows as flows_repo
from muster.domain.errors import EmptyUploadError, IllegalMoveError, InvalidRequestError, NotFoundError
from muster.domain.ids import DataImportId
from muster.domain.phases import FlowStatus, Phase
from muster.kit.ids import uuid7
from muster.services.flows.data_import import DataImportChildFlowService, Sample
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.flows.registry import flow_type_registry, initialize_all_flows
from muster.services.flows.types import Operation
from support.flows import SAMPLE, insert_import, new_flow, one, rows

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


def test_initialize_all_flows_reports_what_it_registered() -> None:
    report = initialize_all_flows()
    assert set(report.flow_types) >= {"data_import", "discovery"}
    assert report.phases["data_import"] == ("upload", "validation", "enrichment", "complete")


async def test_create_flow_makes_the_master_row_at_once(services: Services, context: RequestContext) -> None:
    async with services.database.begin(context.tenant) as session:
        orchestrator = MasterFlowOrchestrator(session, context, services)
        flow_id, state = await orchestrator.create_flow("data_import", "servers", {"a": 1}, {"b": 2})
        seen = await one(
            services, context, "SELECT * FROM crewai_flow_state_extensions WHERE flow_id = :id", id=flow_id
        )
    assert (state.status, state.phase, state.attempt) == (FlowStatus.PENDING, Phase.UPLOAD, 0)
    assert seen["flow_name"] == "servers"
    assert seen["flow_configuration"] == {"a": 1}
    assert seen["flow_persistence_data"] == {"b": 2}
    assert seen["created_by"] == context.user_id


async def test_an_atomic_flow_shares_the_fate_of_its_transaction(services: Services, context: RequestContext) -> None:
    async with services.database.session(context.tenant) as session:
        flow_id, _ = await MasterFlowOrchestrator(session, context, services).create_flow("data_import", atomic=True)
        await session.rollback()
    query = "SELECT flow_id FROM crewai_flow_state_extensions WHERE flow_id = :id"
    assert await rows(services, context, query, id=flow_id) == []


async def test_an_unknown_flow_type_is_refused_with_the_known_ones(services: Services, context: RequestContext) -> None:
    async with services.database.begin(context.tenant) as session:
        with pytest.raises(InvalidRequestError, match="data_import, discovery"):
            await MasterFlowOrchestrator(session, context, services).create_flow("assessment")


async def test_an_import_gets_master_and_child_of_one_id(services: Services, context: RequestContext) -> None:
    import_id, flow_id = await new_flow(services, context)
    child = await one(services, context, "SELECT * FROM discovery_flows WHERE data_import_id = :id", id=import_id)
    master = await one(
        services, context, "SELECT * FROM crewai_flow_state_extensions WHERE flow_id = :id", id=child["flow_id"]
    )
    of_import = await one(services, context, "SELECT * FROM data_imports WHERE id = :id", id=import_id)
    assert child["flow_id"] == child["master_flow_id"] == of_import["master_flow_id"] == flow_id
    assert master["flow_configuration"] == {
        "data_import_id": str(import_id),
        "import_category": "cmdb_export",
        "processing_config": {"strict": False},
    }
    assert child["phase_state"]["import_category"] == "cmdb_export"
    assert "schema_validation" in child["phase_state"]["agents_required"]
    assert child["user_id"] == context.user_id


async def test_the_import_is_a_uuid_column_of_the_child(services: Services, context: RequestContext) -> None:
    import_id, _ = await new_flow(services, context)
    column = await one(
        services,
        context,
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_schema = 'migration' AND table_name = 'discovery_flows' AND column_name = 'data_import_id'",
    )
    child = await one(
        services, context, "SELECT data_import_id FROM discovery_flows WHERE data_import_id = :id", id=import_id
    )
    assert column == {"data_type": "uuid"}
    assert child["data_import_id"] == UUID(str(import_id))


async def test_the_sample_holds_the_first_two_actual_rows(services: Services, context: RequestContext) -> None:
    import_id, _ = await new_flow(services, context)
    query = "SELECT crewai_state_data -> 'raw_data_sample' AS sample FROM discovery_flows WHERE data_import_id = :id"
    assert (await one(services, context, query, id=import_id))["sample"] == [dict(row) for row in SAMPLE.rows[:2]]


async def test_sensitive_cells_of_the_sample_are_kept_as_their_shape(
    services: Services, context: RequestContext
) -> None:
    import_id, _ = await new_flow(services, context, sample=Sample(SAMPLE.rows, frozenset({"Owner"})))
    query = "SELECT crewai_state_data -> 'raw_data_sample' -> 0 AS row FROM discovery_flows WHERE data_import_id = :id"
    assert (await one(services, context, query, id=import_id))["row"] == {"Name": "web01", "Owner": "Aaa Aaa"}


@pytest.mark.parametrize("empty", [[], [{"Name": None}], [{"Name": ""}, {}]])
async def test_a_flow_without_raw_data_is_refused(
    services: Services, context: RequestContext, empty: list[dict[str, str | None]]
) -> None:
    with pytest.raises(EmptyUploadError):
        await new_flow(services, context, sample=Sample(empty))
    assert await rows(services, context, "SELECT flow_id FROM crewai_flow_state_extensions") == []


async def test_a_flow_for_an_import_that_is_not_there_is_refused(services: Services, context: RequestContext) -> None:
    async with services.database.session(context.tenant) as session:
        with pytest.raises(NotFoundError):
            await DataImportChildFlowService(session, context, services).create_import_flow(
                DataImportId(uuid7()), "cmdb_export", {}, sample=SAMPLE
            )


async def test_a_fault_between_master_and_child_leaves_nothing(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(flows_repo, "insert_child", fail)
    with pytest.raises(ConnectionResetError):
        await new_flow(services, context)
    for table in ("crewai_flow_state_extensions", "discovery_flows", "data_imports"):
        assert await rows(services, context, f"SELECT * FROM {table}") == []


async def test_the_flow_of_another_tenant_is_not_there(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    _, flow_id = await new_flow(services, context)
    async with services.database.begin(other_context.tenant) as session:
        with pytest.raises(NotFoundError):
            await MasterFlowOrchestrator(session, other_context, services).pause_flow(flow_id)


async def test_an_operation_that_a_type_does_not_support_is_refused(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = flow_type_registry.get("data_import")
    monkeypatch.setattr(flow_type_registry, "_types", {})
    flow_type_registry.register_flow_type("data_import", "can not rest", known.phases, [Operation.CREATE])
    async with services.database.begin(context.tenant) as session:
        import_id = await insert_import(session, context)
        service = DataImportChildFlowService(session, context, services)
        made = await service.create_import_flow(import_id, "cmdb_export", {}, sample=SAMPLE)
        with pytest.raises(IllegalMoveError, match="does not support pause; it supports: create") as refused:
            await MasterFlowOrchestrator(session, context, services).pause_flow(made.master_flow_id)
    assert refused.value.status == 409


async def test_rows_handed_over_start_as_discovery_initiated(services: Services, context: RequestContext) -> None:
    import_id, _ = await new_flow(services, context, flow_type="discovery")
    status = await one(services, context, "SELECT status FROM data_imports WHERE id = :id", id=import_id)
    assert status == {"status": "discovery_initiated"}
