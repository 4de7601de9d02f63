from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.api.multipart import MultipartReader, Part
from muster.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BODY = (
    b'--cut\r\nContent-Disposition: form-data; name="import_category"\r\n\r\ncmdb_export\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a \xc3\xa4.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\nName;OS\r\ndb01;--cut\r\n--cut--\r\n"
)
TYPE = "multipart/form-data; boundary=cut"


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(body: bytes, size: int) -> list[tuple[Part, bytes]]:
    reader = MultipartReader(TYPE, pieces(body, size))
    parts = []
    while (part := await reader.next_part()) is not None:
        parts.append((part, b"".join([piece async for piece in reader.data()])))
    return parts


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
async def test_a_form_reads_the_same_however_it_is_cut(size: int) -> None:
    assert await read(BODY, size) == [
        (Part("import_category", None, None), b"cmdb_export"),
        (Part("file", "a ä.csv", "text/csv"), b"Name;OS\r\ndb01;--cut"),
    ]


@pytest.mark.parametrize("end", [20, 90, 200, len(BODY) - 8])
async def test_a_form_that_was_cut_off_is_refused(end: int) -> None:
    with pytest.raises(InvalidRequestError):
        await read(BODY[:end], 16)


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data", "multipart/mixed; boundary=cut", ""])
def test_a_body_that_is_no_form_is_refused(kind: str) -> None:
    with pytest.raises(InvalidRequestError):
        MultipartReader(kind, pieces(BODY, 16))


async def test_a_field_of_a_megabyte_is_refused() -> None:
    body = (
        b'--cut\r\nContent-Disposition: form-data; name="description"\r\n\r\n' + b"x" * 1_000_000 + b"\r\n--cut--\r\n"
    )
    reader = MultipartReader(TYPE, pieces(body, 4096))
    await reader.next_part()
    with pytest.raises(InvalidRequestError, match="longer"):
        await reader.text("description")


async def test_parts_without_a_name_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="no name"):
        await read(b"--cut\r\nContent-Disposition: form-data\r\n\r\nx\r\n--cut--\r\n", 16)
