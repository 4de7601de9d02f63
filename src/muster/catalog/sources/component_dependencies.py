"""Lists of components and what each needs: the rows that hand-made lists for application discovery are made of.

A component is named as its neighbours name it, without its application, so that both ends of an edge meet.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE
from muster.catalog.source_columns import kept

_C = SourceColumn
_LINK = (
    _C(("port",), "port"),
    _C(("protocol_name", "protocol"), "protocol"),
    _C(("conn_count",), "connection_count"),
    _C(("bytes_total",), "bytes_total"),
    _C(("first_seen",), "first_seen"),
    _C(("last_seen",), "last_seen"),
)

SOURCE = Source(
    id="component_dependencies",
    title="List of components and their dependencies",
    import_category="app_discovery",
    rank=HAND_MADE,
    tables=(
        SourceTable(
            name="components",
            grain="one dependency of one component",
            required_columns=("component_name", "dependency_target"),
            fingerprint=("component_name", "dependency_target", "dependency_target_type", "conn_count"),
            columns=(
                _C(("component_name",), "source_app"),
                # Who depends where a row names no component.
                _C(("application_name",), "source_app", preference=0.9),
                _C(("host_name",), "source_server"),
                _C(("dependency_target",), "target_app"),
                _C(("dependency_target_type",), "dependency_type", "else:other"),
                _C(("environment",), "environment"),
                *_LINK,
                *kept("component_type"),
            ),
        ),
        SourceTable(
            name="applications",
            grain="one dependency between two applications",
            required_columns=("source_app", "target_app"),
            fingerprint=("source_app", "target_app"),
            columns=(
                _C(("source_app",), "source_app"),
                _C(("target_app",), "target_app"),
                _C(("dependency_type",), "dependency_type", "else:other"),
                _C(("criticality",), "criticality"),
                *_LINK,
            ),
        ),
    ),
    traps=("the target is named without its application: the source must be named so too",),
)
