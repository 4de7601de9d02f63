"""How hard it works."""

from __future__ import annotations

from muster.catalog.model import Field, FieldGroup, FieldType, MergePolicy

_G = FieldGroup.PERFORMANCE


def _percent(name: str, title: str, description: str, *spellings: str) -> Field:
    return Field(
        name, title, _G, FieldType.NUMBER, description, unit="percent", minimum=0, maximum=100,
        merge=MergePolicy.LATEST, spellings=spellings, weight=0.9,
    )  # fmt: skip


def _measure(name: str, title: str, unit: str, description: str, *spellings: str) -> Field:
    return Field(
        name, title, _G, FieldType.NUMBER, description, unit=unit, minimum=0, merge=MergePolicy.LATEST,
        spellings=spellings, weight=0.9,
    )  # fmt: skip


def _time(name: str, title: str, description: str, *spellings: str) -> Field:
    return Field(
        name, title, _G, FieldType.DATETIME, description, merge=MergePolicy.LATEST, spellings=spellings, weight=0.4
    )


PERFORMANCE: tuple[Field, ...] = (
    _percent("cpu_utilization_percent", "CPU use", "Average use of the processors.",
             "cpu utilization percent", "cpu utilization", "cpu usage", "cpu percent", "cpu usage percent",
             "average cpu",
             "avg cpu utilization", "cpu load", "average cpu usage percent", "cpu average", "cpu auslastung",
             "utilisation cpu", "uso de cpu", "utilizacion de cpu", "utilizacao de cpu"),
    _percent("cpu_utilization_percent_max", "CPU use, peak", "Highest use of the processors.",
             "cpu utilization percent max", "max cpu utilization", "peak cpu", "cpu max",
             "max cpu usage percent",
             "cpu peak", "cpu usage percent max", "maximale cpu auslastung", "cpu maximum", "pico de cpu"),
    _percent("memory_utilization_percent", "Memory use", "Average use of the memory.",
             "memory utilization percent", "memory utilization", "memory usage", "memory usage percent",
             "ram usage",
             "memory percent", "average memory", "average ram usage percent", "percent memory used",
             "ram utilization percent",
             "speicherauslastung", "utilisation memoire", "uso de memoria", "utilizacion de memoria"),
    _percent("memory_utilization_percent_max", "Memory use, peak", "Highest use of the memory.",
             "memory utilization percent max", "max memory utilization", "peak memory", "memory max",
             "max memory usage percent", "max ram usage percent", "memory peak", "pico de memoria"),
    _percent("cpu_utilization_percent_p95", "CPU use, 95th percentile",
             "95 % of the samples are at or below it.",
             "cpu utilization percent p95", "cpu p95", "p95 cpu", "cpu 95th percentile",
             "95th percentile cpu"),
    _percent("memory_utilization_percent_p95", "Memory use, 95th percentile",
             "95 % of the samples are at or below it.",
             "memory utilization percent p95", "memory p95", "p95 memory", "memory 95th percentile",
             "95th percentile memory"),
    _measure("disk_iops", "Disk operations", "operations/s", "Reads and writes a second.",
             "disk iops", "iops", "total iops", "disk operations per second", "storage iops"),
    _measure("disk_throughput_mbps", "Disk throughput", "MB/s", "Megabytes a second to and from the disks.",
             "disk throughput mbps", "disk throughput", "disk mbps", "storage throughput"),
    _measure("network_throughput_mbps", "Network throughput", "Mbit/s", "Megabits a second in and out.",
             "network throughput mbps", "network throughput", "network mbps", "network usage",
             "bandwidth usage"),
    Field("sample_count", "Samples", _G, FieldType.INTEGER, "How many samples the figures rest on.",
          unit="count",
          minimum=0, merge=MergePolicy.LATEST, weight=0.6, spellings=("sample count", "samples",
          "number of samples")),
    _time("window_start", "Measured from", "When the measuring began.", "window start", "period start",
          "collection start"),
    _time("window_end", "Measured to", "When the measuring ended.", "window end", "period end",
          "collection end"),
    _time("sampled_at", "Measured at", "When the sample was taken.", "sampled at", "sample time",
          "timestamp", "time stamp", "zeitstempel",
          "horodatage"),
)  # fmt: skip
