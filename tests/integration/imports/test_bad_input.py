"""Bad input: one clear sentence, and nothing half-written."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from muster.blobs.store import Blobs
from muster.domain.errors import EmptyUploadError, MusterError, StorageFullError
from muster.domain.phases import FlowStatus
from muster.services.context import Limits, Services
from muster.services.list_findings import list_findings
from muster.services.list_records import list_records
from muster.services.read_status import read_status
from support.bad_files import HEADER_ONLY, NUL_BYTES, REFUSED, huge_cell
from support.flows import one, rows
from support.imports import SERVERS, upload, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext

TABLES = (
    "data_imports",
    "import_tables",
    "import_field_mappings",
    "import_rows",
    "crewai_flow_state_extensions",
    "discovery_flows",
)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def nothing_is_there(services: Services, context: RequestContext) -> bool:
    return not any([await rows(services, context, f"SELECT * FROM {table}") for table in TABLES])


async def after_work(services: Services, context: RequestContext, document: FlowDocument) -> FlowDocument:
    await work(services)
    return await read_status(services, context, document.data_import_id)


@pytest.mark.parametrize("case", REFUSED)
async def test_what_can_not_be_read_is_refused_at_the_door(
    services: Services, context: RequestContext, tmp_path: Path, case: str
) -> None:
    filename, content, said = REFUSED[case]
    with pytest.raises(MusterError, match=said) as raised:
        await upload(services, context, content, filename)
    assert raised.value.status in {400, 415}
    assert raised.value.message.count("\n") == 0
    assert await nothing_is_there(services, context)
    assert files(tmp_path / "blobs") == []


async def test_a_header_alone_is_refused_at_the_door(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    with pytest.raises(EmptyUploadError, match="no row of data"):
        await upload(services, context, HEADER_ONLY)
    assert await nothing_is_there(services, context)
    assert files(tmp_path / "blobs") == []


async def test_nul_bytes_are_taken_out_and_told(services: Services, context: RequestContext) -> None:
    document = await after_work(services, context, await upload(services, context, NUL_BYTES))
    assert document.status is FlowStatus.COMPLETED
    names = [
        record.raw["Hostname"] for record in (await list_records(services, context, document.data_import_id)).items
    ]
    assert names == ["web01", "web02"]
    codes = [item.code for item in (await list_findings(services, context, document.data_import_id)).items]
    assert codes.count("characters_removed") == 2


async def test_a_cell_of_50_mb_holds_its_row_back_and_no_other(services: Services, context: RequestContext) -> None:
    document = await after_work(services, context, await upload(services, context, huge_cell()))
    assert document.status is FlowStatus.COMPLETED
    assert (document.processed_records, document.failed_records) == (2, 1)
    row = await one(services, context, "SELECT row_number, errors FROM import_rows WHERE NOT is_valid")
    assert row == {"row_number": 2, "errors": [{"code": "cell_too_large", "field": "Notes", "agent": "reader"}]}


async def test_bytes_that_vanish_before_the_worker_comes_fail_the_import(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    document = await upload(services, context)
    for name in files(tmp_path / "blobs"):
        (tmp_path / "blobs" / name).unlink()
    document = await after_work(services, context, document)
    assert document.status is FlowStatus.FAILED
    assert document.error == "The bytes of servers.csv are not there any more: send it again."
    assert files(tmp_path / "blobs") == []
    assert await rows(services, context, "SELECT * FROM import_rows") == []


async def test_a_file_whose_head_takes_too_long_is_read_by_the_worker(
    services: Services, context: RequestContext
) -> None:
    hurried = Services(services.database, services.blobs, services.queue, Limits(head_seconds=0.001))
    document = await upload(hurried, context)
    assert document.detection == "pending"
    assert document.import_category is None
    document = await after_work(services, context, document)
    assert document.status is FlowStatus.COMPLETED
    assert document.import_category == "cmdb_export"
    row = await one(services, context, "SELECT crewai_state_data -> 'raw_data_sample' AS sample FROM discovery_flows")
    assert [item["Server Name"] for item in row["sample"]] == ["web01", "web02"]
    assert [item["Owner"] for item in row["sample"]] == ["Aaa Aaa", "Aa Aaa"]
    feed = await one(services, context, "SELECT feed FROM data_imports")
    assert feed == {"feed": "generic:servers"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    yield folder
    subprocess.run(["/bin/umount", "-l", folder], check=True)


@pytest.mark.fault
async def test_a_full_disk_at_the_door_is_told_and_leaves_nothing(
    services: Services, context: RequestContext, small_disk: Path
) -> None:
    cramped = Services(services.database, Blobs(small_disk.as_uri()), services.queue)
    with pytest.raises(StorageFullError, match="no room left"):
        await upload(cramped, context, SERVERS + b"web,10.0.0.9,Linux,1,1,S,test,x\n" * 100_000)
    assert await nothing_is_there(services, context)
    assert files(small_disk) == []


@pytest.mark.fault
async def test_a_disk_that_fills_while_the_file_is_staged_fails_the_import(
    services: Services, context: RequestContext, small_disk: Path
) -> None:
    cramped = Services(services.database, Blobs(small_disk.as_uri()), services.queue)
    noise = os.urandom(600_000).hex().encode()
    lines = b"".join(b"h%d,%s\n" % (place, noise[place * 60 : place * 60 + 60]) for place in range(20_000))
    document = await upload(cramped, context, b"Hostname,Serial Number\n" + lines)
    (small_disk / "ballast").write_bytes(b"\x00" * (450 << 10))
    document = await after_work(cramped, context, document)
    assert document.status is FlowStatus.FAILED
    assert document.error is not None
    assert "no room left" in document.error
    assert [name for name in files(small_disk) if "staging" in name or ".incoming" in name] == []
    assert await rows(services, context, "SELECT * FROM import_rows") == []
