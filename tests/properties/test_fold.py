"""The pure core against the reference: whatever imports and decisions there are, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from support.claims import pure_inventory
from support.examples import TIMES, examples
from support.reference import inventory
from support.shrinking import smallest
from support.strategies import Engagement, draw_decisions, draw_lists, engagements, filled

if TYPE_CHECKING:
    from support.reference_words import Import

AT_ONCE = 200
"""Engagements that share their lists but no identifier, folded in one go, which costs little more than one of them."""


@examples(50)
@given(engagements())
def test_the_fold_gives_what_the_reference_gives(engagement: Engagement) -> None:
    imports, decisions = engagement
    assert pure_inventory(imports, decisions) == inventory(imports, decisions)


@examples(25)
@given(engagements(), st.randoms(use_true_random=False))
def test_any_order_of_imports_and_decisions_gives_the_same_inventory(engagement: Engagement, random: Random) -> None:
    imports, decisions = engagement
    shuffled = random.sample(imports, len(imports)), random.sample(decisions, len(decisions))
    assert pure_inventory(*shuffled) == pure_inventory(imports, decisions)


def test_many_engagements_in_one_are_the_inventories_of_each() -> None:
    for first in range(0, 30 * TIMES * AT_ONCE, AT_ONCE):
        lists = draw_lists(seeded(first))
        drawn = [drawn_from(seeded(first + world), lists, world) for world in range(AT_ONCE)]
        parts = zip(*(imports for imports, _ in drawn), strict=True)
        imports = [replace(part[0], rows=tuple(row for item in part for row in item.rows)) for part in parts]
        decisions = [decision for _, decisions in drawn for decision in decisions]
        expected = sorted((asset for engagement in drawn for asset in inventory(*engagement)), key=repr)
        if pure_inventory(imports, decisions) != expected:
            tell_which(drawn)
            raise AssertionError(f"only together do they differ: the engagements of seeds {first} and following")


def drawn_from(random: Random, lists: list[Import], world: int) -> Engagement:
    """Rows of a world in the given lists, and decisions about them."""
    imports = filled(random, lists, world)
    return imports, draw_decisions(random, imports, world=world) if random.randrange(2) else []


def seeded(seed: int) -> Random:
    """The same made-up engagements in every run."""
    return Random(seed)  # noqa: S311 - test data, no secret


def tell_which(drawn: list[Engagement]) -> None:
    """Fail with the smallest engagement on which core and reference differ by itself, if there is one."""
    for engagement in drawn:
        if differ(engagement):
            imports, decisions = smallest(engagement, differ)
            assert pure_inventory(imports, decisions) == inventory(imports, decisions), (imports, decisions)


def differ(engagement: Engagement) -> bool:
    """Whether core and reference say different things of an engagement; no imports are no case."""
    imports, decisions = engagement
    return bool(imports) and pure_inventory(imports, decisions) != inventory(imports, decisions)
