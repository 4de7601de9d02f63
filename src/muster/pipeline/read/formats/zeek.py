r"""Zeek logs in their own tab-separated form, which says of itself how it is to be read; several may be glued.

Zeek manual, "Log Formats": `#separator`, `#unset_field`, `#empty_field`, `#path` and `#fields` come first; there are no
quotes, bytes that would disturb are written as `\xNN`. Logs of Zeek in JSON are JSON lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.formats._log_lines import log_lines
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.text.encoding import decide_encoding
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.store import Table

_FIRST = re.compile(rb"#(?:separator[ \t]|fields\t|path\t|set_separator|types\t)")
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")


def _sniff(upload: Upload) -> float:
    if upload.kind is not UploadKind.TEXT:
        return 0.0
    head = head_of(upload)
    return 1.0 if _FIRST.match(head) and b"#fields" in head else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_log(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_log(upload, limits, staging_dir)


def _read_log(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    whole = staging_dir is not None
    encoding = decide_encoding(upload.path, whole=whole)
    tables = RecordTables(upload, limits, staging_dir)
    reader = _Reader(tables, upload.stem)
    for line, text in log_lines(upload, encoding, limits, tables.log, whole=whole):
        if text.startswith("#"):
            reader.directive(line, text)
        elif text:
            reader.row(line, text)
            if tables.done:
                break
    return tables.report("zeek", encoding.name, complete=whole)


class _Reader:
    """What the directives read last say of the lines that follow."""

    def __init__(self, tables: RecordTables, stem: str) -> None:
        self._tables = tables
        self._by_fields: dict[tuple[str, ...], Table] = {}
        self._table: Table | None = None
        self._separator = "\t"
        self._absent = {"-", "(empty)"}
        self._unset, self._empty = "-", "(empty)"
        self._path = stem
        self._stem = stem

    def directive(self, line: int, text: str) -> None:
        """Take in a line that begins with #."""
        name, _, rest = text.partition(" " if text.startswith("#separator ") else self._separator)
        if name == "#separator":
            self._separator = _unescaped(rest.strip(" ")) or "\t"
            self._path = self._stem
        elif name == "#unset_field":
            self._unset = rest
        elif name == "#empty_field":
            self._empty = rest
        elif name == "#path":
            self._path = rest or self._stem
        elif name == "#fields":
            self._absent = {self._unset, self._empty, ""}
            fields = tuple(rest.split(self._separator))
            key = (self._path, *fields)
            if key not in self._by_fields:
                self._by_fields[key] = self._tables.log_table(self._path, fields, line)
            self._table = self._by_fields[key]

    def row(self, line: int, text: str) -> None:
        """Add a row to the table of the fields named last."""
        if self._table is None:
            return
        cells: list[str | None] = [None if cell in self._absent else cell for cell in text.split(self._separator)]
        if "\\x" in text:
            cells = [None if cell is None else _unescaped(cell) for cell in cells]
        self._tables.add_cells(self._table, cells, line)


def _unescaped(text: str) -> str:
    return _ESCAPES.sub(lambda run: bytes.fromhex(run.group().replace("\\x", "")).decode("utf-8", "replace"), text)


FORMAT = Format("zeek", "Zeek log", _sniff, _read, _read_head)
