"""Archives are read as the tables inside them, and can neither reach outside nor grow without end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest
from odd_containers import tarred, xls, zipped

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.domain.tables import ReadReport

SERVERS = b"name,os\nweb01,linux\ndb01,aix\n"


def _read(folder: Path, name: str, content: bytes, limits: Limits | None = None) -> ReadReport:
    path = folder / name
    path.write_bytes(content)
    upload = inspect_upload(path)
    head, whole = read_head(upload, limits), read_file(upload, folder / "staging", limits)
    assert [(table.name, table.columns, table.sample) for table in head.tables] == [
        (table.name, table.columns, table.sample) for table in whole.tables
    ]
    names = {path.name for path in (folder / "staging").iterdir()}
    assert names == {"report.json", *(table.staged for table in whole.tables)}, "nothing else is left"
    return whole


def _rows(folder: Path, report: ReadReport) -> dict[str, list[tuple[str | None, ...]]]:
    return {
        table.name: pl.read_parquet(folder / "staging" / table.staged).drop(ROW_NUMBER, LINE).rows()
        for table in report.tables
    }


def test_a_zip_of_csv_files_is_one_workbook(tmp_path: Path) -> None:
    content = zipped(
        {
            "export/RVTools_tabvInfo.csv": "VM,Powerstate\nweb01,poweredOn\n",
            "export/RVTools_tabvDisk.csv": "VM,Disk\nweb01,Hard disk 1\nweb01,Hard disk 2\n",
            "export/RVTools_tabvTools.csv": "VM,Tools\n",
        }
    )
    report = _read(tmp_path, "rvtools.zip", content)
    assert _rows(tmp_path, report) == {
        "RVTools_tabvInfo": [("web01", "poweredOn")],
        "RVTools_tabvDisk": [("web01", "Hard disk 1"), ("web01", "Hard disk 2")],
        "RVTools_tabvTools": [],
    }
    assert report.file_format.kind == "zip"
    assert [finding.code for finding in report.findings] == ["unpacked", "table_without_rows"]


def test_files_of_any_kind_stand_side_by_side(tmp_path: Path) -> None:
    content = zipped(
        {
            "a/servers.csv": SERVERS,
            "b/servers.csv": b"name;os\nnas01;bsd\n",
            "links.json": '{"links": [{"from": "web01", "to": "db01"}]}',
            "old.xls": xls([["name", "cpu"], ["web01", 4.0], ["db01", 2.0]]),
            "more.zip": zipped({"conn.log": "#separator \\x09\n#path\tconn\n#fields\tts\tuid\n1.5\tC1\n"}),
        }
    )
    report = _read(tmp_path, "all.zip", content)
    assert {name: len(rows) for name, rows in _rows(tmp_path, report).items()} == {
        "servers": 2,
        "servers (2)": 1,
        "links": 1,
        "old: Servers": 2,
        "more: conn": 1,
    }
    assert [table.number for table in report.tables] == [0, 1, 2, 3, 4]


def test_what_is_no_table_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    content = zipped(
        {
            "servers.csv": SERVERS,
            "readme.pdf": b"%PDF-1.7 ...",
            "empty.csv": b"",
            "__MACOSX/._servers.csv": b"\0\5\x16\7",
            "broken.json": b'[{"name": web01, "os": "linux and many more words so that this is sure"}]',
        }
    )
    report = _read(tmp_path, "all.zip", content)
    assert [table.name for table in report.tables] == ["servers"]
    assert [finding.code for finding in report.findings] == ["unpacked", *["member_left_out"] * 3]
    assert "readme.pdf in the archive was left out: it is a PDF document" in report.findings[1].message


def _zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return] # pyarrow ships no types


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", _zstd)]
)
def test_one_packed_file_keeps_its_name_and_dialect(
    ending: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    report = _read(tmp_path, f"servers.csv{ending}", pack(SERVERS))
    assert _rows(tmp_path, report) == {"servers": [("web01", "linux"), ("db01", "aix")]}
    assert (report.file_format.encoding, report.file_format.delimiter) == ("utf-8", ",")


def test_a_packed_tar_is_read_through(tmp_path: Path) -> None:
    report = _read(tmp_path, "all.tgz", gzip.compress(tarred({"servers.csv": SERVERS, "dbs.csv": SERVERS})))
    assert list(_rows(tmp_path, report)) == ["servers", "dbs"]


def test_names_with_paths_write_nothing_outside(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    names = ["../../evil.csv", "/evil.csv", "..\\..\\evil2.csv", "a/\x1b[31mred.csv"]
    report = _read(folder, "all.zip", zipped(dict.fromkeys(names, SERVERS)))
    assert [table.name for table in report.tables] == ["evil", "evil (2)", "evil2", "[31mred"]
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert {path.name for path in (tmp_path / "deep").iterdir()} == {"deeper"}


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    link, hard, device = tarfile.TarInfo("link.csv"), tarfile.TarInfo("hard.csv"), tarfile.TarInfo("device.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "servers.csv"
    device.type = tarfile.CHRTYPE
    report = _read(tmp_path, "all.tar", tarred({"servers.csv": SERVERS}, link, hard, device))
    assert [table.name for table in report.tables] == ["servers"]
    assert [finding.code for finding in report.findings].count("member_left_out") == 3
    info = zipfile.ZipInfo("link.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnreadableFileError, match="is a link"):
        _read(tmp_path, "link.zip", target.getvalue())


def test_a_protected_archive_is_refused_as_such(tmp_path: Path) -> None:
    content = bytearray(zipped({"servers.csv": SERVERS}))
    content[6] |= 1  # the flags of the local header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and of the directory
    with pytest.raises(UnreadableFileError, match="protected by a password"):
        _read(tmp_path, "secret.zip", bytes(content))


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(archive_bytes=100_000), "unpacks to more than 100,000 bytes"),
        (Limits(archive_members=2), "holds more than 2 files"),
        (Limits(workbook_ratio=20, workbook_ratio_from=10_000), "over 20 times its size"),
        (Limits(archive_depth=0), "archives inside of archives"),
    ],
)
@pytest.mark.parametrize("pack", [zipped, lambda files: gzip.compress(tarred(files))])
def test_an_archive_that_grows_without_end_is_refused(
    pack: Callable[[dict[str, bytes]], bytes], limits: Limits, says: str, tmp_path: Path
) -> None:
    files = {f"{number}.csv": b"name,os\n" + b"web01,linux\n" * 100_000 for number in range(3)}
    path = tmp_path / "bomb"
    path.write_bytes(pack(files))
    with pytest.raises(UnreadableFileError, match=says) as caught:
        read_file(inspect_upload(path), tmp_path / "staging", limits)
    assert caught.value.facts["kind"] == "unsafe_archive"
    assert caught.value.message.startswith("bomb ")
    assert list((tmp_path / "staging").iterdir()) == []


def test_archives_inside_of_archives_end(tmp_path: Path) -> None:
    content = SERVERS
    for _ in range(10):
        content = zipped({"inside": content})
    with pytest.raises(UnreadableFileError, match="archives inside of archives"):
        _read(tmp_path, "russian.zip", content)


def test_the_bytes_of_archives_inside_count_together(tmp_path: Path) -> None:
    inner = zipped({"a.csv": b"name\n" + b"web01\n" * 50_000})
    content = zipped({f"{number}.zip": inner for number in range(5)})
    path = tmp_path / "sum.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="unpacks to more than"):
        read_file(inspect_upload(path), tmp_path / "staging", Limits(archive_bytes=200_000))


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(SERVERS * 1_000)[:80],
        bz2.compress(SERVERS * 1_000)[:60],
        lzma.compress(SERVERS * 1_000)[:60],
        zipped({"servers.csv": SERVERS})[:-30],
        tarred({"servers.csv": SERVERS})[:520],
        gzip.compress(b""),
        zipped({}),
        zipped({"folder/": b""}),
    ],
    # Bytes as ids would hold the time, and every worker would collect tests of its own.
    ids=["cut gzip", "cut bzip2", "cut xz", "cut zip", "cut tar", "empty gzip", "empty zip", "folder alone"],
)
def test_a_damaged_or_empty_archive_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_bytes(content)
    with pytest.raises((UnreadableFileError, EmptyUploadError)) as caught:
        read_file(inspect_upload(path), tmp_path / "staging")
    assert caught.value.message.startswith("servers.csv ")
    assert caught.value.message.count(". ") == 0


def test_a_damaged_file_in_a_zip_leaves_the_others(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": SERVERS, "b.csv": SERVERS}))
    content[40] ^= 0xFF  # the packed bytes of the first file
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    report = read_file(inspect_upload(path), tmp_path / "staging")
    assert [table.name for table in report.tables] == ["b"]
    assert "member_left_out" in [finding.code for finding in report.findings]
