"""One tenant's way in over HTTP, without a network: what acceptance tests call muster through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.services.run_jobs import run_worker

if TYPE_CHECKING:
    import httpx

    from muster.domain.tenant import Tenant
    from muster.services.context import Services

ADDRESS = "http://muster.test"
SERVERS = Path(__file__).parents[1] / "samples" / "servicenow" / "column_names" / "cmdb_ci_server.csv"


@dataclass(frozen=True)
class Site:
    """One tenant's way in: a client with its token and tenant headers, and what was imported there."""

    tenant: Tenant
    http: httpx.AsyncClient
    services: Services

    async def upload(self, content: bytes, filename: str = "servers.csv", **fields: str) -> httpx.Response:
        return await self.http.post(
            "/api/v1/data-import/upload",
            data={"import_category": "cmdb_export", "processing_config": '{"review": "never"}', **fields},
            files={"file": (filename, content, "text/csv")},
        )

    async def imported(self, content: bytes, filename: str = "servers.csv", **fields: str) -> dict[str, Any]:
        """Upload, let a worker do what is to be done, and return the last status."""
        response = await self.upload(content, filename, **fields)
        assert response.status_code == 202, response.text
        await run_worker(self.services, wait=False)
        status = await self.http.get(response.headers["location"])
        return dict(status.json())
