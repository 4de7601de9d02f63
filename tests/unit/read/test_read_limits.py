"""Limits hold files and cells out with a sentence, and never cut anything in silence."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest

from muster.domain.errors import TooLargeError, UnreadableFileError
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import Limits, UploadKind, hash_file, inspect_upload

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("quote", ["", '"'])
def test_one_cell_of_50_megabytes_is_held_out_and_told(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "big.csv"
    path.write_text(f"name,note\nweb01,{quote}{'x' * 50_000_000}{quote}\ndb01,fine\n", encoding="utf-8")
    report = read_file(inspect_upload(path), tmp_path / "staging")
    frame = pl.read_parquet(tmp_path / "staging" / report.tables[0].staged)
    assert frame["c0"].to_list() == ["web01", "db01"]
    assert frame["c1"].to_list() == [None, "fine"]
    assert [(item.code, item.row_number, item.field) for item in report.findings] == [("cell_too_large", 1, "note")]


def test_a_quoted_cell_of_many_megabytes_with_line_breaks_is_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    note = "line\n" * 4_000_000
    path.write_text(f'name,note\nweb01,"{note}"\ndb01,fine\n', encoding="utf-8")
    report = read_file(inspect_upload(path), tmp_path / "staging")
    frame = pl.read_parquet(tmp_path / "staging" / report.tables[0].staged)
    assert frame["line"].to_list() == [2, 4_000_003]
    assert [item.code for item in report.findings] == ["cell_too_large"]


def test_a_file_without_line_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes(b"x" * 20_000_000)
    with pytest.raises(UnreadableFileError, match="one row per line"):
        read_file(inspect_upload(path), tmp_path / "staging", Limits(record_bytes=10_000_000))
    with pytest.raises(UnreadableFileError, match="one row per line"):
        read_head(inspect_upload(path), Limits(record_bytes=10_000_000))


def test_a_refused_line_names_the_upload_and_not_where_its_bytes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "0123abcd.blob"
    for content in (b"x" * 20_000_000, b"name,os\nweb01,linux\nTotal,1\n\nsite,city\n" + b"x" * 20_000_000):
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError, match=r"^servers\.csv has a line") as caught:
            read_file(
                inspect_upload(path, filename="servers.csv"), tmp_path / "staging", Limits(record_bytes=10_000_000)
            )
        assert caught.value.facts["filename"] == "servers.csv"


def test_a_file_above_the_limit_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(TooLargeError, match="the limit is 4"):
        inspect_upload(path, Limits(file_bytes=4))


def test_a_vanished_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="not there any more"):
        inspect_upload(tmp_path / "gone.csv")
    with pytest.raises(UnreadableFileError, match="is a folder"):
        inspect_upload(tmp_path)


def test_size_hash_and_sender_name_are_told(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"a,b\n1,2\n")
    upload = inspect_upload(path, filename="C:\\exports\\servers.2024.csv")
    assert (upload.size, upload.kind, upload.stem) == (8, UploadKind.TEXT, "servers.2024")
    assert upload.sha256 == hash_file(path) == "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"
    assert inspect_upload(path, hashed=False).sha256 is None


def _workbook(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(workbook_bytes=1_000), "unpacks to more than 1,000 bytes"),
        (Limits(workbook_members=2), "holds 3 parts"),
        (Limits(workbook_ratio=10, workbook_ratio_from=1_000), "over 10 times its size"),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, limits: Limits, says: str) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(_workbook(**{"xl/worksheets/sheet1.xml": b" " * 100_000}))
    with pytest.raises(UnreadableFileError, match=says):
        inspect_upload(path, limits)


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "liar.xlsx"
    honest = _workbook(**{"xl/worksheets/sheet1.xml": b" " * 100_000})
    path.write_bytes(honest.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(UnreadableFileError, match="send the whole file"):
        inspect_upload(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<table><tr><td>a</td></tr></table>", UploadKind.HTML),
        (b"<table><row><name>web01</name></row></table>", UploadKind.XML),
        (b"\xef\xbb\xbf\n<!-- a --><!-- b -->\n<HTML >", UploadKind.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html><html/>', UploadKind.HTML),
        (b'<meta charset="utf-8"><style>p {}</style><table><tr>', UploadKind.HTML),
        (b"<center><name>Basel</name></center>", UploadKind.XML),
        (b"a\x01b\n1\x012\n", UploadKind.TEXT),
        (b"a\x01b\n1\x01\x01\x01\n", UploadKind.BINARY),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(content: bytes, kind: UploadKind, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert inspect_upload(path).kind is kind
