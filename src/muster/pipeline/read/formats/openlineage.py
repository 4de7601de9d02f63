"""OpenLineage events: every data set that an event's job reads or writes a row.

OpenLineage, "Object Model": an event names its job, and the job's `inputs` and `outputs` by namespace and name. Facets,
which describe how a program works and may be many times larger than the event, are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._records import record_format
from muster.pipeline.read.nested.shapes import Nested, objects_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_USES = ("inputs", "outputs")
_ABOUT = ("eventType", "eventTime", "run", "job", "producer", "schemaURL")


def _is_mine(head: bytes) -> bool:
    # Facets of the run may push the data sets out of what is looked at.
    data_sets = any(name in head for name in (b'"inputs"', b'"outputs"', b"OpenLineage"))
    return data_sets and b'"eventTime"' in head and b'"job"' in head and (b'"run"' in head or b'"schemaURL"' in head)


def data_set_rows(event: dict[str, Nested]) -> Iterator[dict[str, Nested]]:
    """A row for each data set of one event; an event without data sets gives none."""
    about = {name: _without_facets(event[name]) for name in _ABOUT if name in event}
    for use in _USES:
        for data_set in objects_in(event.get(use)):
            names = {name: data_set.get(name) for name in ("namespace", "name")}
            yield {**about, "dataset": {"use": use.removesuffix("s"), **names}}


def _without_facets(value: Nested) -> Nested:
    return {name: item for name, item in value.items() if name != "facets"} if isinstance(value, dict) else value


FORMAT = record_format("openlineage", "OpenLineage events", _is_mine, data_set_rows)
