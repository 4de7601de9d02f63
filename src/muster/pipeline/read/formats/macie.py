"""Findings of Amazon Macie and their twins in AWS Security Hub: every kind of data in an object a row.

AWS, "Finding" of the Macie API and "DataClassificationDetails" of the Security Hub API: `sensitiveData` lists
categories and `customDataIdentifiers` holds kinds of one's own, each with detections and their counts. Security Hub
writes the names with a capital, and puts them into the resources of a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._records import record_format
from muster.pipeline.read.nested.shapes import Nested, object_in, objects_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOUND = ("sensitiveData", "customDataIdentifiers")
_OF_A_FINDING = ("Id", "ProductArn", "AwsAccountId", "Title", "Severity", "CreatedAt", "UpdatedAt")


def _is_mine(head: bytes) -> bool:
    of_macie = b'"classificationDetails"' in head and b'"resourcesAffected"' in head
    return of_macie or (b'"DataClassification"' in head and b'"Resources"' in head)


def detection_rows(record: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """The kinds of data that one record tells of; an event of EventBridge, or an answer, gives those of its findings.

    A finding that classifies no data gives none.
    """
    record = object_in(record.get("detail")) or record
    for finding in objects_in(_named(record, "findings")):
        yield from detection_rows(finding)
    details = object_in(record.get("classificationDetails"))
    if details:
        result = object_in(details.get("result"))
        about = {**record, "classificationDetails": {**details, "result": _without_lists(result)}}
        yield from ({**about, "detection": found} for found in _detections(result))
    finding = {name: record[name] for name in _OF_A_FINDING if name in record}
    for resource in objects_in(record.get("Resources")):
        classified = object_in(resource.get("DataClassification"))
        if classified:
            result = object_in(classified.get("Result"))
            slim = {**resource, "DataClassification": {**classified, "Result": _without_lists(result)}}
            yield from ({**slim, "finding": finding, "detection": found} for found in _detections(result))


def _detections(result: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """Category, type and count of each detection; one without any where nothing was found.

    A kind of one's own has a name in place of a type, and no category.
    """
    groups = [group for name in _FOUND for group in _groups(_named(result, name))]
    found: list[dict[str, Nested]] = [
        {
            "category": _named(group, "category"),
            "type": _named(item, "type") or _named(item, "name"),
            "count": _named(item, "count"),
        }
        for group in groups
        for item in objects_in(_named(group, "detections"))
    ]
    yield from found or [{}]


def _groups(value: Nested) -> Iterator[dict[str, Nested]]:
    """One group of detections, or several."""
    return objects_in([value] if isinstance(value, dict) else value)


def _without_lists(result: dict[str, Nested]) -> dict[str, Nested]:
    return {name: value for name, value in result.items() if name[:1].lower() + name[1:] not in _FOUND}


def _named(record: dict[str, Nested], name: str) -> Nested:
    """What stands under a name as Macie writes it, or as Security Hub does."""
    return record[name] if name in record else record.get(name[0].upper() + name[1:])


FORMAT = record_format("macie", "Findings of Amazon Macie or AWS Security Hub", _is_mine, detection_rows)
