"""Whether measurements can be true and are enough to size by, and which machines they show idle or saturated.

What holds no row back: a machine with a broken sensor is still a machine. Values that can not be are warnings, as are
machines at their limit; a candidate to retire is information. Limits:

- A peak below the average (by more than the half point that tools round away) is impossible.
- Use of 0 % of processor and memory alike is no measurement: a running system never shows it.
- Less than a week misses what happens once a week; of fewer than 20 samples the 95th percentile is the highest one.
- Idle: a peak below 5 %, else a 95th percentile below 3 %, else an average below 2 %, with hardly any traffic.
- Saturated: a 95th percentile from 90 % (memory 95 %), or an average from 85 % (memory 90 %).

Where each row is one sample, machines are judged over all their samples, at the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import FailureCode
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import ROW_NUMBER, cell_column
from muster.kit.masking import masked
from muster.pipeline.mapping.transformation import Transformation
from muster.pipeline.validate import measurements
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.measurements import BUSY_LIMITS, MEASURES, PERCENTS
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch, MappedTable

_ROUNDING = 0.5
_WEEK = 7
_FEW_SAMPLES = 20
_JUDGED = 10
_JUDGED_FOR_SCALE = 20
_CONSTANT_SAMPLES = 12
_FEW_FRACTIONS = 0.5
_BUSY_SHARE = 0.05

_MOST = {"disk_iops": 10_000_000.0, "disk_throughput_mbps": 200_000.0, "network_throughput_mbps": 1_600_000.0}
"""Beyond these no single machine gets: PCIe 5.0 x16 slots end near 63 GB/s, network cards at 800 Gbit/s."""
_IDLE = (
    ("cpu_utilization_percent_max", 5.0, "its highest use of the processors is"),
    ("cpu_utilization_percent_p95", 3.0, "95 % of the time its use of the processors is at most"),
    ("cpu_utilization_percent", 2.0, "its average use of the processors is"),
)
"""Peak by AWS Compute Optimizer's idle rule, 95th percentile by Azure Advisor's; the first that is there decides."""
_IDLE_TRAFFIC = {"network_throughput_mbps": 1.0, "disk_iops": 20.0}
_SATURATED = (
    ("cpu_utilization_percent_p95", 90.0),
    ("cpu_utilization_percent", 85.0),
    ("memory_utilization_percent_p95", 95.0),
    ("memory_utilization_percent", 90.0),
)
_ORDERED = (
    ("cpu_utilization_percent", "cpu_utilization_percent_max"),
    ("cpu_utilization_percent_p95", "cpu_utilization_percent_max"),
    ("memory_utilization_percent", "memory_utilization_percent_max"),
    ("memory_utilization_percent_p95", "memory_utilization_percent_max"),
)

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        code="percent_scale",
        severity=_I,
        title="Percentages between 0 and 1",
        template="All {count} values of {field} lie between 0 and 1; the column is read as {reading}.",
        advice="Check it: map the column as percentages or as fractions if it is the other way round.",
    ),
    FindingCode(
        code="percent_scale_mixed",
        severity=_W,
        title="A fraction among percentages",
        template="{field} is below 1 here, where {more} of {count} values go higher: it looks like a share of 1.",
        advice="Check whether this row was written in another scale, and multiply it by 100.",
    ),
    FindingCode(
        code="peak_below_average",
        severity=_W,
        title="A peak below the average",
        template="{field} ({peak}) is below {other} ({value}); no peak can be.",
        advice="Check whether the columns are swapped, or measured over different periods.",
    ),
    FindingCode(
        code="negative_measurement",
        severity=_W,
        title="A negative measurement",
        template="{field} is negative ({excerpt}); it is left out.",
        advice="Check the export: some tools write -1 where nothing was measured.",
    ),
    FindingCode(
        code="impossible_measurement",
        severity=_W,
        title="A measurement that no machine can have",
        template="{field} is higher than any machine can reach ({excerpt}).",
        advice="Check the unit of the column.",
    ),
    FindingCode(
        code="nothing_measured",
        severity=_W,
        title="No use at all",
        template="Processor and memory are both at 0 %: the machine was off or not measured, which is not idle.",
        advice="Check whether it is switched off, or missing an agent.",
    ),
    FindingCode(
        code="constant_sensor",
        severity=_W,
        title="A sensor that always shows the same",
        template="{field} has the same value in all {samples} {of}.",
        advice="Check the collector: a measurement that never moves is a default.",
    ),
    FindingCode(
        code="window_too_short",
        severity=_W,
        title="Measured for too short a time",
        template="The measurements span {days} days; sizing needs a week at least.",
        advice="Measure for two weeks or longer, the end of a month included.",
    ),
    FindingCode(
        code="too_few_samples",
        severity=_W,
        title="Too few samples",
        template="The figures rest on {samples} samples; below 20 the 95th percentile is only the highest one.",
        advice="Measure more often or for a longer time before sizing by it.",
    ),
    FindingCode(
        code="idle_machine",
        severity=_I,
        title="An idle machine",
        template="The machine looks idle: {reason} {value} % (limit {limit} %).",
        advice="Ask its owner whether it can be retired instead of migrated.",
    ),
    FindingCode(
        code="saturated_machine",
        severity=_W,
        title="A machine at its limit",
        template="{field} shows a saturated machine: {reason}.",
        advice="Size the target by more than what it has today.",
    ),
)


def _check_mapping(table: MappedTable, _knowledge: Knowledge) -> Outcome:
    found = [
        {
            "code": "percent_scale",
            "field": column.target_field,
            "params": params_json(count=table.info.rows, reading="fractions of 1, times 100"),
        }
        for column in table.columns
        if column.target_field in PERCENTS and Transformation.parse(column.transformation).fraction and table.info.rows
    ]
    return Outcome([findings_frame(found)])


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    found = [*_out_of_range(batch), *_beyond(batch), *_peaks(batch.typed)]
    if not measurements.is_series(batch.table):
        found += [*_windows(batch.typed), *_idle(batch.typed), *_saturated(batch.typed)]
    return Outcome(found, gathered=measurements.gather(batch))


def _out_of_range(batch: Batch) -> list[pl.DataFrame]:
    """Cells that conversion refused for their size: below zero, or above what the field can hold."""
    refused = batch.failures.filter(
        pl.col("field").is_in(MEASURES) & (pl.col("code") == FailureCode.OUT_OF_RANGE.value)
    )
    found = []
    for (name, position), cells in refused.group_by("field", "position", maintain_order=True):
        column = cell_column(int(str(position)))
        texts = batch.text.select(ROW_NUMBER, pl.col(column).str.strip_chars().alias("text"))
        judged = cells.join(texts, on=ROW_NUMBER, how="left", maintain_order="left")
        negative = pl.col("text").str.contains(r"^[-\u2212(]")
        for code, here in (("negative_measurement", negative), ("impossible_measurement", ~negative)):
            found.append(places(judged.filter(here), code, str(name), excerpt=pl.col("excerpt")))
    return found


def _beyond(batch: Batch) -> list[pl.DataFrame]:
    """Rates that no hardware has."""
    return [
        places(
            batch.typed.filter(pl.col(name) > most),
            "impossible_measurement",
            name,
            excerpt=masked(pl.col(name).cast(pl.String)),
        )
        for name, most in _MOST.items()
        if name in batch.typed.columns
    ]


def _peaks(typed: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    for lower, peak in _ORDERED:
        if lower in typed.columns and peak in typed.columns:
            wrong = typed.filter(pl.col(peak) < pl.col(lower) - _ROUNDING)
            params = {"peak": _shown(peak), "value": _shown(lower), "other": pl.lit(lower)}
            found.append(places(wrong, "peak_below_average", peak, params=params))
    return found


def _windows(typed: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    if "window_start" in typed.columns and "window_end" in typed.columns:
        days = (pl.col("window_end") - pl.col("window_start")).dt.total_hours() / 24
        found.append(
            places(typed.filter(days < _WEEK), "window_too_short", "window_end", params={"days": days.round(1)})
        )
    if "sample_count" in typed.columns:
        few = typed.filter(pl.col("sample_count") < _FEW_SAMPLES)
        found.append(places(few, "too_few_samples", "sample_count", params={"samples": pl.col("sample_count")}))
    return found


def _idle(typed: pl.DataFrame) -> list[pl.DataFrame]:
    """Machines that are on, were measured, and do nothing; and those that were not measured."""
    ways = [way for way in _IDLE if way[0] in typed.columns]
    if not ways:
        return []
    running = pl.lit(value=True)
    if "power_state" in typed.columns:
        running = (pl.col("power_state") == "on").fill_null(value=True)
    measured = [pl.col(name) > 0 for name in PERCENTS if name in typed.columns]
    has_use = pl.any_horizontal(measured).fill_null(value=False)
    quiet = [
        (pl.col(name) < limit).fill_null(value=True) for name, limit in _IDLE_TRAFFIC.items() if name in typed.columns
    ]
    decided = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name, _, _ in ways)
    rows = typed.filter(running).with_columns(decided.alias("decided_by"))
    found = []
    for name, limit, reason in ways:
        idle = rows.filter(
            (pl.col("decided_by") == name), pl.col(name) < limit, has_use, pl.all_horizontal(pl.lit(value=True), *quiet)
        )
        params = {"reason": pl.lit(reason), "value": _shown(name), "limit": pl.lit(f"{limit:g}")}
        found.append(places(idle, "idle_machine", name, params=params))
    cpu = [pl.col(name) for name in PERCENTS if name in typed.columns and name.startswith("cpu")]
    memory = [pl.col(name) for name in PERCENTS if name in typed.columns and name.startswith("memory")]
    if memory:
        nothing = (pl.max_horizontal(cpu) == 0) & (pl.max_horizontal(memory) == 0)
        found.append(places(rows.filter(nothing), "nothing_measured", ways[-1][0]))
    return found


def _saturated(typed: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    told: dict[str, pl.Expr] = {}
    for name, limit in _SATURATED:
        if name in typed.columns:
            kind = name.split("_", maxsplit=1)[0]
            over = (pl.col(name) >= limit).fill_null(value=False)
            what = "the 95th percentile" if name.endswith("p95") else "the average"
            reason = pl.format(f"{what} is {{}} %, the limit {limit:g} %", _shown(name))
            rows = typed.filter(over & ~told.get(kind, pl.lit(value=False)))
            found.append(places(rows, "saturated_machine", name, params={"reason": reason}))
            told[kind] = told.get(kind, pl.lit(value=False)) | over
    return found


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    found = [*_columns(view)]
    if measurements.is_series(view.table):
        for (name,), machines in measurements.machines(view.gathered).group_by("field", maintain_order=True):
            found += _series(str(name), machines)
    return Outcome(found)


def _columns(view: TableView) -> list[pl.DataFrame]:
    """What only the whole column shows: its scale, fractions among percentages, and that it never changes."""
    found = []
    series = measurements.is_series(view.table)
    told: list[dict[str, object]] = []
    for column in measurements.columns(view.gathered).iter_rows(named=True):
        name, count, fractions = column["field"], column["samples"], column["fractions"]
        if not series and count >= _JUDGED and column["low"] == column["high"]:
            params = params_json(samples=count, of="rows")
            told.append({"code": "constant_sensor", "field": name, "params": params})
        if name not in PERCENTS or not fractions or _is_stated(view.table, name):
            continue
        if column["high"] <= 1:
            params = params_json(count=count, reading="percentages, all of idle machines")
            told.append({"code": "percent_scale", "field": name, "params": params})
        elif _is_mixed(column):
            rows = measurements.suspects(view.gathered, name)
            params_of = {"count": pl.lit(count), "more": pl.lit(count - fractions)}
            found.append(places(rows, "percent_scale_mixed", name, params=params_of))
    return [findings_frame(told), *found]


def _is_stated(table: MappedTable, name: str) -> bool:
    """Whether source or person say the scale of the column."""
    how = [Transformation.parse(column.transformation) for column in table.columns if column.target_field == name]
    return any(one.fraction or one.unit is not None for one in how)


def _is_mixed(column: dict[str, int]) -> bool:
    """Whether the few values below 1 stand apart: true percentages below 1 have others just above them."""
    few = column["fractions"] < column["samples"] * _FEW_FRACTIONS and column["samples"] >= _JUDGED_FOR_SCALE
    return few and not column["next"]


def _series(name: str, machines: pl.DataFrame) -> list[pl.DataFrame]:
    """Machines of a series, one line each: too short, constant, idle or saturated."""
    several = machines.filter(pl.col("samples") > 1)
    days = (pl.col("last") - pl.col("first")).dt.total_hours() / 24
    short = several.filter(days < _WEEK)
    enough = several.filter(days >= _WEEK)
    constant = pl.col("low") == pl.col("high")
    peak, limit, reason = _IDLE[0]
    busy = pl.col("busy") / pl.col("samples")
    saturated = pl.format(
        f"{{}} % of its {{}} samples reach {BUSY_LIMITS[name]:g} %", (busy * 100).round(1), pl.col("samples")
    )
    found = [
        places(short, "window_too_short", "sampled_at", params={"days": days.round(1)}),
        places(
            enough.filter(pl.col("samples") < _FEW_SAMPLES),
            "too_few_samples",
            "sampled_at",
            params={"samples": pl.col("samples")},
        ),
        places(
            several.filter(constant & (pl.col("samples") >= _CONSTANT_SAMPLES)),
            "constant_sensor",
            name,
            params={"samples": pl.col("samples"), "of": pl.lit("samples of this machine")},
        ),
        places(several.filter(busy > _BUSY_SHARE), "saturated_machine", name, params={"reason": saturated}),
    ]
    if peak.startswith(name):
        idle = enough.filter((pl.col("high") < limit) & (pl.col("high") > 0) & ~constant)
        value = pl.col("high").cast(pl.Float64).round(2)
        params = {"reason": pl.lit(reason), "value": value, "limit": pl.lit(f"{limit:g}")}
        found.append(places(idle, "idle_machine", name, params=params))
    return found


def _shown(name: str) -> pl.Expr:
    return pl.col(name).round(1).cast(pl.String).str.strip_suffix(".0")


AGENT = Agent(
    id="performance_analysis",
    title="Performance",
    description="Measurements that can not be, too short or constant ones; idle and saturated machines.",
    codes=_CODES,
    needs=MEASURES,
    check_mapping=_check_mapping,
    check_batch=_check_batch,
    check_table=_check_table,
)
