"""The kinds of file that are told apart, each with what a person calls it and what to send instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from muster.domain.errors import UnreadableFileError


class UploadKind(StrEnum):
    """What the bytes are, whatever the file is called."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ENCRYPTED_WORKBOOK = "encrypted_workbook"
    WORD = "word"
    POWERPOINT = "powerpoint"
    OLE = "ole"
    ZIP = "zip"
    BROKEN_ZIP = "broken_zip"
    ENCRYPTED_ARCHIVE = "encrypted_archive"
    TAR = "tar"
    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"
    HTML = "html"
    PARQUET = "parquet"
    AVRO = "avro"
    ORC = "orc"
    ARROW = "arrow"
    SQLITE = "sqlite"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    SEVEN_ZIP = "seven_zip"
    RAR = "rar"
    EXECUTABLE = "executable"
    PRIVATE_KEY = "private_key"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class KindNote:
    """How a refusal speaks of a kind: `title` with its article, `advice` as an imperative without a full stop."""

    title: str
    advice: str


_EXPORT = "export the table as CSV or XLSX and send that"
_UNPACK = "unpack it and send the files inside"
_PICTURE = "send the table itself as CSV or XLSX, not a picture of it"

NOTES: dict[UploadKind, KindNote] = {
    UploadKind.TEXT: KindNote("a text file", "send a table with a header line as CSV or XLSX"),
    UploadKind.XLSX: KindNote("an Excel workbook", "send it as XLSX or CSV"),
    UploadKind.XLSB: KindNote("a binary Excel workbook (xlsb)", "save it as XLSX and send that"),
    UploadKind.XLS: KindNote("an old Excel workbook (xls, before 2007)", "save it as XLSX and send that"),
    UploadKind.ODS: KindNote("an OpenDocument spreadsheet", "save it as XLSX and send that"),
    UploadKind.ENCRYPTED_WORKBOOK: KindNote(
        "an Office file protected by a password", "remove the password in Excel, save it and send it again"
    ),
    UploadKind.WORD: KindNote("a Word document", _EXPORT),
    UploadKind.POWERPOINT: KindNote("a PowerPoint presentation", _EXPORT),
    UploadKind.OLE: KindNote("an Office file from before 2007", _EXPORT),
    UploadKind.ZIP: KindNote("a zip archive", _UNPACK),
    UploadKind.BROKEN_ZIP: KindNote(
        "an incomplete workbook or zip archive (its end is missing)", "copy or export it again and send the whole file"
    ),
    UploadKind.ENCRYPTED_ARCHIVE: KindNote(
        "an archive protected by a password", "pack the files without a password and send that"
    ),
    UploadKind.TAR: KindNote("a tar archive", _UNPACK),
    UploadKind.JSON: KindNote("a JSON file", _EXPORT),
    UploadKind.NDJSON: KindNote("a file of JSON lines", _EXPORT),
    UploadKind.XML: KindNote("an XML file", _EXPORT),
    UploadKind.HTML: KindNote("a web page", _EXPORT),
    UploadKind.PARQUET: KindNote("a Parquet file", _EXPORT),
    UploadKind.AVRO: KindNote("an Avro file", _EXPORT),
    UploadKind.ORC: KindNote("an ORC file", _EXPORT),
    UploadKind.ARROW: KindNote("an Arrow file", _EXPORT),
    UploadKind.SQLITE: KindNote("an SQLite database", _EXPORT),
    UploadKind.PDF: KindNote("a PDF document", _EXPORT),
    UploadKind.PNG: KindNote("a PNG picture", _PICTURE),
    UploadKind.JPEG: KindNote("a JPEG picture", _PICTURE),
    UploadKind.GIF: KindNote("a GIF picture", _PICTURE),
    UploadKind.GZIP: KindNote("a gzip archive", _UNPACK),
    UploadKind.BZIP2: KindNote("a bzip2 archive", _UNPACK),
    UploadKind.XZ: KindNote("an xz archive", _UNPACK),
    UploadKind.ZSTD: KindNote("a zstd archive", _UNPACK),
    UploadKind.SEVEN_ZIP: KindNote("a 7-Zip archive", _UNPACK),
    UploadKind.RAR: KindNote("a RAR archive", _UNPACK),
    UploadKind.EXECUTABLE: KindNote("a program", _EXPORT),
    UploadKind.PRIVATE_KEY: KindNote("a key or certificate", "keep it to yourself and send a table as CSV or XLSX"),
    UploadKind.BINARY: KindNote("a binary file of an unknown kind", _EXPORT),
}


def refusal(kind: UploadKind, filename: str) -> UnreadableFileError:
    """The error for a file of a kind that no reader takes: what it is and what to send instead, in one sentence."""
    note = NOTES[kind]
    return UnreadableFileError(f"{filename} is {note.title}: {note.advice}.", filename=filename, kind=str(kind))
