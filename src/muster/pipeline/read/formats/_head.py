"""The first bytes of an upload, for formats that are told by more than their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.upload.magic import HEAD_BYTES, as_ascii

if TYPE_CHECKING:
    from muster.pipeline.upload import Upload


def head_of(upload: Upload) -> bytes:
    """The head of the file without byte order mark, UTF-16 folded to single bytes."""
    with upload.path.open("rb") as file:
        return as_ascii(file.read(HEAD_BYTES))
