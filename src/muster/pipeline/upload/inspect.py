"""One look at an uploaded file: its size, its hash, its kind by content, and whether its archive is safe to unpack."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from muster.domain.errors import EmptyUploadError, TooLargeError, UnreadableFileError
from muster.pipeline.upload import magic
from muster.pipeline.upload.archive import kind_of_zip
from muster.pipeline.upload.compound import kind_of_compound
from muster.pipeline.upload.limits import Limits

if TYPE_CHECKING:
    from muster.pipeline.upload.kinds import UploadKind

_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to read. `filename` is what its sender called it: for hints and messages only.

    `size` is in bytes; `sha256` is lower-case hex, None when the caller had the bytes hashed already.
    """

    path: Path
    filename: str
    size: int
    kind: UploadKind
    sha256: str | None = None

    @property
    def stem(self) -> str:
        """The sender's name of the file without folder and last extension."""
        return Path(self.filename.replace("\\", "/")).stem or self.filename


def inspect_upload(
    path: Path, limits: Limits | None = None, *, filename: str | None = None, hashed: bool = True
) -> Upload:
    """Look at the file at `path`; `hashed=False` leaves the hash out.

    Raises EmptyUploadError, TooLargeError, or UnreadableFileError when the file has vanished or its archive is
    damaged or unsafe. A kind that no reader takes is no error here: the reader refuses it by name.
    """
    limits = limits or Limits()
    name = filename or path.name
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise TooLargeError(
                f"{name} has {size:,} bytes; the limit is {limits.file_bytes:,} (limit max_upload_bytes): "
                "split it and send the parts.",
                limit=limits.file_bytes,
                setting="max_upload_bytes",
                size=size,
            )
        with path.open("rb") as file:
            head = file.read(magic.HEAD_BYTES)
        if not head.strip(_BLANK) and (size <= len(head) or _is_blank(path)):
            raise EmptyUploadError(f"{name} is empty: send a file with a header line and rows.", filename=name)
        kind = _kind(path, head, name, limits)
        return Upload(path, name, size, kind, hash_file(path) if hashed else None)
    except FileNotFoundError as error:
        raise UnreadableFileError(f"{name} is not there any more: send it again.", filename=name) from error
    except PermissionError as error:
        raise UnreadableFileError(f"{name} may not be opened: check its permissions.", filename=name) from error
    except IsADirectoryError as error:
        raise UnreadableFileError(f"{name} is a folder: send the files inside.", filename=name) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in lower-case hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kind(path: Path, head: bytes, name: str, limits: Limits) -> UploadKind:
    if magic.is_zip(head):
        return kind_of_zip(path, name, limits)
    if magic.is_ole(head):
        return kind_of_compound(path)
    return magic.kind_of_head(head)


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return all(not piece.strip(_BLANK) for piece in iter(lambda: file.read(1 << 20), b""))
