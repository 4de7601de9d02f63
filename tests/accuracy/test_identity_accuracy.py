"""Identity against a labelled estate: the bounds that records are put together and kept apart by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from labelled.words import Trouble
from measure import PRECISION, RECALL, SEED, judged

if TYPE_CHECKING:
    from score import Judgement


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    return judged(SEED)


def test_records_put_together_belong_together(judgement: Judgement) -> None:
    assert judgement.score.precision >= PRECISION


def test_records_that_belong_together_are_put_together(judgement: Judgement) -> None:
    assert judgement.score.recall >= RECALL


def test_every_wrong_pair_has_an_explanation(judgement: Judgement) -> None:
    assert [mistake.sentence for mistake in judgement.mistakes if mistake.trouble is None] == []
    assert len(judgement.mistakes) == judgement.score.joined_wrongly + judgement.score.parted_wrongly


def test_the_set_is_large_and_has_every_trouble(judgement: Judgement) -> None:
    records = judgement.records
    machines = {record.truth for record in records if record.truth.startswith("m")}
    assert len(records) >= 2000
    assert len(judgement.feeds) >= 4
    assert len(machines) >= 600
    assert {trouble for record in records for trouble in record.troubles} == set(Trouble)
