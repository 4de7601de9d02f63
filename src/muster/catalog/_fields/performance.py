"""How hard it works."""

from __future__ import annotations

from muster.catalog._fields.combined import combined
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
             "utilisation cpu", "uso de cpu", "utilizacion de cpu", "utilizacao de cpu", "prozessorauslastung",
             "cpu last", "cpu nutzung", "charge cpu", "carga de cpu", "cpu promedio", "cpu medio", "cpu media",
             "cpu moyen",
             "durchschnittliche cpu auslastung",
             *combined("|average", "cpu|processor", "utilization|usage|load|used|use|busy",
                       "|percent|average|average percent"),
             *combined("|average|percent", "cpu",
                       "average|average percent|percent average|percent|percent used|used percent"),
             *combined("percent", "cpu", "|utilization|usage|used")),
    _percent("cpu_utilization_percent_max", "CPU use, peak", "Highest use of the processors.",
             "cpu utilization percent max", "max cpu utilization", "peak cpu", "cpu max",
             "max cpu usage percent",
             "cpu peak", "cpu usage percent max", "maximale cpu auslastung", "cpu maximum", "pico de cpu", "cpu spitze",
             "cpu pico", "charge cpu max", "cpu auslastung max", "uso maximo de cpu", "cpu maxima",
             *combined("max", "cpu|processor", "|utilization|usage|load|used", "|percent"),
             *combined("cpu|processor", "|utilization|usage|load", "max", "|percent"),
             *combined("cpu|processor", "max|percent max", "|utilization|usage")),
    _percent("memory_utilization_percent", "Memory use", "Average use of the memory.",
             "memory utilization percent", "memory utilization", "memory usage", "memory usage percent",
             "ram usage",
             "memory percent", "average memory", "average ram usage percent", "percent memory used",
             "ram utilization percent",
             "speicherauslastung", "utilisation memoire", "uso de memoria", "utilizacion de memoria", "ram auslastung",
             "arbeitsspeicherauslastung", "charge memoire", "memoria promedio", "utilizacao de memoria", "uso de ram",
             "speichernutzung", "memory load",
             *combined("|average", "memory|ram", "utilization|usage", "|percent|average|average percent"),
             *combined("|average", "memory|ram", "used percent|use percent|load percent|percent used|percent"),
             *combined("memory|ram", "average|average percent|percent average"),
             *combined("percent", "memory|ram", "|utilization|usage|used")),
    _percent("memory_utilization_percent_max", "Memory use, peak", "Highest use of the memory.",
             "memory utilization percent max", "max memory utilization", "peak memory", "memory max",
             "max memory usage percent", "max ram usage percent", "memory peak", "pico de memoria",
             "speicherauslastung max", "maximale speicherauslastung", "uso maximo de memoria", "charge memoire max",
             *combined("max", "memory|ram", "utilization|usage|percent|used percent|utilization percent|usage percent"),
             *combined("memory|ram", "|utilization|usage", "max percent|percent max|max")),
    _percent("cpu_utilization_percent_p95", "CPU use, 95th percentile",
             "95 % of the samples are at or below it.",
             "cpu utilization percent p95", "cpu p95", "p95 cpu", "cpu 95th percentile",
             "95th percentile cpu", *combined("p95", "cpu", "|utilization|usage", "|percent"),
             *combined("cpu", "|utilization|usage|percent", "p95", "|percent")),
    _percent("memory_utilization_percent_p95", "Memory use, 95th percentile",
             "95 % of the samples are at or below it.",
             "memory utilization percent p95", "memory p95", "p95 memory", "memory 95th percentile",
             "95th percentile memory", *combined("p95", "memory|ram", "|utilization|usage", "|percent"),
             *combined("memory|ram", "|utilization|usage|percent", "p95", "|percent")),
    _measure("disk_iops", "Disk operations", "operations/s", "Reads and writes a second.",
             "disk iops", "iops", "total iops", "disk operations per second", "storage iops", "total disk iops",
             "average disk iops", "average iops",
             "disk iops average", "io per second", "disk io per second", "disk io operations per second", "iops total",
             "iops average", "disk iops total", "operations e s par seconde"),
    _measure("disk_throughput_mbps", "Disk throughput", "MB/s", "Megabytes a second to and from the disks.",
             "disk throughput mbps", "disk throughput", "disk mbps", "storage throughput", "disk mb s",
             "disk throughput average", "average disk throughput",
             "total disk throughput", "disk transfer rate", "disk io mbps", "disk bandwidth", "debit disque"),
    _measure("network_throughput_mbps", "Network throughput", "Mbit/s", "Megabits a second in and out.",
             "network throughput mbps", "network throughput", "network mbps", "network usage",
             "bandwidth usage", "network bandwidth", "average network throughput", "network utilization",
             "network traffic",
             "network mbit", "bandwidth mbps", "network throughput average", "total network throughput", "net mbps",
             "netzwerkdurchsatz", "debit reseau"),
    Field("sample_count", "Samples", _G, FieldType.INTEGER, "How many samples the figures rest on.",
          unit="count",
          minimum=0, merge=MergePolicy.LATEST, weight=0.6, spellings=("sample count", "samples",
          "number of samples", "data points", "datapoints", "sample size", "measurements")),
    _time("window_start", "Measured from", "When the measuring began.", "window start", "period start",
          "collection start", "measurement start", "sample start", "interval start",
          "period from", "first sample", "window begin"),
    _time("window_end", "Measured to", "When the measuring ended.", "window end", "period end",
          "collection end", "measurement end", "sample end", "interval end", "period to",
          "last sample"),
    _time("sampled_at", "Measured at", "When the sample was taken.", "sampled at", "sample time",
          "timestamp", "time stamp", "zeitstempel", "measured at", "measurement time",
          "collected at", "collection time", "sample date", "metric time", "recorded at", "messzeitpunkt", "fecha hora",
          "data hora",
          "horodatage"),
)  # fmt: skip
