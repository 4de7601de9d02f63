"""Damaged files end as tables or as one sentence about them, within their time and memory; `make fuzz` tries longer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from fuzzing import sources, tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged_case

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import inspect_upload

SEED = 1
SOURCES = sources(real=False)
_BEGINNINGS = (
    b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<?xml version='1.0'?>", b"<r>",
    b"<table>", b'[{"a":', b'{"a":1}\n{', b"#separator \\x09\n#fields\ta\n", b"name,os\n", b"\xff\xfe", b"BZh9",
    b"<graphml>", b"version account-id interface-id srcaddr\n",
)  # fmt: skip


@pytest.mark.parametrize("first", range(0, 40, 10))
async def test_a_damaged_file_ends_as_tables_or_as_a_refusal(first: int) -> None:
    outcomes = [await tried(damaged_case(SEED, number, SOURCES)) for number in range(first, first + 10)]
    assert [outcome for outcome in outcomes if outcome.verdict.is_fault] == []


def test_a_case_is_the_same_each_time() -> None:
    assert [damaged_case(SEED, number, SOURCES) for number in range(20)] == [
        damaged_case(SEED, number, SOURCES) for number in range(20)
    ]


def test_most_cases_are_damaged() -> None:
    cases = [damaged_case(SEED, number, SOURCES) for number in range(100)]
    assert sum(case.content != case.source.read_bytes() for case in cases) > 90


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_BEGINNINGS), st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_end_as_tables_or_as_a_refusal(beginning: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(beginning + rest)
        for read in (read_head, lambda upload: read_file(upload, Path(folder) / "staging")):
            try:
                ended = read(inspect_upload(path)).tables
            except (UnreadableFileError, EmptyUploadError) as error:
                ended = error.message.startswith("upload ")
            assert ended
