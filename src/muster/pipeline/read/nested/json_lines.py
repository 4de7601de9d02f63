"""Reads JSON lines into tables: one object in each line, a line that is none left out and told."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read import codes
from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.formats._log_lines import log_lines
from muster.pipeline.read.nested.cursor import json_decoder
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.text.encoding import decide_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.shapes import Nested
    from muster.pipeline.read.nested.walk import RowsOf
    from muster.pipeline.upload import Limits, Upload

_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def read_json_lines(
    upload: Upload, limits: Limits, staging_dir: Path | None, kind: str, rows_of: RowsOf | None = None
) -> ReadReport:
    """Read the file, without a staging folder only its head; `rows_of` makes rows of each record.

    A line that is no object is left out and told. Raises UnreadableFileError when no line is one.
    """
    whole = staging_dir is not None
    encoding = decide_encoding(upload.path, whole=whole)
    tables = RecordTables(upload, limits, staging_dir)
    decoder = _LineDecoder(limits)
    first_wrong: tuple[int, str] | None = None
    for line, text in log_lines(upload, encoding, limits, tables.log, whole=whole):
        if is_blank(text):
            continue
        record = decoder.record(text)
        if isinstance(record, str):
            first_wrong = first_wrong or (line, record)
            tables.log.add(codes.note(codes.LINE_UNREADABLE, line=line, reason=record))
            continue
        dirty = "\\u" in text and _UNSTORABLE.search(text) is not None
        for row in (record,) if rows_of is None else rows_of(record):
            tables.add(tables.root, row, line, size=len(text), dirty=dirty)
        if tables.done:
            break
    if not tables.rows and first_wrong is not None:
        raise UnreadableFileError(
            f"{upload.filename} holds no line that is a JSON object (line {first_wrong[0]}: {first_wrong[1]}): "
            "export it again.",
            filename=upload.filename,
            kind="broken_json",
            line=first_wrong[0],
        )
    for field in decoder.repeated:
        tables.log.add(codes.note(codes.KEY_REPEATED, field=field))
    return tables.report(kind, encoding.name, complete=whole)


class _LineDecoder:
    """Decodes lines, numbers as the text they are; `repeated` counts names that an object gives twice."""

    def __init__(self, limits: Limits) -> None:
        self.repeated: Counter[str] = Counter()
        self._limits = limits
        self._decoder = json_decoder(self.repeated)

    def record(self, text: str) -> dict[str, Nested] | str:
        """The object in a line, or why there is none, in words without anything of the line."""
        if len(text) > self._limits.object_bytes:
            return f"it is longer than {self._limits.object_bytes:,} characters"
        try:
            record = self._decoder.decode(text.strip().rstrip(","))
        except json.JSONDecodeError as error:
            return f"it is no JSON ({error.msg.partition(':')[0]})"
        except RecursionError:
            return "it is nested too deeply"
        return record if isinstance(record, dict) else "it is no object"
