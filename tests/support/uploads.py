"""Files taken the whole way into an inventory, for tests of what comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.phases import FlowStatus
from muster.services.read_status import read_status
from support.imports import upload, work

if TYPE_CHECKING:
    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HEADER = b"Server Name,IP Address,Operating System,CPU Cores,Memory (GB),Serial Number,Environment,Notes"


async def imported(
    services: Services, context: RequestContext, content: bytes, feed: str, **config: object
) -> DataImportId:
    """The id of an import of `feed` that has been completed."""
    document = await upload(
        services,
        context,
        content,
        filename=f"{feed}.csv",
        processing_config={"review": "never", "feed": feed, **config},
    )
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    return document.data_import_id
