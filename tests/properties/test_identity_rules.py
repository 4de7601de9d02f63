"""What holds of identity whatever the rows are, asked of the pure core and of the reference alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.claims import pure_inventory
from support.examples import examples
from support.reference import inventory
from support.reference_identity import claims_of, crowded_keys, record_of
from support.reference_words import Decision, Edit, Import, Join, Record, Row, Split
from support.strategies import NAMING, Engagement, draw_decisions, draw_imports, engagements, import_sets

if TYPE_CHECKING:
    from collections.abc import Iterator
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
def test_two_records_of_one_feed_that_each_have_a_serial_are_never_one_asset(
    make: Maker, imports: list[Import], random: Random
) -> None:
    known = [replace(item, rows=tuple(with_own_serial(item.feed, row) for row in item.rows)) for item in imports]
    pairs = [(a, b) for a, b in combinations(records_in(known), 2) if a[0] == b[0]]
    assume(pairs)
    assert not together(make, known, [], *random.choice(pairs))


def with_own_serial(feed: str, row: Row) -> Row:
    """The row with a record key, a serial of its record alone, and no other number."""
    name = (record_of(feed, row) or (feed, "nameless"))[1]
    others = {field: value for field, value in row.values.items() if field not in {"source_id", "instance_uuid"}}
    serial = f"{feed} {name.encode().hex()}"
    return replace(row, record_key=name, values={**others, "serial_number": serial, "manufacturer": "HPE"})


@both
@examples(15)
@given(import_sets(), st.sampled_from(NAMING), randoms)
def test_one_word_alone_never_joins_two_rows_of_one_import(
    make: Maker, imports: list[Import], field: str, random: Random
) -> None:
    terse = [replace(item, rows=tuple(rows_of_one_word(item, field))) for item in imports]
    pairs = [(a, b) for item in terse for a, b in combinations(records_in([item]), 2)]
    assume(pairs)
    assert not together(make, terse, [], *random.choice(pairs))


def rows_of_one_word(item: Import, field: str) -> Iterator[Row]:
    """The rows with the first word of one field, each of a record that no other import speaks of."""
    for number, row in enumerate(item.rows):
        said = row.values.get(field)
        value = said[:1] if isinstance(said, list) else said
        yield Row(f"{item.sha256}-{number}", values={field: value} if value else {})


@both
@examples(15)
@given(import_sets())
def test_a_list_of_applications_without_numbers_joins_nothing(make: Maker, imports: list[Import]) -> None:
    rows = tuple(as_application(row) for item in imports for row in item.rows)
    list_of_them = Import("generic", "generic:applications", 1, "f" * 64, rows)
    assert make([*imports, list_of_them], []) == sorted(make(imports, []) + make([list_of_them], []), key=repr)


def as_application(row: Row) -> Row:
    """What the row says, without numbers, of an application."""
    numbers = {"serial_number", "instance_uuid", "source_id"}
    values = {name: value for name, value in row.values.items() if name not in numbers}
    return replace(row, clears=row.clears - {"asset_type"}, values={**values, "asset_type": "application"})


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
def test_an_import_cut_between_rows_that_share_nothing_gives_the_same(
    make: Maker, imports: list[Import], random: Random
) -> None:
    which = random.randrange(len(imports))
    item = imports[which]
    about = what_rows_share(item)
    shared = {0}
    while more := {at for at, own in enumerate(about) if any(own & about[one] for one in shared)} - shared:
        shared |= more
    first = tuple(row for at, row in enumerate(item.rows) if at in shared)
    second = tuple(row for at, row in enumerate(item.rows) if at not in shared)
    assume(second and not crowded_keys([item]))
    others = [*imports[:which], *imports[which + 1 :]]
    parts = replace(item, rows=first), replace(item, rows=second, sha256=f"{item.sha256[:-1]}f", partial=True)
    assert make([*others, *parts], []) == make([*others, replace(item, rows=first + second)], [])


def what_rows_share(item: Import) -> list[set[Any]]:
    """For each row its record and keys: within one import they mean another thing than across two."""
    return [claim.keys | ({claim.record} if claim.record else set()) for claim in claims_of([item])]
