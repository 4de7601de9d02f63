"""Azure flow logs of network security groups and virtual networks: every flow tuple a row.

Microsoft Learn, "NSG flow logs" (version 1: 8 values; version 2: 13, times in seconds) and "Virtual network flow logs"
(13 values, times in milliseconds, protocol as its number): fields 7 to 9 mean something else in each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._records import record_format
from muster.pipeline.read.nested.shapes import Nested, object_in, objects_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDS = ("source_ip", "destination_ip", "source_port", "destination_port", "protocol", "direction")
_COUNTS = ("packets_sent", "bytes_sent", "packets_received", "bytes_received")
_NSG = ("timestamp_seconds", *_ENDS, "decision", "state", *_COUNTS)
_VNET = ("timestamp_milliseconds", *_ENDS, "state", "encryption", *_COUNTS)
_ABOUT = ("time", "category", "operationName", "resourceId", "systemId", "flowLogResourceID", "targetResourceID",
          "macAddress")  # fmt: skip


def _is_mine(head: bytes) -> bool:
    return b'"flowTuples"' in head and (b'"flowRecords"' in head or b'"properties"' in head)


def flow_rows(record: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """The flows of one record, each with what the record says of them; a record without flows gives none."""
    for inner in objects_in(record.get("records")):
        yield from flow_rows(inner)
    about = {name: record[name] for name in _ABOUT if name in record}
    properties = object_in(record.get("properties"))
    for rule in objects_in(properties.get("flows")):
        for flow in objects_in(rule.get("flows")):
            about_flow = about | {"rule": rule.get("rule"), "mac": flow.get("mac")}
            yield from _tuples(flow, about_flow, _NSG)
    for flow in objects_in(object_in(record.get("flowRecords")).get("flows")):
        for group in objects_in(flow.get("flowGroups")):
            yield from _tuples(group, about | {"aclID": flow.get("aclID"), "rule": group.get("rule")}, _VNET)


def _tuples(flow: dict[str, Nested], about: dict[str, Nested], names: tuple[str, ...]) -> Iterator[dict[str, Nested]]:
    tuples = flow.get("flowTuples")
    for entry in tuples if isinstance(tuples, list) else []:
        if isinstance(entry, str):
            values = entry.split(",")
            more = (f"value_{place + 1}" for place in range(len(names), len(values)))
            yield {**about, **dict(zip((*names, *more), values, strict=False))}


FORMAT = record_format("azure_flow", "Azure flow log (network security group or virtual network)", _is_mine, flow_rows)
