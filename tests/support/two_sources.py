"""Two sources that speak of one server, and each of one more: the inventory that many tests start with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.claims import enrich, place_import
from support.reference_words import Import, Row

if TYPE_CHECKING:
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HYPERVISOR = Import(
    source="rvtools",
    feed="rvtools:dc1",
    day=1,
    sha256="aa" * 32,
    rows=(
        Row("vm-1", values={"asset_name": "web01", "fqdn": "web01.corp.example", "memory_gb": 16.0, "cpu_cores": 4}),
        Row("vm-2", values={"asset_name": "db01", "fqdn": "db01.corp.example", "memory_gb": 64.0}),
    ),
)
CMDB = Import(
    source="servicenow",
    feed="servicenow:servers",
    day=2,
    sha256="bb" * 32,
    rows=(
        Row(
            "sys-1",
            values={"asset_name": "WEB01", "fqdn": "web01.corp.example", "memory_gb": 8.0, "business_owner": "Retail"},
        ),
        Row("sys-9", values={"asset_name": "mail01", "fqdn": "mail01.corp.example"}),
    ),
)


async def take_in(services: Services, context: RequestContext, *imports: Import) -> list[DataImportId]:
    """Place imports and let them take part, one after the other."""
    taken = []
    for item in imports:
        taken.append(await place_import(services, context, item))
        await enrich(services, context, taken[-1])
    return taken
