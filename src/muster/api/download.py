"""Files handed out in pieces as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi.responses import StreamingResponse

if TYPE_CHECKING:
    from muster.services.export_inventory import AssetExport
    from muster.services.export_rejects import ExportFile


def download(file: ExportFile | AssetExport) -> StreamingResponse:
    """Return `file` as an attachment."""
    return StreamingResponse(file.chunks, media_type=file.media_type, headers=attachment(file.filename))


def attachment(filename: str) -> dict[str, str]:
    """Return the header of a file to keep (RFC 6266: a plain name for old readers, the true one beside it)."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in filename)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"}


def file_response(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of a file to download."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {200: {"description": "The file, in pieces as it is made.", "content": content}}
