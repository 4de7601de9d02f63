"""Rejects: the user's own columns, the bad rows only, with reasons, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from muster.domain.errors import ConflictError
from muster.services.export_rejects import RejectsFormat, export_rejects
from support.imports import SERVERS, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

CONTENT = SERVERS + b",999.1.2.3,=1+1,4,16,,test,Cy Dun\n,,Linux,2,8,,test,-5\n"


async def rejected(services: Services, context: RequestContext, data_import_id: UUID, kind: RejectsFormat) -> bytes:
    file = await export_rejects(services, context, data_import_id, kind)
    assert file.filename == f"servers-rejects.{kind}"
    return b"".join([piece async for piece in file.chunks])


async def test_csv_holds_the_bad_rows_under_the_users_own_header(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, CONTENT)
    await work(services)
    content = await rejected(services, context, document.data_import_id, RejectsFormat.CSV)
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0] == [*SERVERS.decode().splitlines()[0].split(","), "Reason"]
    assert lines[1][:3] == ["", "999.1.2.3", "'=1+1"]
    assert lines[2][7] == "-5"
    assert all(line[-1] for line in lines[1:])
    assert len(lines) == 3


async def test_xlsx_marks_the_bad_cells_and_runs_no_formula(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, CONTENT)
    await work(services)
    content = await rejected(services, context, document.data_import_id, RejectsFormat.XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["servers"]
    assert [cell.value for cell in sheet[1]][-1] == "Reason"
    assert sheet["B2"].value == "999.1.2.3"
    assert sheet["B2"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["D2"].fill.fgColor.rgb != "FFFFC7CE"
    assert sheet["C2"].value == "=1+1"
    assert sheet["C2"].data_type == "s"
    assert sheet.max_row == 3


async def test_without_bad_rows_only_the_header_is_there(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    await work(services)
    content = await rejected(services, context, document.data_import_id, RejectsFormat.CSV)
    assert content.decode("utf-8-sig").splitlines() == [SERVERS.decode().splitlines()[0] + ",Reason"]


async def test_rows_that_are_not_checked_have_no_rejects_yet(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    with pytest.raises(ConflictError, match="not checked yet"):
        await export_rejects(services, context, document.data_import_id, RejectsFormat.CSV)


async def test_rejects_sent_again_are_read_as_the_same_columns(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, CONTENT)
    await work(services)
    content = await rejected(services, context, document.data_import_id, RejectsFormat.CSV)
    fixed = content.replace(b"\r\n,999.1.2.3", b"\r\nweb03,10.0.0.9").replace(b"\r\n,,", b"\r\nweb04,10.0.0.8,")
    again = await upload(services, context, fixed, "servers.csv")
    assert again.import_category == "cmdb_export"
