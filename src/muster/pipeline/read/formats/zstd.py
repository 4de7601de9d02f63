"""Zstandard files: what is packed in them is read, a tar archive as well."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from muster.pipeline.read.formats._packed import packed_format
from muster.pipeline.upload import UploadKind

if TYPE_CHECKING:
    from pathlib import Path


def _opened(path: Path) -> IO[bytes]:
    import pyarrow as pa  # noqa: PLC0415 - costs 50 ms, needed by few files

    return cast("IO[bytes]", pa.input_stream(str(path), compression="zstd"))


FORMAT = packed_format(UploadKind.ZSTD, "Zstandard file", _opened)
