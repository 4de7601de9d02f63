"""Tells kinds apart by their first bytes; a name never decides."""

from __future__ import annotations

import re

from muster.pipeline.upload.kinds import UploadKind

HEAD_BYTES = 64 * 1024
"""How much of the file is looked at."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

# First bytes as registered with IANA or described by the format's own specification.
_SIGNATURES: tuple[tuple[bytes, UploadKind], ...] = (
    (b"%PDF-", UploadKind.PDF),
    (b"\x89PNG\r\n\x1a\n", UploadKind.PNG),
    (b"\xff\xd8\xff", UploadKind.JPEG),
    (b"GIF87a", UploadKind.GIF),
    (b"GIF89a", UploadKind.GIF),
    (b"\x1f\x8b", UploadKind.GZIP),
    (b"BZh", UploadKind.BZIP2),
    (b"\xfd7zXZ\x00", UploadKind.XZ),
    (b"\x28\xb5\x2f\xfd", UploadKind.ZSTD),
    (b"7z\xbc\xaf\x27\x1c", UploadKind.SEVEN_ZIP),
    (b"Rar!\x1a\x07", UploadKind.RAR),
    (b"PAR1", UploadKind.PARQUET),
    (b"Obj\x01", UploadKind.AVRO),
    (b"ORC", UploadKind.ORC),
    (b"ARROW1", UploadKind.ARROW),
    (b"SQLite format 3\x00", UploadKind.SQLITE),
    (b"\x7fELF", UploadKind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", UploadKind.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", UploadKind.EXECUTABLE),
    (b"-----BEGIN ", UploadKind.PRIVATE_KEY),
)
_WORDS_AFTER_SIGNATURE = (b"BZh", b"ORC")
"""Signatures that a header line could begin with as well: only believed when binary bytes follow."""

_TAR, _TAR_AT = b"ustar", 257  # POSIX.1-1988, also in GNU's own form

_JSON_OBJECT = re.compile(rb'\s*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*\Z)')
_JSON_ARRAY = re.compile(rb'\s*\[\s*(?:\{\s*["}]|\[|"(?:[^"\\]|\\.)*"\s*[,\]]|\]\s*\Z)')
_JSON_VALUES = re.compile(rb"\s*\[\s*(?:-?\d[\d.eE+-]*|true|false|null)\s*(?:,|\]\s*\Z)")
_XML = re.compile(rb"\s*<(?:\?xml|!--|!DOCTYPE|[A-Za-z_][\w.:-]*[\s/>])", re.IGNORECASE)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.*?-->\s*)*+"
    rb"<(?:(!doctype\s+html|html[\s>])|(?:head|body|meta|style|script|div|center|table|thead|tbody)[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_INSIDE = re.compile(rb"<(?:tr|td|th|thead|tbody|caption|br|html|p)[\s>/]", re.IGNORECASE)
"""What tells a page without its beginning from XML whose elements have such names."""
_CONTROL = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x00})
_HIVE = (b"\x01", b"\x02", b"\x03")
"""What Hive puts between columns, the items of a list, and the keys and values of a map (LanguageManual DDL)."""
_HIVE_LINES = 2
_BINARY_SHARE = 0.02
"""More control characters than this share make bytes binary (a text file has next to none)."""


def is_zip(head: bytes) -> bool:
    """Whether the bytes begin like a zip archive, a workbook among them."""
    return head.startswith(_ZIP)


def is_ole(head: bytes) -> bool:
    """Whether the bytes are a compound document (MS-CFB): old Office, or an encrypted new one."""
    return head.startswith(_OLE)


def kind_of_head(head: bytes) -> UploadKind:
    """Return the kind that the first bytes of a file (neither zip nor compound document) speak for."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and (signature not in _WORDS_AFTER_SIGNATURE or _looks_binary(head)):
            return kind
    if head[_TAR_AT:].startswith(_TAR):
        return UploadKind.TAR
    if head.startswith(b"MZ") and _looks_binary(head):
        return UploadKind.EXECUTABLE
    if utf16_without_bom(head) is None and not head.startswith(_BOMS) and _looks_binary(head):
        return UploadKind.BINARY
    return _kind_of_text(as_ascii(head))


def utf16_without_bom(head: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` when zeros stand in nearly every second place, as in Western text without a BOM."""
    even, odd = head[0::2], head[1::2]
    if not odd:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    mostly, hardly = 0.7, 0.05
    if zeros_odd > mostly and zeros_even < hardly:
        return "utf-16-le"
    if zeros_even > mostly and zeros_odd < hardly:
        return "utf-16-be"
    return None


def as_ascii(head: bytes) -> bytes:
    """The head without byte order mark, UTF-16 folded to single bytes, for patterns that need ASCII only."""
    for bom in _BOMS:
        if head.startswith(bom):
            head = head[len(bom) :]
            return head if bom == _BOMS[0] else head.replace(b"\x00", b"")
    return head.replace(b"\x00", b"") if utf16_without_bom(head) else head


def _kind_of_text(head: bytes) -> UploadKind:
    page = _HTML.match(head)
    if page and (page[1] or _HTML_INSIDE.search(head)):
        return UploadKind.HTML
    if _JSON_OBJECT.match(head):
        first, _, rest = head.strip().partition(b"\n")
        following = rest.lstrip()[:1]
        one_per_line = first.rstrip().endswith(b"}") and following not in {b"", b",", b"}", b"]"}
        return UploadKind.NDJSON if one_per_line else UploadKind.JSON
    if _JSON_ARRAY.match(head) or _JSON_VALUES.match(head):
        return UploadKind.JSON
    return UploadKind.XML if _XML.match(head) else UploadKind.TEXT


def _looks_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROL))
    if controls and _is_hive(head):
        controls -= sum(map(head.count, _HIVE))
    zeros = head.count(0)
    # A few NULs are dirt in a text file (a repair); many are a binary file.
    many_zeros = 0.1
    return controls > len(head) * _BINARY_SHARE or zeros > max(1, len(head)) * many_zeros


def _is_hive(head: bytes) -> bool:
    """Whether every line has the same number of Hive's separators, so that they part columns."""
    lines = [line for line in head.split(b"\n")[:-1] if line] or [head]
    return len(lines) >= _HIVE_LINES and len({line.count(_HIVE[0]) for line in lines}) == 1 and _HIVE[0] in lines[0]
