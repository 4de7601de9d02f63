"""What holds of identity whatever the rows are, asked of the pure core and of the reference alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.claims import pure_inventory
from support.examples import examples
from support.reference import inventory
from support.reference_identity import STRONG, claims_of, crowded_keys, keys_of
from support.reference_words import Decision, Edit, Import, Join, Record, Row, Split
from support.strategies import Engagement, draw_decisions, draw_imports, engagements, import_sets

if TYPE_CHECKING:
    from random import Random

Maker = Callable[[Sequence[Import], Sequence[Decision]], list[dict[str, Any]]]
both = pytest.mark.parametrize("make", [inventory, pure_inventory], ids=["reference", "core"])
randoms = st.randoms(use_true_random=False)


def together(make: Maker, imports: list[Import], decisions: list[Decision], a: Record, b: Record) -> bool:
    """Whether two records are one asset: a mark left on each is found on one."""
    marks = [Edit((a,), "operating_system", "of a", False, 10**6), Edit((b,), "business_owner", "of b", False, 10**6)]
    made = make(imports, [*decisions, *marks])
    return any((asset.get("operating_system"), asset.get("business_owner")) == ("of a", "of b") for asset in made)


def records_in(imports: list[Import]) -> list[Record]:
    """The named records, in a fixed order."""
    return sorted({claim.record for claim in claims_of(imports) if claim.record})


@both
@examples(15)
@given(import_sets(), randoms)
def test_a_join_makes_two_records_one_asset(make: Maker, imports: list[Import], random: Random) -> None:
    records = records_in(imports)
    assume(len(records) > 1)
    a, b = random.sample(records, 2)
    assert together(make, imports, [Join(a, b)], a, b)


@both
@examples(15)
@given(import_sets(), randoms)
def test_a_record_from_which_all_keys_are_taken_stands_alone(
    make: Maker, imports: list[Import], random: Random
) -> None:
    records = records_in(imports)
    assume(len(records) > 1)
    a, b = random.sample(records, 2)
    keys = {key for claim in claims_of(imports) if claim.record == a for key in claim.keys}
    assert not together(make, imports, [Split(frozenset((a, key) for key in keys))], a, b)


@both
@examples(15)
@given(import_sets(), randoms)
def test_weak_keys_never_join_two_records_of_one_feed(make: Maker, imports: list[Import], random: Random) -> None:
    weak = [replace(item, rows=tuple(without_strong_keys(item.feed, row) for row in item.rows)) for item in imports]
    records = records_in(weak)
    pairs = [(a, b) for a in records for b in records if a < b and a[0] == b[0]]
    assume(pairs)
    assert not together(make, weak, [], *random.choice(pairs))


def without_strong_keys(feed: str, row: Row) -> Row:
    """The row without what strong keys are made of."""
    names = {"manufacturer", "source_id", "fqdn", "instance_uuid"}
    if any(
        key[0] in STRONG
        for key in keys_of(feed, replace(row, values={"serial_number": row.values.get("serial_number")}))
    ):
        names.add("serial_number")
    return replace(row, values={name: value for name, value in row.values.items() if name not in names})


@both
@examples(15)
@given(engagements())
def test_partial_imports_miss_nothing(make: Maker, engagement: Engagement) -> None:
    imports, decisions = engagement
    partial = [replace(item, partial=True) for item in imports]
    assert not any("missing_from" in asset for asset in make(partial, decisions))


@both
@examples(15)
@given(import_sets(), randoms)
def test_decisions_about_records_that_are_not_there_change_nothing(
    make: Maker, imports: list[Import], random: Random
) -> None:
    elsewhere = draw_decisions(random, draw_imports(random, world=1), world=1)
    assert make(imports, elsewhere) == make(imports, [])


@both
@examples(15)
@given(import_sets(), randoms)
def test_an_import_cut_in_two_gives_the_same(make: Maker, imports: list[Import], random: Random) -> None:
    which = random.randrange(len(imports))
    item = imports[which]
    cut = random.randrange(len(item.rows))
    head = replace(item, rows=item.rows[:cut])
    tail = replace(item, rows=item.rows[cut:], sha256=f"{item.sha256[:-1]}f", partial=True)
    assume(cut and not told_apart(head, tail) and not crowded_keys([item]))
    others = [*imports[:which], *imports[which + 1 :]]
    assert make([*others, head, tail], []) == make(imports, [])


def told_apart(head: Import, tail: Import) -> bool:
    """Whether the parts share a record or a strong key, which mean another thing within one import than across two."""
    parts = [
        {claim.record for claim in claims} | {key for claim in claims for key in claim.keys if key[0] in STRONG}
        for claims in (claims_of([head]), claims_of([tail]))
    ]
    return not parts[0].isdisjoint(parts[1] - {None})
