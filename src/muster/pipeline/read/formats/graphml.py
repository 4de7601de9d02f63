"""GraphML: nodes and edges as two tables, their data under the names that the file declares for its keys.

GraphML Primer (graphml.graphdrawing.org): `<key id for attr.name>` declares, `<data key>` gives a value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.tables import RecordTables, record_too_large
from muster.pipeline.read.nested.xml_text import BrokenXmlError, XmlText, tell_broken
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.shapes import Nested

_ROOT = re.compile(rb"<(?:\w+:)?graphml[\s>]", re.IGNORECASE)
_TABLES = {"node": "nodes", "edge": "edges", "hyperedge": "hyperedges"}


def _sniff(upload: Upload) -> float:
    return 1.0 if upload.kind is UploadKind.XML and _ROOT.search(head_of(upload)) else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_graph(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_graph(upload, limits, staging_dir)


def _read_graph(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    tables = RecordTables(upload, limits, staging_dir)
    text = XmlText(upload, limits, limits.head_bytes if staging_dir is None else None)
    graph = _Graph(text, tables, upload.filename, limits)
    try:
        text.run(graph.start, graph.end, graph.text, enough=lambda: tables.done)
    except BrokenXmlError as error:
        tell_broken(upload, tables, error)
    text.tell(tables.log)
    return tables.report("graphml", text.feed.encoding.name, complete=staging_dir is not None)


class _Graph:
    """Follows the elements of a graph: a stack of open nodes and edges, since a node may hold a graph of its own."""

    def __init__(self, text: XmlText, tables: RecordTables, filename: str, limits: Limits) -> None:
        self._text = text
        self._tables = tables
        self._filename = filename
        self._limits = limits
        self._names: dict[str, str] = {}
        self._elements: list[str] = []
        self._open: list[tuple[str, dict[str, Nested], int]] = []
        self._key: str | None = None
        self._data: list[str] = []
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._elements.append(name)
        if name == "key":
            self._names[attributes.get("id", "")] = attributes.get("attr.name") or attributes.get("id", "")
        elif name in _TABLES:
            self._open.append((name, dict(attributes), self._text.line))
            self._size = 0
        elif name == "data":
            self._key = attributes.get("key", "")
            self._data = []
        elif name == "endpoint" and self._open:
            ends = self._open[-1][1].setdefault("endpoints", [])
            if isinstance(ends, list):
                ends.append(attributes.get("node"))

    def text(self, data: str) -> None:
        """Text: of a value, also within the drawing that some editors put into it."""
        if self._key is not None:
            self._data.append(data)
            self._size += len(data)
            if self._size > self._limits.object_bytes:
                what = f"a node or edge of more than {self._limits.object_bytes:,} bytes"
                raise record_too_large(self._filename, what, "export the graph without its drawing", self._limits)

    def end(self) -> None:
        """The innermost element ends."""
        name = self._elements.pop()
        if name == "data" and self._key is not None:
            value = "".join(self._data).strip(BLANKS)
            if self._open and value:
                # The attributes of an edge often repeat what its data says.
                holds, column = self._open[-1][1], self._names.get(self._key, self._key)
                holds[f"{column} (data)" if column in holds and holds[column] != value else column] = value
            self._key = None
        elif name in _TABLES and self._open:
            kind, record, line = self._open.pop()
            table = self._tables.child(self._tables.root, _TABLES[kind])
            self._tables.add(table, record, line, parent_row=1)


FORMAT = Format("graphml", "GraphML (nodes and edges)", _sniff, _read, _read_head)
