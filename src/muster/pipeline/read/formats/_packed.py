"""One packed file (gzip, bzip2, xz, zstd): unpacked and read as what is inside."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from muster.pipeline.read.formats._archive import Member, read_archive, read_archive_head
from muster.pipeline.read.model import Format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.upload import Limits, Upload, UploadKind

_ENDINGS = {".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".z"}
_SHORT = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar"}


def packed_format(kind: UploadKind, title: str, opened: Callable[[Path], IO[bytes]]) -> Format:
    """The format of one way to pack a file; `opened` gives its unpacked bytes."""

    def members(upload: Upload) -> list[Member]:
        return [Member(_name_inside(upload), partial(opened, upload.path), max(1, upload.size))]

    def read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
        return read_archive(upload, members(upload), staging_dir, limits)

    def read_head(upload: Upload, limits: Limits) -> ReadReport:
        return read_archive_head(upload, members(upload), limits)

    return Format(str(kind), title, lambda upload: 1.0 if upload.kind is kind else 0.0, read, read_head)


def _name_inside(upload: Upload) -> str:
    path = PurePosixPath(upload.filename.replace("\\", "/"))
    ending = path.suffix.lower()
    return f"{path.stem}{_SHORT.get(ending, '')}" if ending in _ENDINGS or ending in _SHORT else path.name
