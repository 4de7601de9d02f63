"""AWS VPC flow logs: space-separated lines, with the field names in the first line, or the default ones without.

AWS, "Flow log records": the default format (version 2) has 14 fields and its records no header when they come from
CloudWatch Logs, whose exports put the time of arrival before each record; files in S3 begin with the names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.formats._log_lines import log_lines
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.text.encoding import decide_encoding
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport

_DEFAULT = [
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes",
    "start", "end", "action", "log-status",
]  # fmt: skip
_FIELDS = frozenset(_DEFAULT) | frozenset(
    "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id "  # noqa: SIM905 - likewise
    "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn ecs-cluster-name "
    "ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name "
    "ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status".split()
)
_FEWEST = 4
_ARRIVAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ")
_RECORD = re.compile(
    r"(?:\d{4}-\d\d-\d\dT\S+Z )?\d{1,2} (?:\d{12}|unknown|-) (?:eni-\w+|-)(?: \S+){10} (?:OK|NODATA|SKIPDATA)\s*\Z"
)


def _sniff(upload: Upload) -> float:
    if upload.kind is not UploadKind.TEXT:
        return 0.0
    first = head_of(upload).lstrip().partition(b"\n")[0].decode("latin-1")
    return 1.0 if _is_header(first) or _RECORD.match(first) else 0.0


def _is_header(line: str) -> bool:
    names = line.split()
    return len(names) >= _FEWEST and all(name in _FIELDS for name in names)


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_log(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_log(upload, limits, staging_dir)


def _read_log(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    whole = staging_dir is not None
    encoding = decide_encoding(upload.path, whole=whole)
    tables = RecordTables(upload, limits, staging_dir)
    table = None
    for line, text in log_lines(upload, encoding, limits, tables.log, whole=whole):
        words = text.split()
        if not words:
            continue
        if words[0] in _FIELDS and _is_header(text):
            # Files that were put together repeat it.
            table = table or tables.log_table(upload.stem, words, line)
            continue
        if table is None:
            table = tables.log_table(upload.stem, _DEFAULT, None)
        if _ARRIVAL.match(text):
            del words[0]
        tables.add_cells(table, [None if word == "-" else word for word in words], line)
        if tables.done:
            break
    return tables.report("aws_flow", encoding.name, complete=whole)


FORMAT = Format("aws_flow", "AWS VPC flow log", _sniff, _read, _read_head)
