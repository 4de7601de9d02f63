"""Columns are given to fields so that the whole table is right, not the first column that comes along."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from muster.pipeline.mapping.assignment import heaviest_matching

COLUMNS, FIELDS = range(4), ("a", "b", "c", "d")
WEIGHTS = st.dictionaries(
    st.tuples(st.sampled_from(COLUMNS), st.sampled_from(FIELDS)),
    st.integers(min_value=-3, max_value=9).map(float),
    max_size=12,
)


def test_a_column_gives_way_where_another_has_no_other_field() -> None:
    weights = {(0, "hostname"): 3.0, (0, "asset_name"): 2.9, (1, "hostname"): 2.0}
    assert heaviest_matching(weights) == {(0, "asset_name"), (1, "hostname")}


def test_a_pairing_that_is_worse_than_none_is_left_out() -> None:
    assert heaviest_matching({(0, "a"): -1.0, (1, "b"): 0.0}) == frozenset()


@given(WEIGHTS)
def test_no_other_assignment_is_heavier(weights: dict[tuple[int, str], float]) -> None:
    chosen = heaviest_matching(weights)
    assert len({column for column, _ in chosen}) == len({field for _, field in chosen}) == len(chosen)
    best = max(
        sum(max(weights.get((column, field), 0.0), 0.0) for column, field in zip(order, FIELDS, strict=True))
        for order in permutations(COLUMNS)
    )
    assert sum(weights[pair] for pair in chosen) == best
