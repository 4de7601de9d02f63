"""The stored inventory against the reference: imports come, go and come back in any order, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.ids import UserId
from muster.domain.tenant import RequestContext, Role
from muster.kit.ids import uuid7
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.ledger import open_ledger
from support.claims import assets_as_values, enrich, place_import, stored_inventory
from support.reference import inventory
from support.strategies import import_sets

if TYPE_CHECKING:
    from uuid import UUID

    from muster.services.context import Services
    from support.reference import Import
    from support.tenants import Tenants


@dataclass(frozen=True)
class Step:
    """Switch one import: in when it is out, out when it is in."""

    which: int


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Import], list[Step]]:
    """Imports, and an order in which they come, go and come back; each comes at least once."""
    imports = draw(import_sets(most=3))
    switches = draw(st.lists(st.integers(0, len(imports) - 1), max_size=4))
    return imports, [Step(number) for number in draw(st.permutations([*range(len(imports)), *switches]))]


SMALL = {"key_index.MANY_KEYS": 10**9}
LARGE = {"key_index.MANY_KEYS": 0, "change._CLAIMS_AT_ONCE": 2, "claim_pieces.ROWS_WORTH_CUTTING": 1}
"""Bounds that make the few claims of a test go the way of a few, and the way of millions."""


@pytest.mark.parametrize("bounds", [SMALL, LARGE], ids=["as a few claims", "as millions"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(history=histories())
async def test_the_inventory_is_the_fold_of_the_imports_that_are_in(
    history: tuple[list[Import], list[Step]],
    services: Services,
    tenants: Tenants,
    monkeypatch: pytest.MonkeyPatch,
    bounds: dict[str, int],
) -> None:
    for name, value in bounds.items():
        monkeypatch.setattr(f"muster.services.inventory.{name}", value)
    context = RequestContext(tenants.new(), UserId(uuid7()), frozenset({Role.ADMIN}))
    imports, steps = history
    ids: dict[int, UUID] = {}
    there: set[int] = set()
    for step in steps:
        item = imports[step.which]
        if step.which not in ids:
            ids[step.which] = await place_import(services, context, item)
            await enrich(services, context, ids[step.which])
        else:
            await switch(services, context, ids[step.which], leaves=step.which in there)
        there ^= {step.which}
        expected = assets_as_values(inventory([imports[number] for number in sorted(there)]))
        assert await stored_inventory(services, context) == expected


async def switch(services: Services, context: RequestContext, import_id: UUID, *, leaves: bool) -> None:
    """Let an import's claims leave or come back."""

    async def untold(_done: int, _total: int) -> None:
        """Nobody watches."""

    change = withdraw_claims if leaves else restore_claims
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services) as ledger,
    ):
        await change(ledger, import_id, untold)
