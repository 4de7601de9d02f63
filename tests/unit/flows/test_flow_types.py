"""What the registry, the background job and the progress bands promise without a database."""

from __future__ import annotations

from itertools import pairwise

import pytest

from muster.domain.errors import IllegalMoveError, InvalidRequestError
from muster.domain.ids import ClientAccountId, DataImportId, EngagementId, MasterFlowId, UserId
from muster.domain.phases import ENDED, MOVES, FlowStatus, Move, Phase, after, allowed
from muster.domain.tenant import RequestContext, Tenant
from muster.kit.ids import uuid7
from muster.queue.recovery import job_run
from muster.services.background import PhaseJob
from muster.services.flows.progress import BANDS, percentage
from muster.services.flows.registry import FlowTypeRegistry
from muster.services.flows.types import Operation


@pytest.mark.parametrize("name", ["data_import", "discovery"])
def test_a_flow_of_an_import_has_the_four_phases(name: str) -> None:
    kind = FlowTypeRegistry().get(name)
    required = {str(spec.name): spec.is_required for spec in kind.phases}
    assert required == {"upload": True, "validation": True, "enrichment": True, "complete": False}
    assert {Operation.CREATE, Operation.EXECUTE_PHASE, Operation.PAUSE, Operation.RESUME} <= kind.supported_operations


def test_a_registered_type_is_found_and_bounds_its_operations() -> None:
    registry = FlowTypeRegistry()
    phases = registry.get("data_import").phases[:1]
    registry.register_flow_type("audit", "looks only", phases, [Operation.CREATE])
    kind = registry.get("audit")
    assert "audit" in registry.names()
    assert kind.phase("upload").name is Phase.UPLOAD
    with pytest.raises(InvalidRequestError, match="no phase 'validation'; it has: upload"):
        kind.phase("validation")
    with pytest.raises(IllegalMoveError) as refused:
        kind.require(Operation.CANCEL)
    assert refused.value.facts["allowed"] == ["create"]


@pytest.mark.parametrize("status", FlowStatus)
def test_every_move_is_allowed_or_refused_with_what_is_possible(status: FlowStatus) -> None:
    for move in Move:
        if move in allowed(status):
            assert after(status, move) is MOVES[move][1]
        else:
            with pytest.raises(IllegalMoveError) as refused:
                after(status, move)
            assert refused.value.facts["allowed"] == [str(option) for option in allowed(status)]


def test_only_what_has_ended_is_out_of_the_way() -> None:
    assert {status for status in FlowStatus if Move.CANCEL not in allowed(status)} == ENDED


def test_progress_runs_through_the_phases_without_a_gap() -> None:
    ends = [BANDS[phase] for phase in Phase]
    assert (ends[0][0], ends[-1][1]) == (0.0, 100.0)
    assert all(this[1] == following[0] for this, following in pairwise(ends))
    assert percentage(Phase.VALIDATION, 5, 10) == pytest.approx(sum(BANDS[Phase.VALIDATION]) / 2)
    assert percentage(Phase.UPLOAD, 0, 0) == 0.0
    assert percentage(Phase.COMPLETE, 20, 10) == 100.0


def test_a_job_is_read_as_it_was_written() -> None:
    tenant = Tenant(ClientAccountId(uuid7()), EngagementId(uuid7()))
    job = PhaseJob(
        RequestContext(tenant, UserId(uuid7()), request_id="r1"),
        DataImportId(uuid7()),
        MasterFlowId(uuid7()),
        Phase.ENRICHMENT,
        {"accepted": True},
    )
    assert PhaseJob.from_args(job.to_args()) == job


def test_kills_are_told_apart_from_errors() -> None:
    run = job_run({"a": 1, "kills": 2}, 5)
    assert (run.args, run.kills, run.errors) == ({"a": 1}, 2, 3)
