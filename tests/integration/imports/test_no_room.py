"""An import that would not fit is refused at the door, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import StorageFullError
from muster.services.disk_space import Disk, LocalDisks
from muster.services.store_import import StoreRequest, store_rows
from support.flows import rows
from support.imports import SERVERS, upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@pytest.fixture
def cramped(services: Services, tmp_path: Path) -> Services:
    """Services whose disk has room for a few hundred bytes."""
    return replace(services, disks=LocalDisks(tmp_path, tmp_path, lambda _: Disk(1, 700)))


async def nothing_was_stored(services: Services, context: RequestContext, tmp_path: Path) -> bool:
    left = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    return not left and not await rows(services, context, "SELECT id FROM data_imports")


async def test_a_file_is_refused_once_its_kind_is_known(
    cramped: Services, context: RequestContext, tmp_path: Path
) -> None:
    with pytest.raises(StorageFullError, match="are free") as refused:
        await upload(cramped, context)
    assert refused.value.facts["free_bytes"] == 700
    assert refused.value.facts["needed_bytes"] > len(SERVERS)
    assert await nothing_was_stored(cramped, context, tmp_path)


async def test_a_file_whose_size_is_stated_is_refused_before_a_byte_is_taken(
    cramped: Services, context: RequestContext, tmp_path: Path
) -> None:
    taken = []

    async def content() -> AsyncIterator[bytes]:
        taken.append(True)
        yield SERVERS

    with pytest.raises(StorageFullError):
        await upload(cramped, context, content=content(), stated_size=1 << 30)
    assert not taken
    assert await nothing_was_stored(cramped, context, tmp_path)


async def test_rows_that_are_handed_over_are_refused_too(
    cramped: Services, context: RequestContext, tmp_path: Path
) -> None:
    with pytest.raises(StorageFullError):
        await store_rows(cramped, context, StoreRequest([{"Name": f"web{n:03}"} for n in range(50)], "rows.json"))
    assert await nothing_was_stored(cramped, context, tmp_path)
