"""Which dependencies run in circles: the strongly connected components of a graph, and a shortest way round each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rustworkx as rx

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PRUNINGS = 64
"""Rounds of taking away what nothing leads to or from; a longer chain than that is left to the graph."""

_NONE = -1


@dataclass(frozen=True, slots=True)
class Circle:
    """Things that all depend on each other: how many they are, and edges, by position, that lead round once.

    `path` starts with the first edge of the circle.
    """

    size: int
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Circles:
    """All circles of a graph. `of_edge` holds the number of the circle that each edge runs in, -1 where in none.

    Circles are numbered by their first edge; `shown` holds the first of them.
    """

    of_edge: NDArray[np.int64]
    shown: tuple[Circle, ...]


def find_circles(source: NDArray[np.int64], target: NDArray[np.int64], *, most: int) -> Circles:
    """Return the circles of the edges from `source` to `target`, and the ways round the first `most` of them.

    Nodes are numbers from 0; an edge from a node to itself is no circle. Takes time and memory in proportion to the
    edges that are left when what leads nowhere is taken away.
    """
    kept = _pruned(source, target)
    of_edge = np.full(source.size, _NONE, dtype=np.int64)
    if not kept.size:
        return Circles(of_edge, ())
    first, second, nodes = _renumbered(source[kept], target[kept])
    graph: rx.PyDiGraph[int, int] = rx.PyDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(list(zip(first.tolist(), second.tolist(), kept.tolist(), strict=True)))
    component = np.full(nodes, _NONE, dtype=np.int64)
    sizes: list[int] = []
    for members in rx.strongly_connected_components(graph):
        if len(members) > 1:
            component[members] = len(sizes)
            sizes.append(len(members))
    inside = np.flatnonzero((component[first] != _NONE) & (component[first] == component[second]))
    number = component[first[inside]]
    begins = np.empty(len(sizes), dtype=np.int64)
    begins[number[::-1]] = inside[::-1]  # of several edges the last one written stays: the first of each circle
    order = np.argsort(begins)
    of_edge[kept[inside]] = np.argsort(order)[number]
    shown = tuple(
        Circle(sizes[circle], _way_round(graph, int(first[begins[circle]]), int(second[begins[circle]])))
        for circle in order[:most].tolist()
    )
    return Circles(of_edge, shown)


def _renumbered(
    source: NDArray[np.int64], target: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """The same edges with nodes numbered without gaps, and how many nodes there are."""
    used = np.zeros(int(max(source.max(), target.max())) + 1, dtype=np.bool_)
    used[source] = used[target] = True
    number = np.cumsum(used) - 1
    return number[source], number[target], int(used.sum())


def _pruned(source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of the edges that may be part of a circle."""
    kept = np.flatnonzero(source != target)
    for _ in range(_PRUNINGS):
        if not kept.size:
            break
        size = int(max(source[kept].max(), target[kept].max())) + 1
        leads_to = np.bincount(target[kept], minlength=size)
        leads_from = np.bincount(source[kept], minlength=size)
        alive = (leads_to[source[kept]] > 0) & (leads_from[target[kept]] > 0)
        if alive.all():
            break
        kept = kept[alive]
    return kept


def _way_round(graph: rx.PyDiGraph[int, int], start: int, second: int) -> tuple[int, ...]:
    """The edges of a shortest way from `start` over `second` back to it."""
    back = list(rx.digraph_dijkstra_shortest_paths(graph, second, target=start, default_weight=1.0)[start])
    return tuple(min(graph.get_all_edge_data(here, there)) for here, there in zip([start, *back], back, strict=False))
