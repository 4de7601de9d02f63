"""The pure core against the reference: whatever imports there are, in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.claims import pure_inventory
from support.reference import inventory
from support.strategies import import_sets

if TYPE_CHECKING:
    from support.reference import Import

relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(import_sets())
def test_the_fold_gives_what_the_reference_gives(imports: list[Import]) -> None:
    assert pure_inventory(imports) == inventory(imports)


@relaxed
@given(import_sets(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_imports_gives_the_same_inventory(imports: list[Import], random: object) -> None:
    shuffled = list(imports)
    random.shuffle(shuffled)  # type: ignore[attr-defined] - hypothesis hands over a random.Random
    assert pure_inventory(shuffled) == pure_inventory(imports)
