"""Rows of an import: readable in every state, from staging until the database has them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.domain.phases import FlowStatus
from muster.kit.ids import uuid7
from muster.services.list_findings import list_findings
from muster.services.list_imports import ImportFilter, list_imports, read_import
from muster.services.list_records import RecordFilter, RecordOutcome, list_records
from muster.services.paging import PageRequest
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow
from support.imports import HELD_BACK, SERVERS, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.list_records import Record


async def all_records(
    services: Services, context: RequestContext, data_import_id: UUID, where: RecordFilter, limit: int
) -> list[Record]:
    found: list[Record] = []
    cursor = None
    while True:
        page = await list_records(services, context, data_import_id, where, PageRequest(cursor, limit))
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def workbook() -> bytes:
    """Two sheets of machines with a sheet of another kind between them."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, lines in (
        ("Site A", [("Hostname", "Serial Number", "Operating System"), ("a1", "S1", "Linux"), ("a2", "S2", "Linux")]),
        ("Legend", [("Colour", "Meaning"), ("red", "stop"), ("green", "go")]),
        ("Site B", [("Hostname", "Serial Number", "Operating System"), ("b1", "S3", "Linux"), (None, None, "Linux")]),
    ):
        sheet = book.add_worksheet(name)
        for place, line in enumerate(lines):
            sheet.write_row(place, 0, line)
    book.close()
    return out.getvalue()


async def test_there_are_none_before_the_file_is_read(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    page = await list_records(services, context, document.data_import_id)
    assert page.items == ()
    assert page.next_cursor is None


async def test_rows_can_be_read_while_the_mapping_waits_and_after_cancel(
    services: Services, context: RequestContext
) -> None:
    document = await upload(services, context, processing_config={"review": "mapping"})
    await work(services)
    waiting = await list_records(services, context, document.data_import_id)
    assert [record.raw["Server Name"] for record in waiting.items] == ["web01", "web02", "db01"]
    assert {record.outcome for record in waiting.items} == {RecordOutcome.PENDING}
    await steer_flow(services, context, document.flow_id, Steering.CANCEL)
    assert (await read_status(services, context, document.flow_id)).status is FlowStatus.CANCELLED
    assert await list_records(services, context, document.data_import_id) == waiting


async def test_rows_of_a_file_that_fits_nothing_can_be_read(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, b"Colour,Meaning\nred,stop\ngreen,go\n", "legend.csv")
    await work(services)
    status = await read_status(services, context, document.flow_id)
    assert status.status is FlowStatus.FAILED
    assert status.error is not None
    assert "fits no import category" in status.error
    page = await list_records(services, context, document.data_import_id)
    assert [record.raw["Meaning"] for record in page.items] == ["stop", "go"]
    assert {record.outcome for record in page.items} == {RecordOutcome.SKIPPED}
    codes = [item.code for item in (await list_findings(services, context, document.data_import_id)).items]
    assert "unknown_kind" in codes


async def test_raw_stands_beside_cleansed_with_outcome_and_asset(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, HELD_BACK)
    await work(services)
    page = await list_records(services, context, document.data_import_id)
    good, bad = page.items[0], page.items[3]
    assert good.outcome is RecordOutcome.VALID
    assert good.raw["Memory (GB)"] == "16"
    assert good.cleansed is not None
    assert good.cleansed["memory_gb"] == "16"
    assert good.asset_id is not None
    assert bad.outcome is RecordOutcome.HELD_BACK
    assert bad.asset_id is None
    assert bad.line == 5
    assert bad.cleansed is not None
    assert bad.cleansed["ip_address"] is None
    assert bad.reasons[0].agent == "schema_validation"


@pytest.mark.parametrize("limit", [1, 2, 500])
async def test_pages_of_any_size_show_every_row_once_in_the_order_of_the_file(
    services: Services, context: RequestContext, limit: int
) -> None:
    document = await upload(services, context, workbook(), "sites.xlsx")
    await work(services)
    records = await all_records(services, context, document.data_import_id, RecordFilter(), limit)
    assert [(record.table, record.row_number, str(record.outcome)) for record in records] == [
        ("Site A", 1, "valid"),
        ("Site A", 2, "valid"),
        ("Legend", 1, "skipped"),
        ("Legend", 2, "skipped"),
        ("Site B", 1, "valid"),
        ("Site B", 2, "held_back"),
    ]
    for outcome, places in (("valid", 3), ("held_back", 1), ("skipped", 2), ("pending", 0)):
        where = RecordFilter(outcome=RecordOutcome(outcome))
        assert len(await all_records(services, context, document.data_import_id, where, limit)) == places
    one_table = await all_records(services, context, document.data_import_id, RecordFilter(table="Site B"), limit)
    assert [record.raw["Hostname"] for record in one_table] == ["b1", None]


async def test_a_table_that_is_not_there_is_told(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    await work(services)
    with pytest.raises(InvalidRequestError, match="no table 'x' in this file; it has: servers"):
        await list_records(services, context, document.data_import_id, RecordFilter(table="x"))


async def test_findings_are_paged_without_a_gap(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, HELD_BACK)
    await work(services)
    whole = (await list_findings(services, context, document.data_import_id)).items
    assert len(whole) >= 2
    assert whole[0].code == "no_observation_time"
    found = []
    cursor = None
    for _ in whole:
        page = await list_findings(services, context, document.data_import_id, page=PageRequest(cursor, 1))
        found += page.items
        cursor = page.next_cursor
    assert tuple(found) == whole
    assert cursor is None


async def test_imports_are_listed_newest_first_and_filtered(services: Services, context: RequestContext) -> None:
    first = await upload(services, context)
    await work(services)
    second = await upload(services, context, HELD_BACK, "more.csv")
    page = await list_imports(services, context, page=PageRequest(limit=1))
    assert [item.data_import_id for item in page.items] == [second.data_import_id]
    rest = await list_imports(services, context, page=PageRequest(page.next_cursor, 1))
    assert [item.data_import_id for item in rest.items] == [first.data_import_id]
    assert rest.next_cursor is None
    done = await list_imports(services, context, ImportFilter(status=FlowStatus.COMPLETED))
    assert [item.filename for item in done.items] == ["servers.csv"]
    named = await list_imports(services, context, ImportFilter(filename="more.csv"))
    assert [item.data_import_id for item in named.items] == [second.data_import_id]
    with pytest.raises(InvalidRequestError):
        await list_imports(services, context, page=PageRequest("nonsense"))


async def test_one_import_is_shown_with_its_tables(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, workbook(), "sites.xlsx")
    await work(services)
    detail = await read_import(services, context, document.data_import_id)
    assert [(table.name, table.rows, table.imported) for table in detail.tables] == [
        ("Site A", 2, True),
        ("Legend", 2, False),
        ("Site B", 2, True),
    ]
    assert detail.summary.total_records == 4
    assert detail.observed_at_origin == "upload"
    assert detail.file_format is not None
    assert detail.file_format["kind"] == "xlsx"


async def test_another_tenant_finds_nothing(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    document = await upload(services, context, SERVERS)
    await work(services)
    for ask in (list_records, list_findings, read_import):
        with pytest.raises(NotFoundError):
            await ask(services, other_context, document.data_import_id)
    with pytest.raises(NotFoundError):
        await read_status(services, context, uuid7())
    assert (await list_imports(services, other_context)).items == ()
