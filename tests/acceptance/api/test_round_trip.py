"""Files that go out and come back: rejected rows as the user's own kind of file, and blank templates."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import openpyxl

from muster.api.app import create_app
from muster.services.disk_space import Disk, LocalDisks
from support.imports import HELD_BACK, SERVERS
from support.site import ADDRESS, Site

if TYPE_CHECKING:
    from pathlib import Path

    from muster.services.context import Services

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_rejects_are_of_the_kind_that_was_sent_unless_another_is_asked_for(site: Site) -> None:
    sent = await site.imported(HELD_BACK.replace(b",", b"\t"), "servers.tsv")
    address = f"/api/v1/data-import/{sent['data_import_id']}/rejects"
    own, book = await site.http.get(address), await site.http.get(address, params={"format": "xlsx"})
    assert own.headers["content-disposition"].startswith('attachment; filename="servers-rejects.csv"')
    header = SERVERS.decode().splitlines()[0].replace(",", "\t")
    assert own.text.startswith(f'{header}\t"muster reason: servers"\n\t999.1.2.3\tUbuntu 22.04\t')
    assert book.headers["content-type"] == XLSX
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames == ["servers"]


async def test_a_template_is_filled_in_and_imported_for_certain(site: Site) -> None:
    blank = await site.http.get("/api/v1/templates/cmdb_export")
    assert blank.headers["content-type"] == XLSX
    assert 'filename="muster-cmdb_export.xlsx"' in blank.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(blank.content))
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for title, value in {"Name": "web01", "Serial number": "0012", "Memory": 2048, "Kind": "server"}.items():
        sheet.cell(2, places[title], value)
    filled = io.BytesIO()
    book.save(filled)
    done = await site.imported(filled.getvalue(), "returned.xlsx", import_category="auto", processing_config="{}")
    assert (done["status"], done["source_system"]) == ("completed", "template_cmdb_export")
    mapping = (await site.http.get(f"/api/v1/data-import/{done['data_import_id']}/field-mappings")).json()
    assert {column["confidence"] for column in mapping["columns"]} == {1.0}
    (asset,) = (await site.http.get("/api/v1/assets")).json()["items"]
    assert (asset["asset_name"], asset["serial_number"], asset["memory_gb"]) == ("web01", "0012", 2048.0)


async def test_a_template_of_a_category_that_is_not_there_is_no_page(site: Site) -> None:
    response = await site.http.get("/api/v1/templates/nothing")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert "cmdb_export" in response.json()["detail"]


async def test_an_upload_that_would_not_fit_is_refused_with_what_it_needs(
    site: Site, services: Services, tmp_path: Path
) -> None:
    cramped = replace(services, disks=LocalDisks(tmp_path, tmp_path, lambda _: Disk(1, 700)))
    transport = httpx.ASGITransport(create_app(cramped, version="1.0"))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=site.http.headers) as http:
        response = await Site(site.tenant, http, cramped).upload(SERVERS)
    problem = response.json()
    assert (response.status_code, problem["code"], problem["free_bytes"]) == (507, "storage_full", 700)
    assert problem["needed_bytes"] > len(SERVERS)
