"""What waits for a person's decision, the decisions that were taken, and what they did to the inventory."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.assets import Reason
from muster.api.documents.base import Document, Request
from muster.domain.decisions import Decision, DecisionKind, to_json
from muster.pipeline.enrich.review import Suggestion
from muster.services.inventory.decide import Decided


class ReviewedAssetDocument(Document):
    """One side of a review: the asset, and the record (claim) that the review is about."""

    asset_id: UUID
    asset_name: str | None
    claim_id: UUID


class ReviewDocument(Document):
    """Two assets that may be one, or two records of one asset that may be two things."""

    id: str
    suggestion: Suggestion
    score: int = Field(description="0 to 100: how much speaks for the change.")
    left: ReviewedAssetDocument
    right: ReviewedAssetDocument
    evidence: tuple[str, ...]


class DecideReviewRequest(Request):
    """What somebody decides on a review."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verdict": "join", "reason": "Same rack, same owner"}]})

    verdict: Suggestion
    reason: Reason = None


class DecisionDocument(Document):
    """One decision: who took it, when, why, and what it says (`body` names records and keys, never assets)."""

    id: UUID
    kind: DecisionKind
    body: dict[str, Any]
    reason: str | None
    author: UUID | None
    created_at: datetime
    undone_at: datetime | None

    @classmethod
    def of_decision(cls, decision: Decision) -> Self:
        """Return the decision with its body as it is stored."""
        return cls(
            id=decision.id,
            kind=decision.kind,
            body=to_json(decision.body),
            reason=decision.reason,
            author=decision.author,
            created_at=decision.created_at,
            undone_at=decision.undone_at,
        )


class DecisionsDocument(Document):
    """All decisions of the engagement, oldest first."""

    items: tuple[DecisionDocument, ...]


class DecidedDocument(Document):
    """The decisions that were taken or taken back, and how many assets that touched."""

    decisions: tuple[DecisionDocument, ...]
    assets_created: int
    assets_updated: int
    assets_unchanged: int
    assets_removed: int

    @classmethod
    def of_decided(cls, *decided: Decided) -> Self:
        """Return what one or several steps did together."""
        counts = [item.change.counts for item in decided]
        return cls(
            decisions=tuple(DecisionDocument.of_decision(decision) for item in decided for decision in item.decisions),
            assets_created=sum(count.created for count in counts),
            assets_updated=sum(count.updated for count in counts),
            assets_unchanged=sum(count.unchanged for count in counts),
            assets_removed=sum(count.removed for count in counts),
        )
