"""When an import was observed: as its sender says, else as its file says, else when it was uploaded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster.domain.phases import FlowStatus
from muster.services.check_file import CheckRequest, check_file
from muster.services.list_findings import list_findings
from muster.services.read_status import read_status
from muster.services.store_import import StoreRequest, store_rows
from support.flows import one, rows
from support.imports import SERVERS, upload, work

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

RVTOOLS = Path(__file__).resolve().parents[2] / "samples" / "observed" / "rvtools_metadata" / "RVTools_export_all.xlsx"
WRITTEN = datetime(2024, 5, 31, 14, 5, 12, tzinfo=UTC)
STATED = datetime(2024, 6, 2, tzinfo=UTC)


def exported(day: str, memory: str = "16") -> bytes:
    """One server, exported on `day`."""
    return (
        "Server Name,Serial Number,Operating System,Memory (GB),Export Date\n"
        f"web01,SN-0001,Ubuntu 22.04,{memory},{day}\n"
    ).encode()


async def when(services: Services, context: RequestContext, data_import_id: UUID) -> tuple[datetime, str]:
    stored = await one(
        services, context, f"SELECT observed_at, observed_at_origin FROM data_imports WHERE id = '{data_import_id}'"
    )
    return stored["observed_at"], stored["observed_at_origin"]


async def said(services: Services, context: RequestContext, data_import_id: UUID) -> list[str]:
    """The codes of the import's findings on its time of observation."""
    found = (await list_findings(services, context, data_import_id)).items
    return [finding.code for finding in found if "observation_time" in finding.code]


async def test_the_file_says_when_it_was_observed(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, RVTOOLS.read_bytes(), RVTOOLS.name)
    await work(services)
    assert await when(services, context, document.data_import_id) == (WRITTEN, "file")
    assert await said(services, context, document.data_import_id) == ["observation_time_from_file"]


async def test_the_sender_goes_before_the_file(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, RVTOOLS.read_bytes(), RVTOOLS.name, observed_at=STATED)
    await work(services)
    assert await when(services, context, document.data_import_id) == (STATED, "stated")
    assert await said(services, context, document.data_import_id) == []


async def test_a_file_that_says_nothing_was_observed_when_it_was_uploaded(
    services: Services, context: RequestContext
) -> None:
    document = await upload(services, context)
    before = await when(services, context, document.data_import_id)
    await work(services)
    assert before[1] == "upload"
    assert await when(services, context, document.data_import_id) == before
    assert await said(services, context, document.data_import_id) == ["no_observation_time"]


@pytest.mark.parametrize("day", ["2199-01-01", "1970-01-01"])
async def test_a_date_that_can_not_be_right_is_told_and_the_upload_counts(
    services: Services, context: RequestContext, day: str
) -> None:
    document = await upload(services, context, exported(day))
    await work(services)
    assert (await when(services, context, document.data_import_id))[1] == "upload"
    codes = await said(services, context, document.data_import_id)
    assert sorted(codes) == ["no_observation_time", "observation_time_implausible"]
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED


async def test_the_same_bytes_again_were_observed_at_the_same_moment(
    services: Services, context: RequestContext
) -> None:
    for _ in range(2):
        await upload(services, context, RVTOOLS.read_bytes(), RVTOOLS.name)
        await work(services)
    moments = await rows(services, context, "SELECT observed_at, observed_at_origin FROM data_imports")
    assert [tuple(row.values()) for row in moments] == [(WRITTEN, "file")] * 2


@pytest.mark.parametrize("newest_first", [True, False])
async def test_an_older_file_does_not_overrule_a_newer_one_whatever_comes_first(
    services: Services, context: RequestContext, *, newest_first: bool
) -> None:
    files = [exported("2024-05-31", "64"), exported("2024-01-31", "16")]
    for content in files if newest_first else reversed(files):
        await upload(services, context, content)
        await work(services)
    asset = await one(services, context, "SELECT memory_gb FROM assets")
    assert asset["memory_gb"] == 64


async def test_rows_that_were_handed_over_say_it_too(services: Services, context: RequestContext) -> None:
    data = [{"Server Name": "web01", "Serial Number": "SN-0001", "Operating System": "RHEL 8", "As of": "2024-05-31"}]
    document = await store_rows(services, context, StoreRequest(data, "servers.csv"))
    await work(services)
    moment = datetime(2024, 5, 31, tzinfo=UTC)
    assert await when(services, context, document.data_import_id) == (moment, "file")


async def test_a_check_tells_what_the_file_says(tmp_path: Path) -> None:
    report = await check_file(CheckRequest(RVTOOLS, date(2026, 11, 20)))
    document = report.as_json()
    assert (document["observed_at"], document["observed_at_origin"]) == (WRITTEN.isoformat(), "file")
    silent = tmp_path / "servers.csv"
    silent.write_bytes(SERVERS)
    report = await check_file(CheckRequest(silent, date(2026, 11, 20)))
    document = report.as_json()
    assert (document["observed_at"], document["observed_at_origin"]) == (None, "upload")
    assert [finding.code for finding in report.findings if finding.agent == "import"] == ["no_observation_time"]
