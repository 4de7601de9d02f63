"""What each step forward writes besides the phase: the columns of the child and the import, and `phase_state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.catalog.registry import categories
from muster.domain.phases import Phase
from muster.services.flows.lifecycle import MoveDetails

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def category_state(import_category: str | None, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """What `phase_state` says of a category: its id, and the agents that will run.

    `configuration` is the master's; the `agents` of its processing_config narrow the category's own.
    """
    asked = (configuration.get("processing_config") or {}).get("agents")
    known = categories().get(import_category or "")
    agents = [agent for agent in known.agents if asked is None or agent in asked] if known else []
    return {"import_category": import_category, "agents_required": agents}


def to_validation(import_category: str | None, configuration: Mapping[str, Any]) -> MoveDetails:
    """The file is read and its mapping stands."""
    return MoveDetails(
        phase=Phase.VALIDATION,
        phase_state=category_state(import_category, configuration),
        child={"data_import_completed": True, "field_mapping_completed": True},
    )


def to_enrichment(validation_results: Mapping[str, Any], now: datetime) -> MoveDetails:
    """The rows are checked."""
    results = dict(validation_results)
    return MoveDetails(
        phase=Phase.ENRICHMENT,
        phase_state={"validation_results": results, "validation_timestamp": now.isoformat()},
        child={"data_validation_completed": True},
        data_import={"validation_results": results},
    )


def to_complete(enrichment_summary: Mapping[str, Any]) -> MoveDetails:
    """The inventory has taken the import over."""
    summary = dict(enrichment_summary)
    return MoveDetails(
        phase=Phase.COMPLETE,
        phase_state={"enrichment_summary": summary},
        child={"enrichment_completed": True},
        data_import={"enrichment_summary": summary},
    )


def completed(enrichment_summary: Mapping[str, Any], now: datetime) -> MoveDetails:
    """Nothing is left to do."""
    summary = dict(enrichment_summary)
    return MoveDetails(
        phase=Phase.COMPLETE,
        phase_state={"enrichment_summary": summary, "completion_timestamp": now.isoformat()},
        child={"enrichment_completed": True},
        data_import={"enrichment_summary": summary},
    )
