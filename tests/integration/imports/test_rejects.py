"""Rejects: the user's own kind of file, the bad rows only, with reasons, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from muster.domain.errors import ConflictError
from muster.domain.phases import FlowStatus
from muster.services.export_rejects import RejectsFormat, export_rejects
from muster.services.list_findings import count_findings
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import
from support.flows import rows
from support.imports import SERVERS, pieces, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

CONTENT = SERVERS + b",999.1.2.3,=1+1,4,16,,test,Cy Dun\n,,Linux,2,8,,test,-5\n"
SEMICOLONS = CONTENT.replace(b",", b";").replace(b"Cy Dun", b"C\xe4cilie D\xfcn").replace(b"\n", b"\r\n")
DISKS = (
    ("Name", "Serial Number", "IP Address", "Operating System", "Notes"),
    [("nas01", "SN-1", "10.0.1.1", "Linux", None), (None, None, "not one", "Linux", "=2+2")],
)
RED = "FFFFC7CE"


def workbook() -> bytes:
    """Two sheets of assets with bad rows in both, and one that is no table of assets."""
    book = openpyxl.Workbook()
    book.active.title = "servers"
    for line in CONTENT.decode().splitlines():
        book.active.append(line.replace("=1+1", "Linux").split(","))
    book.create_sheet("about").append(["Made up for a test"])
    disks = book.create_sheet("storage arrays")
    for row in (DISKS[0], *DISKS[1]):
        disks.append(row)
        for cell in disks[disks.max_row]:
            cell.data_type = "s" if cell.value is not None else cell.data_type
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def rejected(
    services: Services, context: RequestContext, data_import_id: UUID, kind: RejectsFormat | None = None
) -> bytes:
    file = await export_rejects(services, context, data_import_id, kind)
    return b"".join([piece async for piece in file.chunks])


async def imported(services: Services, context: RequestContext, content: bytes, filename: str = "servers.csv") -> UUID:
    document = await upload(services, context, content, filename, processing_config={"review": "never"})
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    return document.data_import_id


async def sent_back(
    services: Services, context: RequestContext, import_id: UUID, content: bytes, filename: str
) -> FlowDocument:
    document = await resubmit_import(services, context, import_id, Resubmission(pieces(content), filename))
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def test_csv_holds_the_bad_rows_as_the_users_file_is_written(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, SEMICOLONS)
    lines = (await rejected(services, context, import_id)).decode("cp1252").split("\r\n")
    assert lines[0] == SERVERS.decode().splitlines()[0].replace(",", ";") + ';"muster reason: servers"'
    assert lines[1].startswith(';999.1.2.3;"\'=1+1";4;16;;test;Cäcilie Dün;"')
    assert lines[2].startswith(';;Linux;2;8;;test;-5;"')
    assert "IP Address: " in lines[1]
    assert len(lines) == 4


async def test_the_file_is_called_like_the_users(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, CONTENT)
    files = [await export_rejects(services, context, import_id, kind) for kind in (None, *RejectsFormat)]
    assert [file.filename for file in files] == ["servers-rejects.csv", "servers-rejects.csv", "servers-rejects.xlsx"]


async def test_a_workbook_comes_back_as_one_with_its_bad_cells_marked(
    services: Services, context: RequestContext
) -> None:
    import_id = await imported(services, context, workbook(), "all.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(await rejected(services, context, import_id)))
    assert book.sheetnames == ["servers", "storage arrays"]
    servers, arrays = book.worksheets
    assert [cell.value for cell in servers[1]][-1] == "muster reason: servers"
    assert [cell.value for cell in arrays[1]][:-1] == list(DISKS[0])
    assert (servers["B2"].value, servers["B2"].fill.fgColor.rgb) == ("999.1.2.3", RED)
    assert servers["B2"].comment is not None
    assert servers["D2"].fill.fgColor.rgb != RED
    assert (arrays["E2"].value, arrays["E2"].data_type) == ("=2+2", "s")
    assert all(sheet.cell(row, sheet.max_column).value for sheet in book for row in range(2, sheet.max_row + 1))
    assert (servers.max_row, arrays.max_row) == (3, 2)


@pytest.mark.parametrize("kind", [None, RejectsFormat.CSV])
async def test_several_tables_corrected_and_sent_back_bring_just_their_rows(
    services: Services, context: RequestContext, kind: RejectsFormat | None
) -> None:
    import_id = await imported(services, context, workbook(), "all.xlsx")
    content = await rejected(services, context, import_id, kind)
    if kind is None:
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["servers"]["A2"], book["servers"]["A3"], book["storage arrays"]["A2"] = "app01", "app02", "nas02"
        book["servers"]["B2"], book["storage arrays"]["C2"] = "10.0.0.8", "10.0.1.2"
        out = io.BytesIO()
        book.save(out)
        content = out.getvalue()
    else:
        content = (
            content.replace(b"\r\n,999.1.2.3", b"\r\napp01,10.0.0.8").replace(b"\r\n,,Linux", b"\r\napp02,,Linux")
        ).replace(b"\r\n,,not one", b"\r\nnas02,,10.0.1.2")
    after = await sent_back(services, context, import_id, content, f"all-rejects.{kind or 'xlsx'}")
    assert (after.status, after.processed_records, after.failed_records) == (FlowStatus.COMPLETED, 3, 0)
    assert after.enrichment_summary is not None
    assert (after.enrichment_summary.assets_created, after.enrichment_summary.assets_updated) == (3, 0)
    tables = (
        "SELECT table_name, columns FROM import_tables WHERE data_import_id = :id AND imported ORDER BY table_number"
    )
    first, again = [await rows(services, context, tables, id=id_) for id_ in (import_id, after.data_import_id)]
    assert again == first
    found = await count_findings(services, context, after.data_import_id)
    assert {count.code for count in found if count.severity != "info"} == {"formula"}  # of a cell of the user's own


async def test_without_bad_rows_only_the_header_is_there(services: Services, context: RequestContext) -> None:
    import_id = await imported(services, context, SERVERS)
    content = await rejected(services, context, import_id)
    assert content.decode().splitlines() == [SERVERS.decode().splitlines()[0] + ',"muster reason: servers"']


async def test_rows_that_are_not_checked_have_no_rejects_yet(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    with pytest.raises(ConflictError, match="not checked yet"):
        await export_rejects(services, context, document.data_import_id)


async def test_rejects_imported_like_any_file_are_read_as_the_same_columns(
    services: Services, context: RequestContext
) -> None:
    import_id = await imported(services, context, CONTENT)
    content = await rejected(services, context, import_id)
    fixed = content.replace(b"\n,999.1.2.3", b"\nweb03,10.0.0.9").replace(b"\n,,", b"\nweb04,10.0.0.8,")
    again = await upload(services, context, fixed, "servers.csv")
    assert again.import_category == "cmdb_export"
    mapped = await rows(
        services,
        context,
        "SELECT source_field FROM import_field_mappings WHERE data_import_id = :id",
        id=again.data_import_id,
    )
    assert {row["source_field"] for row in mapped} == set(SERVERS.decode().splitlines()[0].split(","))
