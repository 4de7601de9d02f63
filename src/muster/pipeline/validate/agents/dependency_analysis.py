"""Whether dependencies can be what they are said to be, and what stands out in the graph that they make.

Nothing here holds a row back, since a graph with circles is what there is to be moved:

- A thing that depends on itself tells nothing, and is often a slip of the hand: warning, once per connection.
- Things that depend on each other in a circle must be moved together, or a direction is wrong: warning, once per circle
  (strongly connected component) at its first row, with the rows of a shortest way round; its other rows are told as
  part of it. What runs on what (hosting) is no part of a circle.
- Two rows that say the same of two things in opposite directions, with the same kind, port and protocol: one of them
  is likely turned round: warning. What was measured is what happened: seen connections and bare addresses are spared.
- A name that no row lists, where rows list applications or servers beside their dependencies: warning, once per name.
- A thing with ten neighbours at least, and five times as many as the average: worth knowing before one moves it: told.

In logs of connections the answers to high ports say nothing of who depends on whom and are left out of circles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.catalog.reference.ports import FIRST_CLIENT_PORT
from muster.domain.findings import PLACES_PER_CODE, FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate import dependencies
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView
from muster.pipeline.validate.cycles import find_circles
from muster.pipeline.validate.dependencies import SAME, SOURCE, SOURCE_ENDS, TARGET, TARGET_ENDS
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from muster.pipeline.validate.tables import Batch

_HUB_NEIGHBOURS = 10
_HUB_TIMES = 5
_SHOWN_ROWS = 10

_LINK = "link"
_COUNTS = "counts"
_MEASURED = "measured"
_LISTED = "listed"
_SOURCE_FIELD = "source_field"
_TARGET_FIELD = "target_field"
_FIELD = pl.Enum([*SOURCE_ENDS, *TARGET_ENDS])

_FIRST = {"first": pl.col("first"), "first_line": pl.col("first_line")}

_CODES = (
    FindingCode(
        code="self_dependency",
        severity=Severity.WARNING,
        title="A thing depends on itself",
        template="{field} names the same thing as the source of this row.",
        advice="Correct one of the two ends, or take the row out.",
    ),
    FindingCode(
        code="cycle",
        severity=Severity.WARNING,
        title="Things depend on each other in a circle",
        template="{size} things depend on each other in a circle, for example by the rows {path}.",
        advice="Move them together, or check the direction of these rows.",
    ),
    FindingCode(
        code="within_cycle",
        severity=Severity.INFO,
        title="A dependency is part of a circle",
        template="This row is part of the circle that is told at row {first} (line {first_line}).",
    ),
    FindingCode(
        code="direction_contradicted",
        severity=Severity.WARNING,
        title="Two rows contradict each other's direction",
        template="Row {first} (line {first_line}) says the same in the opposite direction.",
        advice="Keep the row that is right; when both are, give each its own kind or port.",
    ),
    FindingCode(
        code="orphan",
        severity=Severity.WARNING,
        title="A dependency names what is listed nowhere",
        template="{field} names something that is listed nowhere.",
        advice="Add it to the list, or correct its name.",
    ),
    FindingCode(
        code="hub",
        severity=Severity.INFO,
        title="Many depend on one thing",
        template="{field} names a hub: {dependents} depend on it, and it depends on {needs}.",
        advice="Plan its move with care: it touches many others.",
    ),
)


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    if not dependencies.is_dependencies(batch.table):
        return Outcome()
    typed = batch.typed
    names = set(typed.columns)
    hosting = pl.col("dependency_type") == "hosting" if "dependency_type" in names else pl.lit(value=False)
    answers = pl.col("port") >= FIRST_CLIENT_PORT if "port" in names else pl.lit(value=False)
    seen = dependencies.tells_events(batch)
    rows = (
        typed.lazy()
        .select(
            ROW_NUMBER,
            LINE,
            *dependencies.end_keys(names),
            dependencies.is_same(names),
            dependencies.end_fields(names, SOURCE).cast(_FIELD).alias(_SOURCE_FIELD),
            dependencies.end_fields(names, TARGET).cast(_FIELD).alias(_TARGET_FIELD),
            ~(hosting.fill_null(value=False) | (answers.fill_null(value=False) & seen)).alias(_COUNTS),
            *_end_names(names),
        )
        .collect()
        .with_columns(dependencies.link_key(typed).alias(_LINK), pl.lit(seen).alias(_MEASURED))
    )
    edges = _each_once(rows.filter(pl.col(SOURCE).is_not_null() & pl.col(TARGET).is_not_null()))
    listed = dependencies.listed_keys(typed)
    if listed is None:
        return Outcome(gathered=edges)
    return Outcome(gathered=pl.concat([edges, listed.alias(_LISTED).to_frame()], how="diagonal"))


def _end_names(names: set[str]) -> list[pl.Expr]:
    """The keys of each end by server and by application, where rows list what there is."""
    if names.isdisjoint(dependencies.NAMES):
        return []
    return [
        dependencies.end_key(names, side, level).alias(f"{side}_{level}")
        for side in (SOURCE, TARGET)
        for level in dependencies.NAMED_LEVELS
        if f"{side}_{level}" in names
    ]


def _each_once(edges: pl.DataFrame) -> pl.DataFrame:
    return edges.unique([SOURCE, TARGET, _LINK, SAME], keep="first", maintain_order=True)


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    edges = _each_once(view.gathered.filter(pl.col(SOURCE).is_not_null()))
    if edges.is_empty():
        return Outcome()
    rest = edges.filter(pl.col(SOURCE) != pl.col(TARGET))
    found = [places(edges.filter(SAME), "self_dependency", pl.col(_TARGET_FIELD).cast(pl.String))]
    if rest.height:
        source, target = _numbered(rest)
        found += [*_circles(rest, source, target), _contradicted(rest), _hubs(rest, source, target)]
    if _LISTED in view.gathered.columns:
        found.append(_orphans(edges, view.gathered.get_column(_LISTED).drop_nulls().unique()))
    return Outcome(found)


def _numbered(edges: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both ends of each edge as numbers from 0."""
    keys = pl.concat([edges.get_column(SOURCE), edges.get_column(TARGET).alias(SOURCE)])
    numbers = (keys.rank("dense").cast(pl.Int64) - 1).to_numpy()
    return numbers[: edges.height], numbers[edges.height :]


def _circles(edges: pl.DataFrame, source: NDArray[np.int64], target: NDArray[np.int64]) -> list[pl.DataFrame]:
    counts = np.flatnonzero(edges.get_column(_COUNTS).to_numpy())
    circles = find_circles(source[counts], target[counts], most=PLACES_PER_CODE)
    inside = counts[circles.of_edge >= 0]
    if not inside.size:
        return []
    at = edges.select(ROW_NUMBER, LINE)[inside.tolist()].with_columns(
        pl.Series("circle", circles.of_edge[circles.of_edge >= 0])
    )
    first = {"first": pl.col(ROW_NUMBER).first().over("circle"), "first_line": pl.col(LINE).first().over("circle")}
    at = at.with_columns(**first)
    begins = pl.col(ROW_NUMBER) == pl.col("first")
    numbers = edges.get_column(ROW_NUMBER)
    told = pl.DataFrame(
        {
            "circle": range(len(circles.shown)),
            "size": [circle.size for circle in circles.shown],
            "path": [_rows([numbers[int(counts[place])] for place in circle.path]) for circle in circles.shown],
        },
        schema={"circle": pl.Int64, "size": pl.Int64, "path": pl.String},
    )
    starts = at.filter(begins).join(told, on="circle", how="left", maintain_order="left")
    return [
        places(starts, "cycle", None, params={"size": pl.col("size"), "path": pl.col("path")}),
        places(at.filter(~begins), "within_cycle", None, params=_FIRST),
    ]


def _rows(numbers: list[int]) -> str:
    """The rows of a way round, the first ten of them."""
    shown = " → ".join(map(str, numbers[:_SHOWN_ROWS]))
    more = len(numbers) - _SHOWN_ROWS
    return f"{shown} → … and {more} more" if more > 0 else shown


def _contradicted(edges: pl.DataFrame) -> pl.DataFrame:
    """The later of two rows that differ in their direction only."""
    stated = edges.filter(~pl.col(_MEASURED) & (pl.col(_SOURCE_FIELD) != "source_ip"))
    ends = (SOURCE, TARGET)
    pair = stated.select(
        pl.min_horizontal(*ends).alias("low"), pl.max_horizontal(*ends).alias("high"), _LINK
    ).hash_rows()
    both = stated.with_columns(pair.alias("pair")).filter(pl.col("pair").is_duplicated())
    # of one pair there are two rows at most, since every edge stands here once
    later = both.with_columns(
        pl.col(ROW_NUMBER).first().over("pair").alias("first"), pl.col(LINE).first().over("pair").alias("first_line")
    ).filter(pl.col(ROW_NUMBER) > pl.col("first"))
    return places(later, "direction_contradicted", None, params=_FIRST)


def _hubs(edges: pl.DataFrame, source: NDArray[np.int64], target: NDArray[np.int64]) -> pl.DataFrame:
    nodes = int(max(source.max(), target.max())) + 1
    pairs = np.sort(source * nodes + target)
    pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    dependents = np.bincount(pairs % nodes, minlength=nodes)
    needs = np.bincount(pairs // nodes, minlength=nodes)
    neighbours = dependents + needs
    known = np.count_nonzero(neighbours)
    hub = neighbours >= max(_HUB_NEIGHBOURS, _HUB_TIMES * neighbours.sum() / known)
    if not hub.any():
        return places(edges.clear(), "hub", None)
    ends = [
        edges.select(
            ROW_NUMBER,
            LINE,
            pl.col(name).cast(pl.String).alias("field"),
            pl.Series("node", numbers),
            place=pl.lit(place),
        ).filter(pl.Series(hub[numbers]))
        for place, (name, numbers) in enumerate(((_SOURCE_FIELD, source), (_TARGET_FIELD, target)))
    ]
    first = pl.concat(ends).sort(ROW_NUMBER, "place").unique("node", keep="first", maintain_order=True)
    told = first.with_columns(
        pl.Series("dependents", dependents[first.get_column("node")]),
        pl.Series("needs", needs[first.get_column("node")]),
    )
    return places(told, "hub", pl.col("field"), params={name: pl.col(name) for name in ("dependents", "needs")})


def _orphans(edges: pl.DataFrame, listed: pl.Series) -> pl.DataFrame:
    """The first row of each end that is listed under none of its names."""
    found = []
    for named in ([name for name in ends if name in edges.columns] for ends in (SOURCE_ENDS, TARGET_ENDS)):
        if named:
            known = pl.any_horizontal(pl.col(name).is_in(listed.implode()).fill_null(value=False) for name in named)
            field = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in named)
            unlisted = edges.filter(~known).select(
                ROW_NUMBER, LINE, pl.coalesce(named).alias("key"), field.alias("field")
            )
            found.append(unlisted.drop_nulls("key"))
    if not found:
        return places(edges.clear(), "orphan", None)
    first = pl.concat(found).sort(ROW_NUMBER, maintain_order=True).unique("key", keep="first", maintain_order=True)
    return places(first, "orphan", pl.col("field"))


AGENT = Agent(
    id="dependency_analysis",
    title="Dependency analysis",
    description="Self-dependencies, circles with their path, contradicted directions, names listed nowhere, hubs.",
    codes=_CODES,
    needs=SOURCE_ENDS,
    check_batch=_check_batch,
    check_table=_check_table,
)
