"""XML: repeated elements are rows (ServiceNow, GLPI and FusionInventory, any list), what stands around them one row.

Elements and attributes inside a record are columns named by their path; a repeated element with elements of its own is
a table of its own. ServiceNow's `<unload>` and `<xml>` hold records named as their tables; a reference's
`display_value` is a column beside it. The file is parsed twice, first to learn which elements repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.feed import head_sizes
from muster.pipeline.read.nested.tables import RecordTables, record_too_large
from muster.pipeline.read.nested.xml_text import BrokenXmlError, XmlText, tell_broken
from muster.pipeline.read.nested.xml_tree import Place, TreeScan
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.errors import UnreadableFileError
    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.shapes import Nested

_ELEMENT_SIZE = 64
"""What an element weighs at least in memory, in characters."""


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.XML else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_xml(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_xml(upload, limits, staging_dir)


def _read_xml(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    for size in head_sizes(limits, whole=staging_dir is not None):
        tables = RecordTables(upload, limits, staging_dir)
        text = _read_text(upload, limits, tables, size)
        if tables.rows or not text.feed.cut:
            break
    text.tell(tables.log)
    return tables.report("xml", text.feed.encoding.name, complete=staging_dir is not None)


def _read_text(upload: Upload, limits: Limits, tables: RecordTables, head_bytes: int | None) -> XmlText:
    scan = TreeScan(upload.filename, limits)
    try:
        root = scan.run(XmlText(upload, limits, head_bytes))
    except BrokenXmlError:
        root = scan.settled()  # the second pass ends at the same place, and tells it
    text = XmlText(upload, limits, head_bytes)
    builder = _Builder(text, tables, root, upload.filename, limits)
    try:
        text.run(builder.start, builder.end, builder.text, enough=lambda: tables.done)
    except BrokenXmlError as error:
        builder.close()
        tell_broken(upload, tables, error)
    if text.feed.cut or tables.done:
        builder.close()
    return text


class _Open:
    """An element that has begun and not ended: what it holds so far. `is_row`: it is a record of its own table."""

    __slots__ = ("holds", "is_row", "line", "place", "size", "texts")

    def __init__(self, place: Place, holds: dict[str, Nested], line: int, *, is_row: bool) -> None:
        self.place = place
        self.holds = holds
        self.line = line
        self.is_row = is_row
        self.size = _ELEMENT_SIZE
        self.texts: list[str] = []


class _Builder:
    """Builds records of elements; one that stands around the records goes into the outermost row."""

    def __init__(self, text: XmlText, tables: RecordTables, root: Place, filename: str, limits: Limits) -> None:
        self._text = text
        self._tables = tables
        self._root = root
        self._filename = filename
        self._limits = limits
        self._open: list[_Open] = []
        self._inside = 0
        """How many open elements are part of a record."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        parent = self._open[-1] if self._open else None
        place = self._root if parent is None else parent.place.children[name]
        is_row = not self._inside and place.is_record
        self._inside += bool(self._inside or is_row)
        # Only a row, or what stands around all rows, needs its line, which takes a while to find.
        line = self._text.line if is_row or not self._inside else 0
        self._open.append(_Open(place, _told(attributes) if attributes else {}, line, is_row=is_row))

    def text(self, data: str) -> None:
        """Text inside of the element that is open."""
        element = self._open[-1]
        element.texts.append(data)
        element.size += len(data)
        if element.size > self._limits.object_bytes:
            raise self._too_large()

    def end(self) -> None:
        """The element that is open ends."""
        element = self._open.pop()
        text = "".join(element.texts).strip(BLANKS)
        if element.is_row:
            if text:
                element.holds["value"] = text
            parent_row = self._tables.root.count + 1
            table = self._tables.child(self._tables.root, element.place.path)
            self._tables.add(table, element.holds, element.line, parent_row=parent_row, size=element.size)
        elif self._open:
            holds = {"": text, **element.holds} if element.holds and text else element.holds
            if holds or text or not element.place.structured:
                self._put(self._open[-1], element, holds or text or None)
        else:
            self._tables.add(self._tables.root, element.holds, element.line, size=element.size)
        self._inside -= bool(self._inside)

    def close(self) -> None:
        """Keep what stands around the rows when the text breaks off; a record that is not whole is left out."""
        while self._open:
            element = self._open[-1]
            if element.is_row or self._inside:
                self._open.pop()
                self._inside -= bool(self._inside)
            else:
                self.end()

    def _put(self, parent: _Open, element: _Open, value: Nested) -> None:
        parent.size += element.size
        if parent.size > self._limits.object_bytes:
            raise self._too_large()
        name = element.place.name
        if element.place.is_wrapping and isinstance(value, dict):
            for inner, item in value.items():
                parent.holds[f"{inner} (2)" if inner in parent.holds else inner] = item
            return
        if not element.place.repeated:
            if name in parent.holds:  # an attribute of the same name
                name = f"{name} (2)"
            parent.holds[name] = value
            return
        if element.place.structured and value is not None:
            holds = value if isinstance(value, dict) else {"": value}
            value = {inner or "value": item for inner, item in holds.items()}
        held = parent.holds.setdefault(name, [])
        if isinstance(held, list) and value is not None:
            held.append(value)

    def _too_large(self) -> UnreadableFileError:
        what = f"a record of more than {self._limits.object_bytes:,} bytes, which ends in line {self._text.line}"
        advice = "export the records as a list, one element each"
        return record_too_large(self._filename, what, advice, self._limits)


def _told(attributes: dict[str, str]) -> dict[str, Nested]:
    """Attributes without namespace, but those that speak of the XML itself."""
    return {
        name.rpartition(":")[2]: value
        for name, value in attributes.items()
        if not name.startswith(("xmlns", "xsi:", "xml:"))
    }


FORMAT = Format("xml", "XML (records as repeated elements)", _sniff, _read, _read_head)
