"""The verdicts of validation and enrichment as JSON, as they are kept with the flow and the import."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from muster.domain.flow_document import AgentResult, EnrichmentResult, ValidationResults
from muster.domain.phases import StepStatus

if TYPE_CHECKING:
    from collections.abc import Mapping


def validation_to_json(results: ValidationResults) -> dict[str, Any]:
    """The verdict under the names of contracts.md."""
    return {**asdict(results), "agent_results": [asdict(item) for item in results.agent_results]}


def validation_from_json(data: Mapping[str, Any]) -> ValidationResults:
    """Read what `validation_to_json` wrote."""
    return ValidationResults(
        is_valid=data["is_valid"],
        error_count=data["error_count"],
        warning_count=data["warning_count"],
        agent_results=tuple(
            AgentResult(item["agent_name"], StepStatus(item["status"]), item["error_count"], item["warning_count"])
            for item in data["agent_results"]
        ),
    )


def enrichment_to_json(result: EnrichmentResult) -> dict[str, Any]:
    """The counts under the names of contracts.md."""
    return {
        "assets_created": result.assets_created,
        "assets_updated": result.assets_updated,
        "enrichment_details": dict(result.enrichment_details),
    }
