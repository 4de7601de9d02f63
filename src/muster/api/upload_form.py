"""The upload form: its fields and its file, in whatever order they come, the file as a stream."""

from __future__ import annotations

import asyncio
import errno
import json
import tempfile
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from muster.domain.errors import EmptyUploadError, InvalidRequestError, StorageFullError
from muster.domain.processing_config import parse_time
from muster.services.start_import import UploadRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from muster.api.multipart import MultipartReader, Part

CATEGORY = "import_category"
OLDER_CATEGORY = "import_type"
FILE = "file"
FIELDS = frozenset(
    {CATEGORY, OLDER_CATEGORY, "processing_config", "import_name", "description", "source_system", "observed_at"}
)
_SPOOLED_PIECE = 1 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class BadConfigError(InvalidRequestError):
    """`processing_config` is no JSON object."""

    status = 400
    code = "bad_config"
    title = "processing_config can not be read"


@asynccontextmanager
async def read_form(reader: MultipartReader, idempotency_key: str | None) -> AsyncIterator[UploadRequest]:
    """Read to the file and give the request, whose content is the rest of the body as it arrives.

    A form that names the category before its file streams straight through, and may have no field after the file. One
    that begins with the file is laid down on disk first: what it asks for is known only at its end.
    Raises InvalidRequestError, EmptyUploadError, StorageFullError.
    """
    fields: dict[str, str] = {}
    file = await _fields_up_to_file(reader, fields)
    if file is None:
        raise EmptyUploadError(f"The form has no part named {FILE!r} with a filename.", field=FILE)
    if CATEGORY in fields or OLDER_CATEGORY in fields:
        yield _request(_straight(reader), file, fields, idempotency_key)
        return
    with tempfile.TemporaryFile() as spool:
        await _lay_down(reader, spool)
        again = await _fields_up_to_file(reader, fields)
        if again is not None:
            raise _second_file()
        yield _request(_from(spool), file, fields, idempotency_key)


async def _fields_up_to_file(reader: MultipartReader, fields: dict[str, str]) -> Part | None:
    while (part := await reader.next_part()) is not None:
        if part.name == FILE and part.filename is not None:
            return part
        if part.name == FILE:
            raise InvalidRequestError(f"The part {FILE!r} has no filename: send it as a file.", field=FILE)
        if part.name not in FIELDS:
            raise InvalidRequestError(
                f"The form has no field {part.name[:100]!r}; it takes {FILE} and {', '.join(sorted(FIELDS))}.",
                field=part.name[:100],
            )
        if part.name in fields:
            raise InvalidRequestError(f"{part.name} is given twice.", field=part.name)
        fields[part.name] = await reader.text(part.name)
    return None


async def _straight(reader: MultipartReader) -> AsyncIterator[bytes]:
    async for piece in reader.data():
        yield piece
    part = await reader.next_part()
    if part is not None:
        if part.name == FILE:
            raise _second_file()
        raise InvalidRequestError(
            f"{part.name[:100]!r} stands after the file: put all fields before it.", field=part.name[:100]
        )


async def _lay_down(reader: MultipartReader, spool: IO[bytes]) -> None:
    pending = bytearray()
    try:
        async for piece in reader.data():
            pending += piece
            if len(pending) >= _SPOOLED_PIECE:
                await asyncio.to_thread(spool.write, bytes(pending))
                pending.clear()
        await asyncio.to_thread(spool.write, bytes(pending))
        await asyncio.to_thread(spool.seek, 0)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFullError(
                "There is no room left to take the file in: free some space, then try again."
            ) from error
        raise


async def _from(spool: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(spool.read, _SPOOLED_PIECE):
        yield piece


def _request(
    content: AsyncIterator[bytes], file: Part, fields: Mapping[str, str], idempotency_key: str | None
) -> UploadRequest:
    return UploadRequest(
        content=content,
        filename=base_name(file.filename or ""),
        import_category=category_of(fields.get(CATEGORY) or None, fields.get(OLDER_CATEGORY) or None),
        processing_config=_config(fields.get("processing_config", "")),
        import_name=fields.get("import_name") or None,
        description=fields.get("description") or None,
        source_system=fields.get("source_system") or None,
        observed_at=parse_time(fields.get("observed_at") or None, "observed_at"),
        mime_type=file.content_type,
        idempotency_key=idempotency_key,
    )


def category_of(category: str | None, older_name: str | None) -> str:
    """Return what was asked for under either name, `auto` for nothing. Raises InvalidRequestError when they differ."""
    if category and older_name and category != older_name:
        raise InvalidRequestError(f"{CATEGORY} and {OLDER_CATEGORY} differ: send one of them.", field=OLDER_CATEGORY)
    return category or older_name or "auto"


def base_name(filename: str) -> str:
    """Return the name without the folders that some browsers and programs send along."""
    return PurePosixPath(filename.replace("\\", "/")).name or "upload"


def _config(text: str) -> Mapping[str, object]:
    if not text.strip():
        return {}
    try:
        config = json.loads(text)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise BadConfigError("processing_config takes a JSON object.", field="processing_config")
    return config


def _second_file() -> InvalidRequestError:
    return InvalidRequestError("The form has two files: send one form for each.", field=FILE)
