"""The review queue of an engagement, and what becomes of a review that somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.pipeline.enrich.review import Suggestion
from muster.services.inventory.decide import undo_decision
from muster.services.list_reviews import decide_review, list_reviews
from muster.services.paging import PageRequest
from support.claims import asset_ids
from support.feeds import HAS_MAC, HOST, Values, feeds, snapshot
from support.two_sources import take_in

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

IBM: Values = {"serial_number": "CZ100", "manufacturer": "IBM", "asset_name": "web01"} | HOST | HAS_MAC
LENOVO: Values = {"serial_number": "CZ100", "manufacturer": "Lenovo", "asset_name": "web01"} | HOST | HAS_MAC
TWO_SERIALS = feeds(
    {"fqdn": "web01.corp.example", "serial_number": "CZ100", "instance_uuid": "11111111-aaaa-4bbb-8ccc-000000000001"},
    {"fqdn": "web01.corp.example", "serial_number": "CZ200", "instance_uuid": "22222222-aaaa-4bbb-8ccc-000000000002"},
)


async def test_a_pair_is_listed_with_score_suggestion_and_evidence(services: Services, context: RequestContext) -> None:
    await take_in(services, context, *feeds(IBM, LENOVO))
    (review,) = (await list_reviews(services, context)).items
    assert (review.suggestion, review.score) == (Suggestion.JOIN, 100)
    assert [review.left.asset_name, review.right.asset_name] == ["web01", "web01"]
    assert {review.left.asset_id, review.right.asset_id} == set(await asset_ids(services, context))
    assert "The same serial number: CZ100." in review.evidence
    assert "Their names are 100 % alike." in review.evidence


async def test_a_join_makes_one_asset_and_ends_the_review_until_it_is_taken_back(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, *feeds(IBM, LENOVO))
    (review,) = (await list_reviews(services, context)).items
    decided = await decide_review(services, context, review.id, Suggestion.JOIN, "Lenovo bought it")
    assert len(await asset_ids(services, context)) == 1
    assert (await list_reviews(services, context)).items == ()
    await undo_decision(services, context, decided.decisions[0].id)
    assert [item.id for item in (await list_reviews(services, context)).items] == [review.id]


async def test_a_pair_that_is_left_is_shown_no_more_and_stays_two_assets(
    services: Services, context: RequestContext
) -> None:
    await take_in(services, context, *feeds(IBM, LENOVO))
    (review,) = (await list_reviews(services, context)).items
    await decide_review(services, context, review.id, Suggestion.LEAVE)
    assert len(await asset_ids(services, context)) == 2
    assert (await list_reviews(services, context)).items == ()


async def test_records_that_contradict_each_other_can_be_split(services: Services, context: RequestContext) -> None:
    await take_in(services, context, *TWO_SERIALS)
    (review,) = (await list_reviews(services, context)).items
    assert (review.suggestion, review.left.asset_id) == (Suggestion.SPLIT, review.right.asset_id)
    await decide_review(services, context, review.id, Suggestion.SPLIT)
    assert len(await asset_ids(services, context)) == 2
    assert (await list_reviews(services, context)).items == ()


async def test_a_verdict_that_changes_nothing_is_refused(services: Services, context: RequestContext) -> None:
    await take_in(services, context, *TWO_SERIALS)
    (review,) = (await list_reviews(services, context)).items
    with pytest.raises(InvalidRequestError, match="one asset already"):
        await decide_review(services, context, review.id, Suggestion.JOIN)
    await decide_review(services, context, review.id, Suggestion.SPLIT)
    with pytest.raises(InvalidRequestError, match="two assets already"):
        await decide_review(services, context, review.id, Suggestion.SPLIT)


async def test_a_review_of_records_that_are_not_here_is_not_found(services: Services, context: RequestContext) -> None:
    with pytest.raises(NotFoundError):
        await decide_review(services, context, "0" * 64, Suggestion.LEAVE)


@pytest.mark.parametrize("word", ["nothing", "x" * 64])
async def test_what_is_no_id_of_a_review_is_not_valid(services: Services, context: RequestContext, word: str) -> None:
    with pytest.raises(InvalidRequestError):
        await decide_review(services, context, word, Suggestion.LEAVE)


async def test_the_queue_comes_in_pages(services: Services, context: RequestContext) -> None:
    pairs = [
        {"hostname": f"web{number:02}", "asset_name": f"web{number:02}", "serial_number": f"CZ{number}00"}
        for number in range(3)
    ]
    left = snapshot("a", *(values | {"manufacturer": "IBM"} for values in pairs))
    right = snapshot("b", *(values | {"manufacturer": "Lenovo"} for values in pairs))
    await take_in(services, context, left, right)
    first = await list_reviews(services, context, PageRequest(limit=2))
    rest = await list_reviews(services, context, PageRequest(first.next_cursor, 2))
    assert [len(first.items), len(rest.items), rest.next_cursor] == [2, 1, None]
    assert len({review.id for review in (*first.items, *rest.items)}) == 3


async def test_an_empty_engagement_has_nothing_to_review(services: Services, context: RequestContext) -> None:
    assert (await list_reviews(services, context)).items == ()
