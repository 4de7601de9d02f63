"""Findings of Google Sensitive Data Protection: every place of a finding a row.

Google, "Finding": `location.contentLocations` lists where in which container a value of one kind was found; exports of
BigQuery write the names with underscores, those of the API in camel case, in `findings` or `result.findings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._records import record_format
from muster.pipeline.read.nested.shapes import Nested, object_in, objects_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLACES = ("content_locations", "contentLocations")


def _is_mine(head: bytes) -> bool:
    kind = b'"info_type"' in head or b'"infoType"' in head
    place = b'"content_locations"' in head or b'"contentLocations"' in head
    return kind and place and b'"likelihood"' in head


def place_rows(record: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """The finding once for each of its places, once when it names none; an answer of the API gives all its findings."""
    for finding in objects_in(record.get("findings") or object_in(record.get("result")).get("findings")):
        yield from place_rows(finding)
    if "likelihood" not in record:
        return
    location = record.get("location")
    if not isinstance(location, dict):
        yield record
        return
    rest = {name: value for name, value in location.items() if name not in _PLACES}
    places = [place for name in _PLACES for place in objects_in(location.get(name))]
    for place in places or [{}]:
        yield {**record, "location": {**rest, _PLACES[0]: place}}


FORMAT = record_format("google_sdp", "Findings of Google Sensitive Data Protection", _is_mine, place_rows)
