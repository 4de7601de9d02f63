"""What is put before people to decide, in which order, and what is not put before them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from muster.pipeline.enrich.identity import resolve
from muster.pipeline.enrich.keys import KeyKind
from muster.pipeline.enrich.review import Suggestion, candidates, scored, side_of
from support.claims import record_ref
from support.feeds import A1, A2, B1, FIRST, HAS_IP, HAS_MAC, HOST, HP1, HP2, Values, feeds, snapshot
from support.joined import Keyed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.enrich.review import Scored
    from support.reference_words import Import, Record

UUID_1: Values = {"instance_uuid": "11111111-aaaa-4bbb-8ccc-000000000001"}
UUID_2: Values = {"instance_uuid": "22222222-aaaa-4bbb-8ccc-000000000002"}
FQDN: Values = {"fqdn": "web01.corp.example"}


def reviews(
    *imports: Import, settled: Sequence[tuple[Record, Record]] = (), named: dict[int, dict[str, Any]] | None = None
) -> list[Scored]:
    """The queue over some imports; `named` are the values of assets, in the order of the assets."""
    keyed = Keyed.of(imports)
    claims = keyed.keys.select("claim").unique()
    placed = claims.join(resolve(keyed.keys, keyed.snapshots), on="claim", how="left").sort("claim")
    assets = placed.select("claim", pl.coalesce("asset", "claim").alias("asset"))
    refs = [(record_ref(left), record_ref(right)) for left, right in settled]
    pairs = candidates(
        keyed.keys,
        assets,
        keyed.snapshots,
        keyed.rulings,
        pl.DataFrame(
            [(left.hash, left.check, right.hash, right.check) for left, right in refs],
            schema={"left_hash": pl.Int64, "left_check": pl.UInt32, "right_hash": pl.Int64, "right_check": pl.UInt32},
            orient="row",
        ),
    )
    values = {asset: (named or {}).get(place, {}) for place, asset in enumerate(assets["asset"].unique().sort())}
    return scored(pairs, values)


def test_two_assets_that_share_nothing_are_no_review() -> None:
    assert reviews(*feeds(HP1, HP2)) == []


def test_what_was_joined_without_contradiction_is_no_review() -> None:
    assert reviews(*feeds(HP1 | HOST, HP1 | HOST)) == []


def test_a_weak_key_that_did_not_join_is_a_review_that_names_what_speaks_for_and_against() -> None:
    (review,) = reviews(*feeds(HP1 | HOST, HP2 | HOST))
    assert (review.alike, review.unlike) == ((KeyKind.HOST,), (KeyKind.BARE_SERIAL,))
    assert (review.suggestion, review.score) == (Suggestion.LEAVE, 50 + 15 - 40)


def test_one_serial_under_two_names_of_its_maker_is_suggested_to_be_joined() -> None:
    ibm: Values = {"serial_number": "CZ100", "manufacturer": "IBM"} | HOST | HAS_MAC
    lenovo: Values = {"serial_number": "CZ100", "manufacturer": "Lenovo"} | HOST | HAS_MAC
    (review,) = reviews(*feeds(ibm, lenovo))
    assert (review.suggestion, review.score) == (Suggestion.JOIN, 100)


def test_what_one_feed_lists_twice_is_less_likely_one_thing() -> None:
    twice = snapshot("a", UUID_1, UUID_1)
    (review,) = reviews(twice)
    assert (review.alike, review.one_feed, review.score) == ((KeyKind.INSTANCE_UUID,), True, 50 + 40 - 30)


def test_names_that_are_alike_raise_the_score_and_others_lower_it() -> None:
    pair = feeds(HP1 | HOST, HP2 | HOST)
    alike = {0: {"asset_name": "web01"}, 1: {"asset_name": "WEB01.corp.example"}}
    unlike = {0: {"asset_name": "web01"}, 1: {"asset_name": "mail"}}
    scores = [reviews(*pair, named=named)[0].score for named in (alike, {}, unlike)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == scores[1] + 15


def test_the_highest_score_comes_first() -> None:
    strong = [snapshot("a", UUID_1 | HP1 | HOST), snapshot("b", UUID_2 | HP2 | HOST)]
    vague = snapshot("c", {"fqdn": "x.example"} | UUID_1 | FIRST, {"fqdn": "x.example"} | FIRST)
    scores = [review.score for review in reviews(*strong, vague)]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)


def test_records_of_one_asset_with_different_serials_are_suggested_to_be_split() -> None:
    (review,) = reviews(*feeds(FQDN | HP1 | UUID_1, FQDN | HP2 | UUID_2))
    assert review.left_asset == review.right_asset
    assert (review.suggestion, review.score) == (Suggestion.SPLIT, min(100, 50 + 40 + 30 - 25 - 15))


def test_a_crowded_key_suggests_nothing() -> None:
    crowd = snapshot("a", *(HAS_IP | {"record_key": str(number)} for number in range(9)))
    assert reviews(crowd, snapshot("b", HAS_IP)) == []


def test_a_superseded_record_suggests_nothing() -> None:
    older, newer = snapshot("a", HOST | HP1, day=1), snapshot("a", {"hostname": "web02"} | HP1, day=2)
    assert reviews(older, newer, snapshot("b", HOST | HP2)) == []


def test_what_somebody_left_as_it_is_is_not_shown_again_whichever_side_came_first() -> None:
    pair = feeds(HP1 | HOST, HP2 | HOST)
    assert reviews(*pair, settled=[(A1, B1)]) == reviews(*pair, settled=[(B1, A1)]) == []
    assert len(reviews(*pair, settled=[(A1, A2)])) == 1


def test_a_contradiction_within_an_asset_that_somebody_left_is_not_shown_again() -> None:
    assert reviews(*feeds(FQDN | HP1, FQDN | HP2), settled=[(A1, B1)]) == []


def test_a_split_takes_along_the_records_that_speak_for_that_side() -> None:
    keyed = Keyed.of(feeds(FQDN | HP1, FQDN | HP2, HP2, FQDN))
    (claims,) = keyed.assets()
    first, second, third, _ = claims
    assert side_of(keyed.keys, first, second) == [second, third]
