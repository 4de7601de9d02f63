"""Which agents there are: the modules of one folder."""

from __future__ import annotations

from functools import cache

from muster.kit.registry import discover
from muster.pipeline.validate import agents
from muster.pipeline.validate.agent import Agent


@cache
def all_agents() -> dict[str, Agent]:
    """Every agent by id. Raises muster.kit.registry.RegistryError when a module of the folder is none."""
    return discover(agents, "AGENT", Agent)
