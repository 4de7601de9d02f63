"""GraphML: a graph of services or applications, its edges from the one that depends to the one that it needs."""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

_C = SourceColumn

SOURCE = Source(
    id="graphml",
    title="GraphML",
    import_category="app_discovery",
    rank=HAND_MADE,
    tables=(
        SourceTable(
            name="edges",
            grain="one dependency",
            names=("edges",),
            required_columns=("source", "target"),
            record_key=(("id",), ("source", "target")),
            defaults={"dependency_type": "application"},
            columns=(
                _C(("source",), "source_app"),
                _C(("target",), "target_app"),
                _C(("label", "edgelabel"), "description"),
                _C(("id",), None),
            ),
        ),
        SourceTable(
            name="nodes",
            grain="one application or service",
            names=("nodes",),
            required_columns=("id",),
            columns=(_C(("id",), "asset_name"),),
            imported=False,
            beside_others=True,
            reason="Its nodes are named by the edges between them.",
        ),
    ),
    vendor_page="http://graphml.graphdrawing.org/primer/graphml-primer.html",
    traps=(
        "what is written on a node or an edge stands under the names that the file declares for its keys",
        "editors such as yEd number the nodes and write their names into the drawing: then the ids say nothing",
    ),
)
