from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.api.multipart import MultipartReader
from muster.api.upload_form import BadConfigError, base_name, read_form
from muster.domain.errors import EmptyUploadError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.services.start_import import UploadRequest

FILE = ("file", b"Name\r\ndb01\r\n", "servers.csv")
CATEGORY = ("import_category", b"cmdb_export", None)
NAME = ("import_name", b"First", None)


def form(*parts: tuple[str, bytes, str | None]) -> bytes:
    body = b""
    for name, content, filename in parts:
        extra = f'; filename="{filename}"' if filename is not None else ""
        body += f'--cut\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + content + b"\r\n"
    return body + b"--cut--\r\n"


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10):
        yield body[start : start + 10]


async def read(*parts: tuple[str, bytes, str | None]) -> tuple[UploadRequest, bytes]:
    reader = MultipartReader("multipart/form-data; boundary=cut", pieces(form(*parts)))
    async with read_form(reader, None) as request:
        return request, b"".join([piece async for piece in request.content])


@pytest.mark.parametrize("parts", [(CATEGORY, NAME, FILE), (FILE, CATEGORY, NAME), (NAME, FILE, CATEGORY)])
async def test_fields_count_wherever_they_stand(parts: tuple[tuple[str, bytes, str | None], ...]) -> None:
    request, content = await read(*parts)
    assert (request.import_category, request.import_name, request.filename) == ("cmdb_export", "First", "servers.csv")
    assert content == FILE[1]


async def test_a_file_alone_is_taken_as_auto() -> None:
    request, content = await read(FILE)
    assert (request.import_category, content) == ("auto", FILE[1])


async def test_a_field_after_a_file_that_streams_is_refused_at_the_end_of_its_content() -> None:
    with pytest.raises(InvalidRequestError, match="after the file"):
        await read(CATEGORY, FILE, NAME)


@pytest.mark.parametrize("parts", [(FILE, FILE), (CATEGORY, FILE, FILE)])
async def test_two_files_in_one_form_are_refused(parts: tuple[tuple[str, bytes, str | None], ...]) -> None:
    with pytest.raises(InvalidRequestError, match="two files"):
        await read(*parts)


async def test_a_form_without_a_file_is_empty() -> None:
    with pytest.raises(EmptyUploadError):
        await read(CATEGORY)


async def test_the_older_name_of_the_category_is_understood() -> None:
    request, _ = await read(("import_type", b"cmdb", None), FILE)
    assert request.import_category == "cmdb"


async def test_two_names_for_different_categories_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="differ"):
        await read(CATEGORY, ("import_type", b"infrastructure", None), FILE)


@pytest.mark.parametrize("config", [b"{", b"[]", b'"x"', b"7"])
async def test_a_config_that_is_no_object_is_a_bad_request(config: bytes) -> None:
    with pytest.raises(BadConfigError):
        await read(CATEGORY, ("processing_config", config, None), FILE)


async def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequestError, match="colour"):
        await read(("colour", b"red", None), FILE)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\exports\\a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("a.csv", "a.csv"),
        ("", "upload"),
        ("/", "upload"),
    ],
)
def test_folders_in_a_filename_are_left_out(given: str, kept: str) -> None:
    assert base_name(given) == kept
