"""Corrected rows sent back: only what they list is said anew, and rows that say the same change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import ConflictError, NotFoundError
from muster.domain.phases import FlowStatus
from muster.services.export_rejects import RejectsFormat, export_rejects
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import
from muster.services.steer_flow import Steering, steer_flow
from muster.services.undo_import import undo_import
from support.flows import one, rows
from support.imports import SERVERS, pieces, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

HEADER = SERVERS.splitlines()[0] + b"\n"
CONTENT = SERVERS + b",999.1.2.3,Ubuntu 22.04,4,16,,test,=HYPERLINK\n"


async def imported(services: Services, context: RequestContext, content: bytes = CONTENT, **more: object) -> UUID:
    document = await upload(services, context, content, processing_config={"review": "never", **more})
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    return document.data_import_id


async def sent_back(
    services: Services, context: RequestContext, import_id: UUID, content: bytes, filename: str = "fixed.csv"
) -> FlowDocument:
    document = await resubmit_import(services, context, import_id, Resubmission(pieces(content), filename))
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def rejects(services: Services, context: RequestContext, import_id: UUID) -> tuple[bytes, str]:
    file = await export_rejects(services, context, import_id, RejectsFormat.CSV)
    return b"".join([piece async for piece in file.chunks]), file.filename


async def inventory(services: Services, context: RequestContext) -> list[dict[str, object]]:
    return await rows(
        services, context, "SELECT asset_name, cpu_cores, business_owner, missing_from FROM assets ORDER BY 1"
    )


async def test_the_corrected_reject_file_adds_its_rows_and_leaves_the_others(
    services: Services, context: RequestContext
) -> None:
    first = await imported(services, context)
    before = await inventory(services, context)
    content, filename = await rejects(services, context, first)
    fixed = content.replace(b",999.1.2.3", b"app01,10.0.0.9")
    after = await sent_back(services, context, first, fixed, filename)
    assert after.status is FlowStatus.COMPLETED
    assert after.enrichment_summary is not None
    assert (after.enrichment_summary.assets_created, after.enrichment_summary.assets_updated) == (1, 0)
    assert [asset for asset in await inventory(services, context) if asset["asset_name"] != "app01"] == before


async def test_a_cell_that_was_made_inert_is_as_it_was(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    content, filename = await rejects(services, context, first)
    assert b"'=HYPERLINK" in content
    await sent_back(services, context, first, content.replace(b",999.1.2.3", b"app01,10.0.0.9"), filename)
    owner = await one(services, context, "SELECT business_owner FROM assets WHERE asset_name = 'app01'")
    assert owner == {"business_owner": "=HYPERLINK"}


async def test_the_column_of_reasons_is_none_of_the_users(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    content, filename = await rejects(services, context, first)
    fixed = content.replace(b",999.1.2.3", b"app01,10.0.0.9").replace(b"\r\n", b"\n")
    after = await sent_back(services, context, first, fixed, filename)
    query = "SELECT columns FROM import_tables WHERE data_import_id = :id"
    table = await one(services, context, query, id=after.data_import_id)
    assert table["columns"] == HEADER.decode().strip().split(",")


async def test_rows_that_say_the_same_change_nothing(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    before = await inventory(services, context)
    after = await sent_back(
        services, context, first, SERVERS.replace(b"web02,10.0.0.2,Ubuntu 22.04,4", b"web02,10.0.0.2,Ubuntu 22.04,8")
    )
    summary = after.enrichment_summary
    assert summary is not None
    assert (summary.assets_created, summary.assets_updated) == (0, 1)
    assert summary.enrichment_details["assets_unchanged"] == 2
    changed = await inventory(services, context)
    assert [asset for asset in changed if asset not in before] == [
        {"asset_name": "web02", "cpu_cores": 8, "business_owner": "Bo Sze", "missing_from": None}
    ]


async def test_what_is_not_listed_is_not_missing(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    await sent_back(services, context, first, HEADER + b"web01,10.0.0.1,Ubuntu 22.04,6,16,SN-0001,production,Ann Lee\n")
    assert {asset["missing_from"] for asset in await inventory(services, context)} == {None}


async def test_a_later_correction_counts_before_an_earlier_one(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    for cores in (b"6", b"7", b"5"):
        await sent_back(
            services, context, first, HEADER + b"web01,10.0.0.1,Ubuntu 22.04," + cores + b",16,SN-0001,production,Z\n"
        )
    web = await one(services, context, "SELECT cpu_cores FROM assets WHERE asset_name = 'web01'")
    assert web == {"cpu_cores": 5}


async def test_category_source_feed_mapping_and_time_are_those_of_the_import(
    services: Services, context: RequestContext
) -> None:
    first = await imported(services, context, feed="site", mapping={"Owner": "technical_owner"})
    after = await sent_back(
        services, context, first, HEADER + b"web01,10.0.0.1,U,6,16,SN-0001,production,Zo\n", "a.csv"
    )
    query = (
        "SELECT import_category, source_system, feed, partial, observed_at,"
        " (SELECT observed_at FROM data_imports WHERE id = :first) AS corrected FROM data_imports WHERE id = :id"
    )
    stored = await one(services, context, query, id=after.data_import_id, first=first)
    assert (stored["import_category"], stored["source_system"], stored["feed"]) == ("cmdb_export", "generic", "site")
    assert stored["partial"]
    assert 0 < (stored["observed_at"] - stored["corrected"]).microseconds < 10
    web = await one(services, context, "SELECT technical_owner FROM assets WHERE asset_name = 'web01'")
    assert web == {"technical_owner": "Zo"}


async def test_undoing_the_correction_leaves_what_was_said_before(services: Services, context: RequestContext) -> None:
    first = await imported(services, context)
    before = await inventory(services, context)
    after = await sent_back(
        services, context, first, HEADER + b"web01,10.0.0.1,Ubuntu 22.04,6,16,SN-0001,production,Ann Lee\n"
    )
    assert await inventory(services, context) != before
    await undo_import(services, context, after.data_import_id)
    assert await inventory(services, context) == before


async def test_an_import_that_failed_on_its_rows_can_be_corrected(services: Services, context: RequestContext) -> None:
    document = await upload(
        services, context, HEADER + b",999.1.2.3,Ubuntu,4,16,,test,Cy\n", processing_config={"review": "never"}
    )
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.FAILED
    content, filename = await rejects(services, context, document.data_import_id)
    fixed = content.replace(b",999.1.2.3", b"app01,10.0.0.9")
    assert (await sent_back(services, context, document.data_import_id, fixed, filename)).processed_records == 1


async def test_what_has_not_ended_was_undone_or_cancelled_is_not_corrected(
    services: Services, context: RequestContext
) -> None:
    waiting = await upload(services, context)
    with pytest.raises(ConflictError, match="has not ended"):
        await sent_back(services, context, waiting.data_import_id, SERVERS)
    await steer_flow(services, context, waiting.data_import_id, Steering.CANCEL)
    with pytest.raises(ConflictError, match="cancelled"):
        await sent_back(services, context, waiting.data_import_id, SERVERS)
    undone = await imported(services, context)
    await undo_import(services, context, undone)
    with pytest.raises(ConflictError, match="redo"):
        await sent_back(services, context, undone, SERVERS)


async def test_another_tenant_can_not_correct_it(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    first = await imported(services, context)
    with pytest.raises(NotFoundError):
        await sent_back(services, other_context, first, SERVERS)
