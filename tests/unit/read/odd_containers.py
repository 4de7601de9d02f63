"""Writes small files in containers that no library at hand writes: old and binary workbooks, OpenDocument, zip, tar."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile

Rows = list[list[str | float]]


def zipped(files: dict[str, bytes | str]) -> bytes:
    """A zip archive of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    """A tar archive of files, and of members that are none."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for other in others:
            archive.addfile(other)
    return target.getvalue()


def ods(rows: Rows, **more: bytes) -> bytes:
    """An OpenDocument spreadsheet with one sheet (OASIS OpenDocument 1.3)."""
    cells = "".join(
        "<table:table-row>" + "".join(_ods_cell(value) for value in row) + "</table:table-row>" for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Servers">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
            **more,
        }
    )


def _ods_cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def xlsb(rows: Rows) -> bytes:
    """A binary workbook with one sheet ([MS-XLSB]): the records that a reader needs, no more."""
    sheet = _brt(0x81, b"") + _brt(0x94, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + _brt(0x91, b"")
    for line, row in enumerate(rows):
        sheet += _brt(0x00, struct.pack("<I", line) + bytes(13))
        for place, value in enumerate(row):
            start = struct.pack("<II", place, 0)
            sheet += (
                _brt(0x06, start + _wide(value))
                if isinstance(value, str)
                else _brt(0x05, start + struct.pack("<d", value))
            )
    sheet += _brt(0x92, b"") + _brt(0x82, b"")
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Servers")
    workbook = _brt(0x83, b"") + _brt(0x99, bytes(8)) + _brt(0x8F, b"") + _brt(0x9C, bundle) + _brt(0x90, b"")
    workbook += _brt(0x84, b"")
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": workbook,
            "xl/_rels/workbook.bin.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{relation}" Target="worksheets/sheet1.bin"/></Relationships>'
            ),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _brt(kind: int, content: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return number + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xls(rows: Rows, *streams: str) -> bytes:
    """A workbook from before 2007 ([MS-XLS] in [MS-CFB]) with one sheet; `streams` are names of empty streams in it."""
    sheet = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _biff(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            start = struct.pack("<HHH", line, place, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                sheet += _biff(0x0204, start + struct.pack("<HB", len(value), 1) + text)
            else:
                sheet += _biff(0x0203, start + struct.pack("<d", value))
    sheet += _biff(0x000A, b"")
    name = "Servers"
    book = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _biff(0x0042, struct.pack("<H", 1200))
    bundle_size = 4 + 4 + 2 + 1 + 1 + 2 * len(name)
    offset = len(book) + bundle_size + 4
    bundle = struct.pack("<IHBB", offset, 0, len(name), 1) + name.encode("utf-16-le")
    return _compound(book + _biff(0x0085, bundle) + _biff(0x000A, b"") + sheet, streams)


def _biff(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes, others: tuple[str, ...]) -> bytes:
    """One stream named Workbook; it is padded beyond 4096 bytes, below which streams are kept elsewhere."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    fat = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6) + struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    entries = [_entry("Root Entry", 5, end, 0), _entry("Workbook", 2, 2, len(stream))]
    entries += [_entry(name, 1, end, 0) for name in others]
    directory = b"".join(entries).ljust(512, b"\0")
    return header + struct.pack("<128I", *fat) + directory + stream


def _entry(name: str, kind: int, sector: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<3I", 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + tree
        + bytes(36)
        + struct.pack("<IQ", sector, size)
    )
