"""Agents are bound to one tenant, kept while it works, and never handed to another."""

from __future__ import annotations

import pytest

from muster.domain.errors import InvalidRequestError
from muster.domain.ids import ClientAccountId, EngagementId, UserId
from muster.domain.tenant import RequestContext, Tenant
from muster.kit.ids import uuid7
from muster.services import agent_pool
from muster.services.agent_pool import TenantScopedAgentPool


@pytest.fixture(autouse=True)
def _empty_pool() -> None:
    TenantScopedAgentPool.forget_all()


def somebody() -> RequestContext:
    """A call by a tenant of its own."""
    return RequestContext(Tenant(ClientAccountId(uuid7()), EngagementId(uuid7())), UserId(uuid7()))


async def test_a_validation_agent_is_kept_for_its_tenant() -> None:
    context = somebody()
    agent = await TenantScopedAgentPool.get_agent(context, "schema_validation")
    assert agent.agent.id == "schema_validation"
    assert agent.tenant == context.tenant
    assert await TenantScopedAgentPool.get_agent(context, "schema_validation") is agent


async def test_an_agent_never_crosses_tenants() -> None:
    one, other = somebody(), somebody()
    mine = await TenantScopedAgentPool.get_agent(one, "schema_validation")
    theirs = await TenantScopedAgentPool.get_agent(other, "schema_validation")
    assert mine is not theirs
    assert (mine.tenant, theirs.tenant) == (one.tenant, other.tenant)


async def test_two_engagements_of_one_client_share_no_agent() -> None:
    one = somebody()
    sibling = RequestContext(Tenant(one.client_account_id, EngagementId(uuid7())), one.user_id)
    mine = await TenantScopedAgentPool.get_agent(one, "data_quality")
    assert await TenantScopedAgentPool.get_agent(sibling, "data_quality") is not mine


async def test_an_agent_is_made_anew_on_request() -> None:
    context = somebody()
    first = await TenantScopedAgentPool.get_agent(context, "security_scan")
    again = await TenantScopedAgentPool.get_agent(context, "security_scan", force_recreate=True)
    assert again is not first
    assert await TenantScopedAgentPool.get_agent(context, "security_scan") is again


async def test_an_unknown_agent_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequestError, match="schema_validation"):
        await TenantScopedAgentPool.get_agent(somebody(), "palm_reading")


async def test_the_tenant_that_asked_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_pool, "_MOST_TENANTS", 2)
    first, second, third = somebody(), somebody(), somebody()
    of_first = await TenantScopedAgentPool.get_agent(first, "schema_validation")
    of_second = await TenantScopedAgentPool.get_agent(second, "schema_validation")
    assert await TenantScopedAgentPool.get_agent(first, "schema_validation") is of_first
    await TenantScopedAgentPool.get_agent(third, "schema_validation")
    assert await TenantScopedAgentPool.get_agent(first, "schema_validation") is of_first
    assert await TenantScopedAgentPool.get_agent(second, "schema_validation") is not of_second


async def test_an_idle_tenant_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = somebody()
    before = await TenantScopedAgentPool.get_agent(idle, "schema_validation")
    monkeypatch.setattr(agent_pool, "_IDLE_SECONDS", 0.0)
    assert await TenantScopedAgentPool.get_agent(idle, "schema_validation") is not before
