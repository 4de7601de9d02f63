"""Which keys are told to join the records of an asset."""

from __future__ import annotations

import pytest

from support.feeds import A1, B1, HAS_IP, HAS_MAC, HOST, HP1, HP2, Values, feeds, snapshot
from support.joined import Keyed
from support.reference_words import Decision, Import, Join


@pytest.mark.parametrize(
    ("imports", "kinds"),
    [
        (feeds(HP1, HP1), ["SERIAL"]),
        (feeds(HP1 | HOST, HP1 | HOST), ["SERIAL"]),
        (feeds({"serial_number": "CZ100"}, HP1), ["BARE_SERIAL"]),
        (feeds(HOST, HOST | HP1), ["HOST"]),
        (feeds(HAS_MAC | HOST, HAS_MAC | HOST), ["MAC"]),
        (feeds(HAS_IP, HAS_IP), ["IP"]),
        (feeds(HOST | HAS_IP, HOST | HAS_IP), ["HOST_IP"]),
        ((snapshot("a", HOST, day=1), snapshot("a", HOST, day=2)), ["RECORD"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_the_keys_that_join_are_told_and_no_weaker_ones(imports: tuple[Import, ...], kinds: list[str]) -> None:
    keyed = Keyed.of(imports)
    (claims,) = keyed.assets()
    assert keyed.told(claims) == kinds


def test_a_key_that_joined_nobody_is_not_told() -> None:
    clones: Values = {"instance_uuid": "11111111-aaaa-4bbb-8ccc-000000000001"}
    keyed = Keyed.of((snapshot("a", clones | HP1, clones | HP2), snapshot("b", clones | HP1)))
    (claims,) = keyed.assets()
    assert keyed.told(claims) == ["SERIAL"]


def test_where_people_joined_two_records_no_key_need_be_told() -> None:
    decisions: list[Decision] = [Join(A1, B1)]
    keyed = Keyed.of(feeds(HP1, HP2), decisions)
    (claims,) = keyed.assets()
    assert keyed.told(claims) == []
    assert keyed.connected(claims)
