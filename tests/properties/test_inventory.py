"""The stored inventory against the reference: imports and decisions come, go and come back, on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from muster.domain.ids import UserId
from muster.domain.tenant import RequestContext, Role
from muster.kit.ids import uuid7
from support.claims import asset_ids, assets_as_values, stored_inventory
from support.examples import examples
from support.histories import ALL_MOVES, OF_IMPORTS, History, RealEngagement, State, histories, taken
from support.reference import inventory

if TYPE_CHECKING:
    from uuid import UUID

    from muster.services.context import Services
    from support.tenants import Tenants

SMALL = {"key_index.MANY_KEYS": 10**9}
LARGE = {"key_index.MANY_KEYS": 0, "folding._CLAIMS_AT_ONCE": 2, "claim_pieces.ROWS_WORTH_CUTTING": 1}
"""Bounds that make the few claims of a test go the way of a few, and the way of millions."""


@pytest.fixture(params=[SMALL, LARGE], ids=["as a few claims", "as millions"])
def _bounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in request.param.items():
        monkeypatch.setattr(f"muster.services.inventory.{name}", value)


@pytest.mark.usefixtures("_bounds")
@examples(12)
@given(history=histories(OF_IMPORTS))
async def test_the_inventory_is_the_fold_of_the_imports_that_are_in(
    history: History, services: Services, tenants: Tenants
) -> None:
    await hold_against_reference(history, services, tenants)


@pytest.mark.usefixtures("_bounds")
@examples(12)
@given(history=histories(ALL_MOVES))
async def test_the_inventory_is_the_fold_of_what_is_in_and_what_was_decided(
    history: History, services: Services, tenants: Tenants
) -> None:
    await hold_against_reference(history, services, tenants)


async def hold_against_reference(history: History, services: Services, tenants: Tenants) -> None:
    """Do the history; after each step values are those of the reference, and a state that comes again has its ids."""
    context = RequestContext(tenants.new(), UserId(uuid7()), frozenset({Role.ADMIN}))
    engagement, state = RealEngagement(services, context), State()
    ids_in: dict[object, list[UUID]] = {}
    for at, step in enumerate(history.steps):
        await engagement.do(history, step, at)
        state = state.after(step, at)
        imports = [history.imports[number] for number in sorted(state.active)]
        decisions = [taken(history.decisions[number], at) for number, at in state.decided.items()]
        assert await stored_inventory(services, context) == assets_as_values(inventory(imports, decisions))
        what_is_in = (frozenset(engagement.imports[number] for number in state.active), frozenset(state.decided))
        ids = sorted(await asset_ids(services, context))
        assert ids_in.setdefault(what_is_in, ids) == ids
