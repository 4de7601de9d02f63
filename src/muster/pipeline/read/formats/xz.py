"""Xz files: what is packed in them is read, a tar archive as well."""

from __future__ import annotations

import lzma
from typing import IO, TYPE_CHECKING, cast

from muster.pipeline.read.formats._packed import packed_format
from muster.pipeline.upload import UploadKind

if TYPE_CHECKING:
    from pathlib import Path


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", lzma.open(path, "rb"))


FORMAT = packed_format(UploadKind.XZ, "Xz file", _opened)
