"""Circles of a graph against a plain search, and the logs of connections that are spared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_samples import batch, found, run

from muster.domain.phases import StepStatus
from muster.pipeline.validate.cycles import Circles, find_circles

if TYPE_CHECKING:
    from muster.pipeline.validate import Batch

EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def _circles(edges: list[tuple[int, int]], most: int = 100) -> Circles:
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return find_circles(ends[:, 0], ends[:, 1], most=most)


def _reaches(edges: list[tuple[int, int]], start: int, goal: int) -> bool:
    seen, front = {start}, [start]
    while front:
        here = front.pop()
        for source, target in edges:
            if source == here and target not in seen:
                seen.add(target)
                front.append(target)
    return goal in seen


@given(EDGES)
def test_an_edge_runs_in_a_circle_when_its_end_leads_back(edges: list[tuple[int, int]]) -> None:
    expected = [source != target and _reaches(edges, target, source) for source, target in edges]
    assert (_circles(edges).of_edge >= 0).tolist() == expected


@given(EDGES)
def test_a_way_round_begins_with_the_first_edge_of_its_circle_and_comes_back(edges: list[tuple[int, int]]) -> None:
    circles = _circles(edges)
    for number, circle in enumerate(circles.shown):
        assert circle.path[0] == circles.of_edge.tolist().index(number)
        way = [edges[place] for place in circle.path]
        assert [target for _, target in way] == [source for source, _ in (*way[1:], way[0])]
        members = {edges[place][0] for place, of in enumerate(circles.of_edge) if of == number}
        assert circle.size == len(members)


def test_only_as_many_ways_are_looked_for_as_are_shown() -> None:
    circles = _circles([(0, 1), (1, 0), (2, 3), (3, 2)], most=1)
    assert len(circles.shown) == 1
    assert circles.of_edge.tolist() == [0, 0, 1, 1]


def test_a_long_way_round_is_shortened() -> None:
    rows = "\n".join(f"a{place},a{(place + 1) % 40}" for place in range(40))
    (cycle, *_) = run("dependency_analysis", batch("source_app,target_app\n" + rows)).findings
    assert str(cycle.params["path"]).endswith("→ 10 → … and 30 more")


def _log(text: str) -> Batch:
    """A table of which each row is one connection that was seen."""
    whole = batch(text)
    return replace(whole, typed=whole.typed.with_columns(pl.lit(1, dtype=pl.Int64).alias("connection_count")))


@pytest.mark.parametrize("agent_id", ["dependency_analysis", "duplicate_detection"])
def test_connections_of_a_log_repeat_and_answer_rightfully(agent_id: str) -> None:
    log = _log(
        "source_server,target_server,port,Time\na,b,443,1\na,b,443,2\nb,a,50123,2\nb,a,50124,3\nc,d,123,4\nd,e,123,5"
    )
    outcome = run(agent_id, log)
    assert (outcome.status, found(outcome)) == (StepStatus.COMPLETED, [])


def test_a_table_without_both_ends_is_left_in_peace() -> None:
    outcome = run("dependency_analysis", batch("source_app\nShop\nShop"))
    assert (outcome.status, outcome.findings) == (StepStatus.COMPLETED, ())
    assert run("duplicate_detection", batch("source_app\nShop\nShop")).findings == ()
