"""Checks mapped tables: agents find, the runner isolates, counts and says which rows are held back."""

from muster.pipeline.validate.agent import AcceptedException, Agent, Knowledge, Outcome, TableView
from muster.pipeline.validate.collector import AGENT_FAILED
from muster.pipeline.validate.quality import row_quality, scores
from muster.pipeline.validate.registry import all_agents
from muster.pipeline.validate.runner import run_agent
from muster.pipeline.validate.runs import AgentRun, TableMetrics, held_back
from muster.pipeline.validate.tables import Batch, InMemoryTables, MappedTable, TableSource

__all__ = [
    "AGENT_FAILED",
    "AcceptedException",
    "Agent",
    "AgentRun",
    "Batch",
    "InMemoryTables",
    "Knowledge",
    "MappedTable",
    "Outcome",
    "TableMetrics",
    "TableSource",
    "TableView",
    "all_agents",
    "held_back",
    "row_quality",
    "run_agent",
    "scores",
]
