"""What is told to join an asset's records, held against identity."""

from __future__ import annotations

from hypothesis import given

from support.examples import examples
from support.joined import Keyed
from support.strategies import Engagement, engagements


@examples(100)
@given(engagements())
def test_what_is_told_connects_all_records_of_every_asset(engagement: Engagement) -> None:
    imports, decisions = engagement
    if imports:
        keyed = Keyed.of(imports, decisions)
        assert all(keyed.connected(claims) for claims in keyed.assets())
