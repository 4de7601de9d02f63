"""However long a file of records is, reading it takes little memory; each is read in the watched child."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from muster.pipeline.upload import Limits
from muster.services.sandbox import read_file_in_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS, COLUMNS = 150_000, 20
LITTLE = Limits(memory_bytes=450 << 20)
"""Polars itself takes about 100 MB of it; all cells at once as Python values would take twice as much."""


def _record(number: int) -> dict[str, str]:
    return {f"column{place}": f"value {number} in {place}" for place in range(COLUMNS)}


def _ndjson() -> bytes:
    return "".join(f"{json.dumps(_record(number))}\n" for number in range(ROWS)).encode()


def _json() -> bytes:
    return f'{{"result": [{",".join(json.dumps(_record(number)) for number in range(ROWS))}]}}'.encode()


def _flow_log() -> bytes:
    line = "2 123456789010 eni-1235b8ca 10.0.{}.{} 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
    return gzip.compress("".join(line.format(n // 256 % 256, n % 256) for n in range(ROWS)).encode(), 1)


@pytest.mark.parametrize("write", [_ndjson, _json, _flow_log])
async def test_a_long_file_is_read_in_little_memory(write: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(write())
    report = await read_file_in_child(path, "long", tmp_path / "staging", LITTLE)
    assert [table.rows for table in report.tables] == [ROWS]
