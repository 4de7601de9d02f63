"""Files whose records are lines, without quotes that span them: decoded line by line, with the repairs told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.text.chunks import CHUNK_BYTES, read_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.text.encoding import Encoding
    from muster.pipeline.upload import Limits, Upload


def log_lines(
    upload: Upload, encoding: Encoding, limits: Limits, log: FindingLog, *, whole: bool
) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, text) of the file, or of its head. Raises UnreadableFileError for an endless line."""
    name = encoding.codec.upper()
    if encoding.reason is not None:
        log.add(codes.note(codes.ENCODING_GUESSED, encoding=name, reason=encoding.reason))
    line = 0
    size = CHUNK_BYTES if whole else limits.head_bytes
    for chunk in read_chunks(upload.path, encoding, limits.record_bytes, size, filename=upload.filename):
        for repair in chunk.repairs:
            code = codes.BYTES_REPAIRED if repair.kind == "bytes" else codes.CHARACTERS_REMOVED
            place = line + 1 + repair.offset
            log.add(codes.note(code, line=place, encoding=name, repair=repair.detail, count=repair.count))
        for text in chunk.text.removesuffix("\n").split("\n"):
            line += 1
            yield line, text.removesuffix("\r")
        if not whole:
            return
