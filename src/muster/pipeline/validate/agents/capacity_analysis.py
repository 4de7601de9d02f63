"""Whether sizes can be true and fit each other, what a machine would need instead, and what room hosts have left.

Nothing holds a row back: a wrong size is worth a look, and the machine is there all the same.

- Sizes that can not be: more used or free than there is in all; a size in another unit than its column
  (unit_slips.py); memory or storage out of all proportion to the cores. Warnings, with the values.
- Right-size hints (information) show their arithmetic. What a machine needs is its 95th percentile times 1.3, the
  comfort factor of Azure Migrate; without one its peak as it is, else its average times 2. A hint is given where half
  of what is there would do, or where the 95th percentile asks for more. Hosts of clusters are judged as clusters.
- Head-room (headroom.py): what a host's machines are promised against what it has, and what a cluster's hosts have
  left when measured, and when the largest of them fails. Low: under 20 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate import headroom, unit_slips
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

_ROUNDING = 1.01
_LEAST_PER_CORE = 0.125
_STORAGE_PER_MEMORY = (0.2, 8_192.0)
_COMFORT = 1.3
_LOW = 20.0
_VIRTUAL_PER_CORE = 6.0

_BASES = (("_p95", "95th percentile", _COMFORT), ("_max", "peak", 1.0), ("", "average", 2.0))
"""Suffix of the field of use, what it is called, and what it is multiplied by."""
_SIZED = (
    ("right_size_cpu", "cpu_cores", "cpu_utilization_percent", 2.0),
    ("right_size_memory", "memory_gb", "memory_utilization_percent", 2.0),
)
"""Code, field, field of use, and the least that is ever proposed."""
_LEAST_STORAGE_GB = 100.0
_MOSTLY_EMPTY = 0.25

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        code="used_above_total",
        severity=_W,
        title="More used or free than there is",
        template="{field} ({part} GB) is larger than storage_gb ({total} GB).",
        advice="Check the units of both columns.",
    ),
    FindingCode(
        code="units_mixed",
        severity=_W,
        title="A size in another unit than its column",
        template="{field} ({value} GB) is far from the rest of its column: it looks {slip}.",
        advice="Correct the cell, or write the unit into it.",
    ),
    FindingCode(
        code="memory_per_core_unusual",
        severity=_W,
        title="Memory out of proportion to the cores",
        template="{memory} GB for {cores} cores is {ratio} GB for each; machines have between 0.125 and 64.",
        advice="Check the units of both columns, and whether cores or sockets are counted.",
    ),
    FindingCode(
        code="storage_per_memory_unusual",
        severity=_W,
        title="Storage out of proportion to the memory",
        template="{storage} GB of storage beside {memory} GB of memory is {ratio} times as much; usual is 0.2 to 8192.",
        advice="Check the units of both columns.",
    ),
    FindingCode(
        code="right_size_cpu",
        severity=_I,
        title="Other cores than it needs",
        template="{total} cores x {use} % ({basis}) x {factor} = {needed}: {proposed} cores would do ({change}).",
        advice="Take it as the size of the target, once the window of measurement is long enough.",
    ),
    FindingCode(
        code="right_size_memory",
        severity=_I,
        title="Other memory than it needs",
        template="{total} GB x {use} % ({basis}) x {factor} = {needed} GB: {proposed} GB would do ({change}).",
        advice="Take it as the size of the target, once the window of measurement is long enough.",
    ),
    FindingCode(
        code="right_size_storage",
        severity=_I,
        title="More storage than it needs",
        template="{used} GB in use x 1.3 = {proposed} GB would do instead of {total} GB ({share} % in use).",
        advice="Size the target's disks by what is in use.",
    ),
    FindingCode(
        code="host_headroom",
        severity=_I,
        title="What a host has left",
        template="Its machines ({members}) are promised {memory} of {own_memory} GB ({free} % left) and {cores} "
        "virtual cores on {own_cores} ({ratio} each).",
    ),
    FindingCode(
        code="host_headroom_low",
        severity=_W,
        title="A host with little or nothing left",
        template="Its machines ({members}) are promised {memory} of {own_memory} GB ({free} % left) and {cores} "
        "virtual cores on {own_cores} ({ratio} each).",
        advice="Do not move more onto it; its machines may be slower than their sizes promise.",
    ),
    FindingCode(
        code="cluster_headroom",
        severity=_I,
        title="What a cluster has left",
        template="Its hosts ({members}) use {cores_used} of {cores} cores ({cores_free} % left) and {memory_used} of "
        "{memory} GB ({memory_free} % left).",
    ),
    FindingCode(
        code="cluster_headroom_low",
        severity=_W,
        title="A cluster with little left",
        template="Its hosts ({members}) use {cores_used} of {cores} cores ({cores_free} % left) and {memory_used} of "
        "{memory} GB ({memory_free} % left).",
        advice="Do not move more onto it before machines have left.",
    ),
    FindingCode(
        code="cluster_cannot_lose_host",
        severity=_W,
        title="A cluster that can not lose a host",
        template="Without its largest host the cluster has {left} GB of memory, and {memory_used} GB are in use.",
        advice="Plan for the failure of a host before moving more onto it.",
    ),
    FindingCode(
        code="headroom_unknown",
        severity=_I,
        title="Hosts without a size",
        template="{count} of {hosts} hosts that {field} names have no row with cores and memory in this table: their "
        "head-room is unknown.",
        advice="Export the hosts too.",
    ),
)


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    typed = batch.typed
    found = [*_parts(typed), *_proportions(typed), *_right_sizes(typed), *_right_storage(typed)]
    return Outcome(found, gathered=pl.concat([unit_slips.gather(batch), headroom.gather(batch)], how="diagonal"))


def _parts(typed: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    for part in ("storage_used_gb", "storage_free_gb"):
        if part in typed.columns and "storage_gb" in typed.columns:
            wrong = typed.filter((pl.col("storage_gb") > 0) & (pl.col(part) > pl.col("storage_gb") * _ROUNDING))
            params = {"part": _shown(part), "total": _shown("storage_gb")}
            found.append(places(wrong, "used_above_total", part, params=params))
    return found


def _proportions(typed: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    if {"memory_gb", "cpu_cores"} <= set(typed.columns):
        ratio = pl.col("memory_gb") / pl.col("cpu_cores")
        here = (pl.col("memory_gb") > 0) & (pl.col("cpu_cores") > 0)
        rows = typed.filter(here & ~ratio.is_between(_LEAST_PER_CORE, unit_slips.PER_CORE))
        params = {"memory": _shown("memory_gb", 3), "cores": pl.col("cpu_cores"), "ratio": ratio.round(3)}
        found.append(places(rows, "memory_per_core_unusual", "memory_gb", params=params))
    if {"storage_gb", "memory_gb"} <= set(typed.columns):
        ratio = pl.col("storage_gb") / pl.col("memory_gb")
        here = (pl.col("memory_gb") > 0) & (pl.col("storage_gb") > 0)
        rows = typed.filter(here & ~ratio.is_between(*_STORAGE_PER_MEMORY))
        params = {"memory": _shown("memory_gb", 3), "storage": _shown("storage_gb"), "ratio": ratio.round(2)}
        found.append(places(rows, "storage_per_memory_unusual", "storage_gb", params=params))
    return found


def _right_sizes(typed: pl.DataFrame) -> list[pl.DataFrame]:
    """Hints for machines that are on and were measured."""
    found = []
    for code, name, use_field, least in _SIZED:
        bases = [
            (f"{use_field}{suffix}", word, times)
            for suffix, word, times in _BASES
            if f"{use_field}{suffix}" in typed.columns
        ]
        if name not in typed.columns or not bases:
            continue
        use = pl.coalesce(pl.col(field) for field, *_ in bases)
        basis = pl.coalesce(pl.when(pl.col(field).is_not_null()).then(pl.lit(word)) for field, word, _ in bases)
        factor = pl.coalesce(pl.when(pl.col(field).is_not_null()).then(pl.lit(times)) for field, _, times in bases)
        rows = typed.filter(_is_on(typed), ~headroom.is_cluster_host(typed), use > 0, pl.col(name) > 0).with_columns(
            use.alias("use"), basis.alias("basis"), factor.alias("factor"), pl.col(name).cast(pl.Float64).alias("total")
        )
        needed = pl.col("total") * pl.col("use") / 100 * pl.col("factor")
        rows = rows.with_columns(needed.alias("needed"), needed.ceil().clip(least).alias("proposed"))
        less = pl.col("proposed") * 2 <= pl.col("total")
        more = (pl.col("basis") == "95th percentile") & (pl.col("needed") > pl.col("total"))
        change = pl.col("proposed") - pl.col("total")
        params = {
            "total": _plain(pl.col("total")),
            "use": _shown("use"),
            "basis": pl.col("basis"),
            "factor": _plain(pl.col("factor")),
            "needed": pl.col("needed").round(2),
            "proposed": _plain(pl.col("proposed")),
            "change": pl.when(change > 0).then(pl.lit("+")).otherwise(pl.lit("")) + _plain(change),
        }
        found.append(places(rows.filter(less | more), code, name, params=params))
    return found


def _right_storage(typed: pl.DataFrame) -> list[pl.DataFrame]:
    if not {"storage_gb", "storage_used_gb"} <= set(typed.columns):
        return []
    total, used = pl.col("storage_gb"), pl.col("storage_used_gb")
    rows = typed.filter(_is_on(typed), total >= _LEAST_STORAGE_GB, used > 0, used < total * _MOSTLY_EMPTY)
    params = {
        "used": _shown("storage_used_gb"),
        "total": _shown("storage_gb"),
        "proposed": _plain((used * _COMFORT).ceil()),
        "share": (used / total * 100).round(1),
    }
    return [places(rows, "right_size_storage", "storage_gb", params=params)]


def _is_on(typed: pl.DataFrame) -> pl.Expr:
    if "power_state" not in typed.columns:
        return pl.lit(value=True)
    return (pl.col("power_state") == "on").fill_null(value=True)


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    found = [*_hosts(view), *_clusters(view)]
    for name, cells in unit_slips.slips(view.gathered.filter(pl.col("field").is_not_null())).items():
        params = {"value": pl.col("value").round(3), "slip": pl.col("slip")}
        found.append(places(cells, "units_mixed", name, params=params))
    return Outcome(found)


def _hosts(view: TableView) -> list[pl.DataFrame]:
    promised = headroom.totals(view.gathered, headroom.HOST)
    if promised.is_empty():
        return []
    rows = headroom.host_rows(view.batches(), promised.get_column("key"))
    sized = rows.filter(pl.col("own_cores") > 0, pl.col("own_memory") > 0)
    unknown = promised.height - sized.height
    both = sized.join(promised.drop(ROW_NUMBER, LINE), on="key", maintain_order="left")
    free = (1 - pl.col("memory") / pl.col("own_memory")) * 100
    ratio = pl.col("cores") / pl.col("own_cores")
    low = (free < _LOW) | (ratio > _VIRTUAL_PER_CORE)
    params = {
        "members": pl.col("members"),
        "memory": _plain(pl.col("memory")),
        "own_memory": _plain(pl.col("own_memory")),
        "free": free.round(1),
        "cores": _plain(pl.col("cores")),
        "own_cores": _plain(pl.col("own_cores")),
        "ratio": ratio.round(2),
    }
    told = [
        {
            "code": "headroom_unknown",
            "field": "hypervisor_host",
            "params": params_json(count=unknown, hosts=promised.height),
        }
    ]
    return [
        places(both.filter(low), "host_headroom_low", "memory_gb", params=params),
        places(both.filter(~low), "host_headroom", "memory_gb", params=params),
        findings_frame(told if unknown else []),
    ]


def _clusters(view: TableView) -> list[pl.DataFrame]:
    """Clusters all of whose hosts were measured: of the others nothing is certain."""
    known = headroom.totals(view.gathered, headroom.CLUSTER).filter(
        pl.col("measured") == pl.col("members"), pl.col("cores") > 0, pl.col("memory") > 0
    )
    cores_free = (1 - pl.col("cores_used") / pl.col("cores")) * 100
    memory_free = (1 - pl.col("memory_used") / pl.col("memory")) * 100
    low = (cores_free < _LOW) | (memory_free < _LOW)
    left = pl.col("memory") - pl.col("largest")
    params = {
        "members": pl.col("members"),
        **{name: _plain(pl.col(name)) for name in ("cores", "cores_used", "memory", "memory_used")},
        "cores_free": cores_free.round(1),
        "memory_free": memory_free.round(1),
    }
    lost = known.filter((pl.col("members") > 1) & (pl.col("memory_used") > left))
    return [
        places(known.filter(low), "cluster_headroom_low", "cluster", params=params),
        places(known.filter(~low), "cluster_headroom", "cluster", params=params),
        places(
            lost,
            "cluster_cannot_lose_host",
            "cluster",
            params={"left": _plain(left), "memory_used": _plain(pl.col("memory_used"))},
        ),
    ]


def _shown(name: str, digits: int = 1) -> pl.Expr:
    return _plain(pl.col(name), digits)


def _plain(number: pl.Expr, digits: int = 1) -> pl.Expr:
    """A number as people write it: `16`, `2.5`."""
    return number.cast(pl.Float64).round(digits).cast(pl.String).str.strip_suffix(".0")


AGENT = Agent(
    id="capacity_analysis",
    title="Capacity",
    description="Sizes that can not be or do not fit, right-size hints with their arithmetic, room on hosts.",
    codes=_CODES,
    needs=(
        "cpu_cores",
        "memory_gb",
        "storage_gb",
        "storage_used_gb",
        "storage_free_gb",
    ),
    check_batch=_check_batch,
    check_table=_check_table,
)
