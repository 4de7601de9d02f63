"""OpenLineage: events of runs, each with the job that ran and the data sets that it read and wrote."""

from __future__ import annotations

from muster.catalog.model import ObservationColumn, Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn


def _data_sets(name: str, what: str) -> SourceTable:
    return SourceTable(
        name=name,
        grain=f"one data set that one event {what}",
        names=(name,),
        required_columns=("namespace", "name"),
        columns=(_C(("Parent row",), None), _C(("namespace",), None), _C(("name",), None)),
        imported=False,
        beside_others=True,
        reason=f"Its {name} stand apart from the jobs that use them: send a list of jobs and what each depends on.",
    )


SOURCE = Source(
    id="openlineage",
    title="OpenLineage",
    import_category="app_discovery",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="events",
            grain="one event of one run of a job",
            required_columns=("eventType", "eventTime", "job.name"),
            fingerprint=("run.runId", "job.namespace", "producer", "schemaURL"),
            record_key=(("run.runId", "eventType", "dataset.use", "dataset.name"),),
            defaults={"dependency_type": "database"},
            columns=(
                _C(("job.name",), "source_app"),
                _C(("dataset.name",), "target_app"),
                _C(("eventTime",), "last_seen"),
                *kept(
                    "dataset.use",
                    "dataset.namespace",
                    "eventType",
                    "run.runId",
                    "job.namespace",
                    "producer",
                    "schemaURL",
                ),
            ),
        ),
        _data_sets("inputs", "reads"),
        _data_sets("outputs", "writes"),
    ),
    observed_in=(ObservationColumn("events", ("eventTime",)),),
    vendor_page="https://openlineage.io/docs/spec/object-model",
    traps=(
        "one run gives several events (START, COMPLETE, ABORT, FAIL), each with the same data sets",
        "a job depends on the data sets that it reads and on those that it writes",
    ),
)
