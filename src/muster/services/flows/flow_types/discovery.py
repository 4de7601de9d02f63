"""discovery: rows that another program has read and handed over, on the same way into the inventory."""

from __future__ import annotations

from muster.domain.phases import FlowStatus, Phase
from muster.services.flows.phases import complete, enrichment, upload, validation
from muster.services.flows.types import FlowType, Operation, PhaseSpec

FLOW_TYPE = FlowType(
    id="discovery",
    description="Rows handed over by another program are checked and reconciled with the inventory.",
    phases=(
        PhaseSpec(Phase.UPLOAD, is_required=True, run=upload.run, conclude=upload.conclude),
        PhaseSpec(Phase.VALIDATION, is_required=True, run=validation.run, conclude=validation.conclude),
        PhaseSpec(Phase.ENRICHMENT, is_required=True, run=enrichment.run, conclude=enrichment.conclude),
        PhaseSpec(Phase.COMPLETE, is_required=False, run=complete.run, conclude=complete.conclude),
    ),
    supported_operations=frozenset(Operation),
    initial_status=FlowStatus.DISCOVERY_INITIATED,
)
