"""Files that no import can be made of, made on the spot, each with what its refusal says."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import xlsxwriter

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "read"


def _png() -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\x00\x00")), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def workbook() -> bytes:
    """A good workbook of three machines."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Servers")
    for row in range(4):
        for place, name in enumerate(("Hostname", "Serial Number", "Operating System")):
            sheet.write(row, place, name if row == 0 else f"{name[:2]}{row}")
    book.close()
    return out.getvalue()


def _encrypted() -> bytes:
    return (SAMPLES / "encrypted_workbook" / "input.xlsx").read_bytes()


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "nothing": ("a.csv", b"", "is empty"),
    "blanks": ("a.csv", b"\n \r\n\t\n", "is empty"),
    "picture": ("servers.csv", _png(), "is a PNG picture"),
    "encrypted": ("a.xlsx", _encrypted(), "protected by a password"),
    "truncated": ("a.xlsx", workbook()[:-900], "incomplete workbook"),
    "wide": (
        "a.csv",
        ",".join(f"c{place}" for place in range(20_000)).encode() + b"\n" + b"," * 19_999 + b"\n",
        "20,000 columns",
    ),
}
"""Name of the file, its bytes, part of the sentence."""

HEADER_ONLY = b"Hostname,Serial Number,Operating System\n"
NUL_BYTES = b"Hostname,Serial Number,Operating System\nweb\x0001,SN1,Linux\nweb02,SN\x00\x002,Linux\n"


def huge_cell(megabytes: int = 50) -> bytes:
    """Two good rows with one between them that has a cell of this size."""
    return (
        b"Hostname,Serial Number,Operating System,Notes\nweb01,SN1,Linux,a\nweb02,SN2,Linux,"
        + b"x" * (megabytes << 20)
        + b"\nweb03,SN3,Linux,b\n"
    )
