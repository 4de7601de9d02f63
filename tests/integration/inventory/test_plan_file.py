"""What a file would do is told before anything is stored; nothing of it stays behind."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import UnreadableFileError
from muster.domain.plan import PlanAction
from muster.pipeline.enrich.plan_files import EntryFilter, all_entries, as_entries
from muster.services.export_plan import plan_as_csv, plan_as_json, plan_as_text
from muster.services.plan_file import FilePlan, PlanFileRequest, planned_file
from support.flows import rows
from support.imports import HELD_BACK, SERVERS, upload, work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from muster.domain.plan import PlanEntry
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

CHANGED = SERVERS.replace(b"web01,10.0.0.1,Ubuntu 22.04,4", b"web01,10.0.0.1,Ubuntu 22.04,8")
TABLES = ("data_imports", "import_rows", "import_plans", "assets", "claim_key_blocks", "inventory_changes")


@asynccontextmanager
async def planned(
    services: Services, context: RequestContext, folder: Path, content: bytes, **more: object
) -> AsyncIterator[FilePlan]:
    path = folder / "servers.csv"
    path.write_bytes(content)
    async with planned_file(services, context, PlanFileRequest(path, "servers.csv", **more)) as plan:
        yield plan


def entries_of(plan: FilePlan) -> list[PlanEntry]:
    assert plan.plan is not None
    return [entry for part in all_entries(plan.plan.path, EntryFilter()) for entry in as_entries(part)]


async def counts(services: Services, context: RequestContext) -> dict[str, int]:
    return {name: (await rows(services, context, f"SELECT count(*) FROM {name}"))[0]["count"] for name in TABLES}


async def test_into_an_empty_inventory_everything_is_created(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    async with planned(services, context, tmp_path, SERVERS) as plan:
        assert plan.plan is not None
        assert (plan.plan.totals.created, plan.plan.totals.updated) == (3, 0)
        assert (plan.import_category, plan.total_records, plan.valid_records) == ("cmdb_export", 3, 3)
        assert {entry.action for entry in entries_of(plan)} == {PlanAction.CREATE}


async def test_the_plan_of_a_file_is_what_its_import_does(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    await upload(services, context)
    await work(services)
    async with planned(services, context, tmp_path, CHANGED) as plan:
        told = [(entry.asset_name, entry.field, entry.before, entry.after) for entry in entries_of(plan)]
    document = await upload(services, context, CHANGED, processing_config={"review": "plan"})
    await work(services)
    stored = await rows(
        services, context, "SELECT counts FROM import_plans WHERE data_import_id = :id", id=document.data_import_id
    )
    assert told == [("web01", "cpu_cores", "4", "8")]
    assert (stored[0]["counts"]["updated"], stored[0]["counts"]["unchanged"]) == (1, 2)


async def test_nothing_is_written(services: Services, context: RequestContext, tmp_path: Path) -> None:
    await upload(services, context)
    await work(services)
    before, blobs = await counts(services, context), await every_blob(services)
    async with planned(services, context, tmp_path, CHANGED) as plan:
        assert plan.plan is not None
    assert await counts(services, context) == before
    assert await every_blob(services) == blobs
    assert plan.plan is not None
    assert not plan.plan.path.exists()


async def every_blob(services: Services) -> list[str]:
    return [key for folder in ("uploads", "staging", "claims") for key in await services.blobs.list(folder)]


async def test_rows_held_back_are_no_part_of_the_plan(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    async with planned(services, context, tmp_path, HELD_BACK) as plan:
        assert (plan.total_records, plan.valid_records) == (4, 3)
        assert plan.plan is not None
        assert plan.plan.totals.created == 3


async def test_a_newer_snapshot_of_a_feed_names_what_is_gone(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    await upload(services, context, processing_config={"feed": "site"})
    await work(services)
    without = b"\n".join(SERVERS.splitlines()[:3]) + b"\n"
    async with planned(services, context, tmp_path, without, feed="site") as plan:
        assert plan.plan is not None
        assert plan.plan.totals.missing == 1
        assert [(entry.asset_name, entry.field) for entry in entries_of(plan)] == [("db01", "missing_from")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"article,price\nscrews,3\nnails,4\n", ""),
        (SERVERS.splitlines()[0] + b"\n,999.1.2.3,x,1,1,,y,z\n", "held back"),
    ],
)
async def test_a_file_that_can_not_be_imported_says_why(
    services: Services, context: RequestContext, tmp_path: Path, content: bytes, said: str
) -> None:
    async with planned(services, context, tmp_path, content) as plan:
        assert plan.plan is None
        assert plan.why_not
        assert said in plan.why_not


async def test_a_file_that_nobody_can_read_is_refused(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFileError):
        async with planned(services, context, tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(64)):
            pass


async def test_a_plan_is_handed_out_as_csv_json_and_text(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    dangerous = SERVERS.replace(b"Ann Lee", b"=1+1").replace(b",Owner", b",Business Owner")
    async with planned(services, context, tmp_path, dangerous) as plan:
        assert plan.plan is not None
        as_csv = b"".join([piece async for piece in plan_as_csv(plan.plan.path)]).decode("utf-8-sig")
        as_json = b"".join([piece async for piece in plan_as_json({"file": "a"}, plan.plan.path)])
        where = EntryFilter(field="asset_name")
        pieces = plan_as_text("servers.csv", plan.plan.totals, plan.plan.path, where)
        as_text = b"".join([piece async for piece in pieces]).decode()
        everything = entries_of(plan)
    lines = as_csv.splitlines()
    assert lines[0].startswith("asset_id,asset_name,action,field,before,after,conflict,says,")
    assert len(lines) == 1 + len(everything)
    assert "servers:1" in as_csv
    assert ",'=1+1," in as_csv
    document = json.loads(as_json)
    assert document["file"] == "a"
    assert document["entries"][0]["rows"] == [{"table": "servers", "row_number": 1}]
    assert len(document["entries"]) == len(everything)
    assert as_text.splitlines()[:2] == ["servers.csv", "assets: 3 created, 0 updated, 0 unchanged, 0 contradicted"]
    assert "    asset_name: web01" in as_text
