"""Files with one metric of one host over time, where only the file's name says which: CloudWatch, collectd, sar."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import tidy
from muster.pipeline.read.shape.looks import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.shape.looks import Line

_TIMES = {"timestamp", "time", "date", "datetime", "date time", "time stamp", "ts", "period", "interval"}
_VALUES = {"value", "values", "average", "avg", "mean", "maximum", "max", "metric value", "reading", "sample", "sum"}
_METRIC_WORDS = frozenset({
    "cpu", "memory", "mem", "ram", "disk", "storage", "network", "net", "nic", "io", "iops", "utilization",
    "utilisation", "usage", "used", "util", "load", "percent", "pct", "read", "write", "reads", "writes", "in", "out",
    "rx", "tx", "bytes", "packets", "ops", "operations", "latency", "request", "requests", "count", "throughput",
    "bandwidth", "free", "available", "swap", "queue", "length", "depth", "connections", "total", "rate", "time",
    "response", "idle", "busy", "bps", "mbps", "kbps",
})  # fmt: skip
_LEADING_WORDS = frozenset({
    "aws", "ec2", "rds", "elb", "alb", "nlb", "cloudwatch", "azure", "gcp", "vm", "metric", "metrics", "export", "perf",
})  # fmt: skip
_TOKENS = re.compile(r"[\s_]+|(?<=[A-Za-z])-(?=[A-Za-z])")
HOST = "Host name (file name)"


@dataclass(frozen=True, slots=True)
class MetricFile:
    """What the name says: the host, and the metric that the column of values holds."""

    host: str
    metric: str
    value: int

    def layout(self, whole: Layout) -> Layout:
        """The layout with the metric named, and a column for the host."""
        columns = list(whole.columns)
        said = columns[self.value]
        columns[self.value] = self.metric if said.casefold() in {"value", "values"} else f"{said} {self.metric}"
        return replace(whole, columns=(*columns, HOST), header=(*whole.header[:2], ""), width=whole.width + 1)

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines with the host behind the last cell."""
        right = 2
        for line, cells in lines:
            if not any(cells):
                yield line, cells
                continue
            padded = [*cells[:right], *[""] * (right - len(cells))]
            yield line, [*padded, self.host, *cells[right:]]


def _parted(token: str) -> list[str]:
    """The token without the words of a metric that a dot joins to the host: hosts have dots in their names too."""
    parts = token.split(".")
    first, last = 0, len(parts)
    while last - first > 1 and parts[last - 1].casefold() in _METRIC_WORDS:
        last -= 1
    while last - first > 1 and parts[first].casefold() in _METRIC_WORDS:
        first += 1
    return [*parts[:first], ".".join(parts[first:last]), *parts[last:]]


def metric_file(stem: str, layout: Layout, rows: Sequence[Sequence[str]]) -> MetricFile | None:
    """What the name of a file of times and values says, None for any other file."""
    if layout.header_row is None or len(layout.columns) != 2:  # noqa: PLR2004 - times and values
        return None
    names = [tidy(column).casefold().replace("_", " ") for column in layout.columns]
    time = next((place for place, name in enumerate(names) if name in _TIMES), None)
    value = next((place for place, name in enumerate(names) if name in _VALUES), None)
    if time is None or value is None:
        return None
    shapes = {shape_of(cells[value]) for cells in rows if len(cells) > value}
    if not shapes or shapes - {"number", None}:
        return None
    tokens = [part for token in _TOKENS.split(stem) for part in _parted(token) if part]
    while tokens and tokens[0].casefold() in _LEADING_WORDS:
        tokens = tokens[1:]
    said = [token for token in tokens if token.casefold() in _METRIC_WORDS]
    rest = [token for token in tokens if token.casefold() not in _METRIC_WORDS]
    if not said or len(rest) != 1 or len(rest[0]) < 2:  # noqa: PLR2004 - a letter is no name
        return None
    return MetricFile(rest[0], " ".join(said), value)
