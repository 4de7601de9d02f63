"""Amazon CloudWatch: one metric of one machine over time in each file, both named by the file only.

The columns bear the names that pipeline/read/shape/metric_file.py makes of the file's name.
"""

from __future__ import annotations

from muster.catalog.model import ObservationColumn, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn
_STATISTICS = {"": "", "average ": "", "avg ": "", "mean ": "", "maximum ": "_max", "max ": "_max"}
"""What CloudWatch writes above the values, and the field that such a statistic feeds."""


def _percent(metric: str, field: str) -> tuple[SourceColumn, ...]:
    """A metric that CloudWatch gives as 0 to 100, never as a fraction."""
    names = {ending: [s + metric for s, end in _STATISTICS.items() if end == ending] for ending in ("", "_max")}
    return tuple(_C(tuple(spellings), field + ending, "unit:percent") for ending, spellings in names.items())


SOURCE = Source(
    id="cloudwatch",
    title="Amazon CloudWatch",
    import_category="infrastructure",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="metric",
            grain="one measurement of one metric of one machine",
            names=("cloudwatch*", "aws_*", "ec2_*", "rds_*", "elb_*", "alb_*", "nlb_*"),
            required_columns=("Host name (file name)", "timestamp"),
            columns=(
                _C(("Host name (file name)",), "hostname"),
                _C(("timestamp", "time", "date"), "sampled_at"),
                *_percent("cpu utilization", "cpu_utilization_percent"),
                *_percent("memory utilization", "memory_utilization_percent"),
                # Sums over a period that the file does not tell: no rate follows from them.
                *kept(
                    "disk write bytes",
                    "disk read bytes",
                    "disk write ops",
                    "disk read ops",
                    "network in",
                    "network out",
                    "request count",
                ),
            ),
        ),
    ),
    observed_in=(ObservationColumn("metric", ("timestamp",)),),
    vendor_page="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html",
    traps=(
        "the file holds times and values; metric and machine stand in its name",
        "use is given in percent, also where no value of an idle machine passes 1",
        "bytes and operations are sums over the period of the statistic, which the file does not tell",
    ),
)
