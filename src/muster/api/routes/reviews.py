"""What waits for a person's decision, and the decisions of people."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from muster.api.caller import Provided, Tenanted
from muster.api.documents.base import PageDocument, PageQuery, page_of
from muster.api.documents.reviews import (
    DecidedDocument,
    DecideReviewRequest,
    DecisionDocument,
    DecisionsDocument,
    ReviewDocument,
)
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.inventory.decide import list_decisions, undo_decision
from muster.services.list_reviews import decide_review, list_reviews

routes = Routes(f"{API}/reviews", "reviews")
decisions = Routes(f"{API}/decisions", "reviews")


@routes.get("", Permission.READ)
async def list_open_reviews(
    services: Provided, context: Tenanted, query: Annotated[PageQuery, Query()]
) -> PageDocument[ReviewDocument]:
    """Assets that may be one, and assets that may be two things, the highest score first; 1,000 at most."""
    return page_of(await list_reviews(services, context, query.page()), ReviewDocument.of)


@routes.post("/{review_id}", Permission.EDIT)
async def decide_open_review(
    services: Provided, context: Tenanted, review_id: str, body: DecideReviewRequest
) -> DecidedDocument:
    """Join, split, or leave as it is; the review is shown no more."""
    return DecidedDocument.of_decided(await decide_review(services, context, review_id, body.verdict, body.reason))


@decisions.get("", Permission.READ)
async def list_all_decisions(services: Provided, context: Tenanted) -> DecisionsDocument:
    """Every decision of the engagement, oldest first, with those that were taken back."""
    taken = await list_decisions(services, context)
    return DecisionsDocument(items=tuple(DecisionDocument.of_decision(decision) for decision in taken))


@decisions.post("/{decision_id}/undo", Permission.EDIT)
async def undo_one_decision(services: Provided, context: Tenanted, decision_id: UUID) -> DecidedDocument:
    """Take a decision back: the inventory is as if it had never been taken."""
    return DecidedDocument.of_decided(await undo_decision(services, context, decision_id))
