"""Azure flow logs of network security groups and virtual networks: every flow tuple a row.

Microsoft Learn, "NSG flow logs" (version 1: 8 values; version 2: 13, times in seconds) and "Virtual network flow logs"
(13 values, times in milliseconds, protocol as its number): fields 7 to 9 mean something else in each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.json_file import read_json
from muster.pipeline.read.nested.json_lines import read_json_lines
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.shapes import Nested

_ENDS = ("source_ip", "destination_ip", "source_port", "destination_port", "protocol", "direction")
_COUNTS = ("packets_sent", "bytes_sent", "packets_received", "bytes_received")
_NSG = ("timestamp_seconds", *_ENDS, "decision", "state", *_COUNTS)
_VNET = ("timestamp_milliseconds", *_ENDS, "state", "encryption", *_COUNTS)
_ABOUT = ("time", "category", "operationName", "resourceId", "systemId", "flowLogResourceID", "targetResourceID",
          "macAddress")  # fmt: skip


def _sniff(upload: Upload) -> float:
    if upload.kind not in {UploadKind.JSON, UploadKind.NDJSON}:
        return 0.0
    head = head_of(upload)
    return 1.0 if b'"flowTuples"' in head and (b'"flowRecords"' in head or b'"properties"' in head) else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_rows(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_rows(upload, limits, staging_dir)


def _read_rows(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    read = read_json_lines if upload.kind is UploadKind.NDJSON else read_json
    return read(upload, limits, staging_dir, "azure_flow", flow_rows)


def flow_rows(record: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """The flows of one record, each with what the record says of them; a record without flows gives none."""
    for inner in _objects(record.get("records")):
        yield from flow_rows(inner)
    about = {name: record[name] for name in _ABOUT if name in record}
    properties = _object(record.get("properties"))
    for rule in _objects(properties.get("flows")):
        for flow in _objects(rule.get("flows")):
            about_flow = about | {"rule": rule.get("rule"), "mac": flow.get("mac")}
            yield from _tuples(flow, about_flow, _NSG)
    for flow in _objects(_object(record.get("flowRecords")).get("flows")):
        for group in _objects(flow.get("flowGroups")):
            yield from _tuples(group, about | {"aclID": flow.get("aclID"), "rule": group.get("rule")}, _VNET)


def _tuples(flow: dict[str, Nested], about: dict[str, Nested], names: tuple[str, ...]) -> Iterator[dict[str, Nested]]:
    tuples = flow.get("flowTuples")
    for entry in tuples if isinstance(tuples, list) else []:
        if isinstance(entry, str):
            values = entry.split(",")
            more = (f"value_{place + 1}" for place in range(len(names), len(values)))
            yield {**about, **dict(zip((*names, *more), values, strict=False))}


def _object(value: Nested) -> dict[str, Nested]:
    return value if isinstance(value, dict) else {}


def _objects(value: Nested) -> Iterator[dict[str, Nested]]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            yield item


FORMAT = Format("azure_flow", "Azure flow log (network security group or virtual network)", _sniff, _read, _read_head)
