"""A file's whole way through the product: real exports where they are at hand, samples of our own always."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster.domain.phases import FlowStatus
from muster.services.read_status import read_status
from support.flows import rows, statuses
from support.imports import upload, work

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "real" / "cmdb_export"

SERVERS = b"Hostname,Serial Number,Operating System,Memory (GB)\nweb01,SN1,Linux,4\nweb02,SN2,Linux,8\n"


async def test_a_cmdb_upload_becomes_assets(services: Services, context: RequestContext) -> None:
    document = await upload(services, context, SERVERS, import_category="cmdb")
    await work(services)
    assert await statuses(services, context, document.flow_id) == {"completed"}
    assets = await rows(services, context, "SELECT hostname, memory_gb, discovery_source FROM assets ORDER BY 1")
    assert assets == [
        {"hostname": "web01", "memory_gb": 4.0, "discovery_source": "generic"},
        {"hostname": "web02", "memory_gb": 8.0, "discovery_source": "generic"},
    ]


async def test_a_stated_source_without_a_profile_is_mapped_generically_under_its_name(
    services: Services, context: RequestContext
) -> None:
    document = await upload(services, context, SERVERS, source_system="movere")
    await work(services)
    assert (await read_status(services, context, document.flow_id)).source_system == "movere"
    feeds = await rows(services, context, "SELECT feed FROM data_imports")
    assert feeds == [{"feed": "movere:servers"}]


async def test_engagements_import_side_by_side_without_seeing_each_other(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    mine, theirs = await asyncio.gather(
        upload(services, context, SERVERS), upload(services, other_context, SERVERS.replace(b"web", b"app"))
    )
    await work(services)
    for asker, document, names in ((context, mine, ["web01", "web02"]), (other_context, theirs, ["app01", "app02"])):
        assert (await read_status(services, asker, document.flow_id)).status is FlowStatus.COMPLETED
        seen = await rows(services, asker, "SELECT hostname FROM assets ORDER BY 1")
        assert [row["hostname"] for row in seen] == names


@pytest.mark.parametrize("case", ["old_units", "new_units"])
async def test_rvtools_is_recognised_with_memory_in_gigabytes(
    services: Services, context: RequestContext, case: str
) -> None:
    path = SAMPLES / "rvtools" / case / "RVTools_tabvInfo.csv"
    document = await upload(services, context, path.read_bytes(), path.name)
    await work(services)
    document = await read_status(services, context, document.flow_id)
    assert document.source_system == "rvtools"
    assert document.status is FlowStatus.COMPLETED
    sizes = await rows(services, context, "SELECT memory_gb FROM assets WHERE memory_gb IS NOT NULL")
    assert sizes
    assert all(0.25 <= row["memory_gb"] <= 4_096 for row in sizes)


async def test_real_exports_end_imported_or_with_a_reason(services: Services, context: RequestContext) -> None:
    if not REAL.is_dir():
        pytest.skip("the real exports are not on this machine")
    ended = {}
    for name in ("rvtools_kubev2v_example1.xlsx", "rvtools_small-complete.xlsx", "aws_cmf_server-list.csv"):
        document = await upload(
            services, context, (REAL / name).read_bytes(), name, processing_config={"review": "never"}
        )
        await work(services)
        ended[name] = await read_status(services, context, document.flow_id)
    assert ended["rvtools_kubev2v_example1.xlsx"].processed_records == 16
    assert ended["rvtools_small-complete.xlsx"].processed_records == 5
    assert {document.status for document in ended.values()} == {FlowStatus.COMPLETED}
