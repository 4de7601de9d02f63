"""Feeds XML to expat safely: decoded by us, entities refused, nothing fetched, depth bounded, dirt repaired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read import codes
from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.nested.feed import Feed, open_feed
from muster.pipeline.read.nested.tables import record_too_large, too_deep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.nested.tables import RecordTables
    from muster.pipeline.upload import Limits, Upload

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{1,40})["']""")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no XML may hold (XML 1.0, 2.2), which exports of free text hold all the same."""
_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));")
"""References to the same characters."""
_LONGEST_REFERENCE = 16
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


class BrokenXmlError(Exception):
    """The text is no well-formed XML from `line` on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class XmlText:
    """One pass through the elements of a file. `head_bytes` ends it early, which is no error then."""

    def __init__(self, upload: Upload, limits: Limits, head_bytes: int | None) -> None:
        declared = _DECLARED.match(head_of(upload))
        self.feed: Feed = open_feed(
            upload.path, head_bytes=head_bytes, declared=declared.group(1).decode() if declared else None
        )
        self._upload = upload
        self._limits = limits
        self._depth = 0
        self._removed = 0
        self._removed_line = 0
        self._parser = expat.ParserCreate("UTF-8")

    @property
    def line(self) -> int:
        """The line that the element just told of stands in."""
        return self._parser.CurrentLineNumber

    def run(
        self,
        on_start: Callable[[str, dict[str, str]], None],
        on_end: Callable[[], None],
        on_text: Callable[[str], None] | None = None,
        *,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Tell of every element in order, names without namespace. Raises BrokenXmlError where the text is no XML.

        Raises UnreadableFileError for declared entities and for elements nested too deeply.
        """
        parser = self._parser

        def start(name: str, attributes: dict[str, str]) -> None:
            self._depth += 1
            if self._depth > self._limits.nesting:
                raise too_deep(self._upload.filename, self._limits)
            on_start(name if ":" not in name else name.rpartition(":")[2], attributes)

        def end(_: str) -> None:
            self._depth -= 1
            on_end()

        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.EntityDeclHandler = self._refuse_entity
        if on_text is not None:
            parser.CharacterDataHandler = on_text
        try:
            given = 0
            for piece in self._clean_pieces():
                parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position
                given += len(piece)
                if given - parser.CurrentByteIndex > self._limits.object_bytes:
                    raise self._too_long()
                if enough():
                    return
            if not self.feed.cut:
                parser.Parse(b"", True)  # noqa: FBT003 - likewise
        except expat.ExpatError as error:
            raise BrokenXmlError(error.lineno, expat.ErrorString(error.code)) from error

    def tell(self, log: FindingLog) -> None:
        """Tell what was repaired."""
        self.feed.tell(log)
        if self._removed:
            repair = "character(s) that XML forbids"
            log.add(codes.note(codes.CHARACTERS_REMOVED, line=self._removed_line, count=self._removed, repair=repair))

    def _clean_pieces(self) -> Iterator[bytes]:
        """The text as UTF-8 without forbidden characters. A reference cut by the end of a piece waits for the next."""
        rest, line, first = "", 1, True
        for piece in self.feed.pieces():
            text = rest + piece
            if first and len(text) > _LONGEST_REFERENCE:
                # What it says of its encoding is no longer so.
                declaration = _DECLARATION.match(text)
                if declaration is not None:
                    text = "\n" * declaration.group().count("\n") + text[declaration.end() :]
                first = False
            cut = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
            rest = text[cut:] if cut >= 0 and piece else ""
            text = text[: len(text) - len(rest)]
            for pattern in (_FORBIDDEN, _REFERENCE):
                found = pattern.search(text)
                if found is not None:
                    self._removed_line = self._removed_line or line + text.count("\n", 0, found.start())
                    text, count = pattern.subn("", text)
                    self._removed += count
            line += text.count("\n")
            yield text.encode("utf-8", "replace")
        if rest:
            yield rest.encode("utf-8", "replace")

    def _too_long(self) -> UnreadableFileError:
        what = f"a tag or comment of more than {self._limits.object_bytes:,} bytes in line {self.line}"
        return record_too_large(self._upload.filename, what, "export it again without it", self._limits)

    def _refuse_entity(self, *_: object) -> None:
        raise UnreadableFileError(
            f"{self._upload.filename} declares entities in its DOCTYPE, which may hide other files or endless text: "
            "export it without a DOCTYPE.",
            filename=self._upload.filename,
            kind="xml_entities",
        )


def tell_broken(upload: Upload, tables: RecordTables, error: BrokenXmlError) -> None:
    """Note where the text broke off. Raises UnreadableFileError when no row came before it."""
    if not tables.rows:
        raise UnreadableFileError(
            f"{upload.filename} is no well-formed XML from line {error.line} on ({error.reason}): export it again.",
            filename=upload.filename,
            kind="broken_xml",
            line=error.line,
        ) from error
    tables.log.add(codes.note(codes.CUT_OFF, line=error.line, reason=error.reason))
