"""Validation agents bound to one tenant, kept while that tenant works, never handed to another."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from muster.catalog.fields import FIELDS
from muster.domain.errors import InvalidRequestError
from muster.pipeline.validate import AcceptedException, Agent, AgentRun, Knowledge, all_agents, run_agent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from muster.catalog.model import Category
    from muster.domain.tenant import RequestContext, Tenant
    from muster.pipeline.validate import TableSource

_MOST_TENANTS = 64
_IDLE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class BoundAgent:
    """An agent and what one tenant has taught it: `accepted` are findings that it wants to see as information only."""

    agent: Agent
    tenant: Tenant
    accepted: frozenset[AcceptedException] = frozenset()

    def run(
        self,
        source: TableSource,
        *,
        category: Category,
        as_of: date,
        on_rows: Callable[[int], None] | None = None,
    ) -> AgentRun:
        """Check every table of `source` with this tenant's knowledge; see pipeline.validate.run_agent."""
        knowledge = Knowledge(as_of=as_of, category=category, fields=FIELDS, accepted=self.accepted)
        return run_agent(self.agent, source, knowledge, on_rows)


@dataclass(slots=True)
class _Shelf:
    """The agents of one tenant, and when it last asked for one."""

    agents: dict[str, BoundAgent] = field(default_factory=dict)
    used: float = 0.0


class TenantScopedAgentPool:
    """Hands out agents by tenant. Nothing is shared between tenants, so nobody waits for anybody.

    At most 64 tenants keep their agents, the one that asked longest ago makes room; after 15 minutes without a
    question a tenant's agents are made anew.
    """

    _shelves: ClassVar[OrderedDict[Tenant, _Shelf]] = OrderedDict()

    @classmethod
    async def get_agent(cls, context: RequestContext, agent_type: str, *, force_recreate: bool = False) -> BoundAgent:
        """The agent `agent_type` of the context's tenant; with `force_recreate` a new one that has learned anew.

        Raises InvalidRequestError naming the agents there are.
        """
        agent = all_agents().get(agent_type)
        if agent is None:
            known = ", ".join(sorted(all_agents()))
            raise InvalidRequestError(
                f"There is no validation agent {agent_type!r}; known are: {known}.", agent_type=agent_type
            )
        shelf = cls._shelf(context.tenant)
        if force_recreate or agent_type not in shelf.agents:
            shelf.agents[agent_type] = BoundAgent(agent, context.tenant)
        return shelf.agents[agent_type]

    @classmethod
    def forget_all(cls) -> None:
        """Let go of every tenant's agents."""
        cls._shelves.clear()

    @classmethod
    def _shelf(cls, tenant: Tenant) -> _Shelf:
        now = time.monotonic()
        shelf = cls._shelves.setdefault(tenant, _Shelf(used=now))
        if shelf.used <= now - _IDLE_SECONDS:
            shelf.agents.clear()
        shelf.used = now
        cls._shelves.move_to_end(tenant)
        while len(cls._shelves) > _MOST_TENANTS or next(iter(cls._shelves.values())).used < now - _IDLE_SECONDS:
            cls._shelves.popitem(last=False)
        return shelf
