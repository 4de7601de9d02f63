"""Hostile files end as a table or as one clear sentence, soon, whatever they claim or hide."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read import read_file, read_head
from muster.pipeline.upload import Limits, inspect_upload

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport

SMALL = Limits(object_bytes=200_000, head_bytes=50_000, columns=500, tables=50)


def _read(folder: Path, content: bytes | str, limits: Limits | None = None) -> ReadReport:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(inspect_upload(path), folder / "staging", limits)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[" * 1_000_000, "nested more than 64 levels"),
        ('{"a":' * 1_000_000, "nested more than 64 levels"),
        ('[{"a":' * 200 + "1" + "}]" * 200, "nested more than 64 levels"),
        ("<a>" * 1_000_000, "nested more than 64 levels"),
        (json.dumps([{f"k{number}": 1 for number in range(600)}]), "more than 500 columns"),
        (json.dumps([{f"k{number}": 1} for number in range(600)]), "more than 500 columns"),
        (json.dumps([{f"k{number}": [{"a": 1}] for number in range(60)}]), "more than 50 kinds of lists"),
        (json.dumps([{"a": "x" * 3_000_000}]), "record of more than 200,000 bytes in line 1"),
        ('{"a": [' + '"x",' * 50_000 + '"y"]}', "list of more than 200,000 bytes of values"),
        ("<r><s><t>" + "x" * 300_000 + "</t></s></r>", "record of more than 200,000 bytes"),
        ("<r><l>" + "<i>x</i>" * 50_000 + "</l></r>", "record of more than 200,000 bytes"),
        ("<r><!--" + "x" * 3_000_000 + "--></r>", "tag or comment of more than 200,000 bytes"),
        ('<r><s a="' + "x" * 3_000_000 + '"/></r>', "tag or comment of more than 200,000 bytes"),
        ("<r>" + "".join(f"<t{number}/>" for number in range(30_000)) + "</r>", "different elements"),
        ("<r><s " + " ".join(f'a{number}="1"' for number in range(600)) + "/><s/></r>", "more than 500 columns"),
        ("#separator \\x09\n#fields\t" + "\t".join(f"f{number}" for number in range(600)), "more than 500 columns"),
        ("#separator \\x09\n" + "".join(f"#fields\ta{n}\n1\n" for n in range(60)), "more than 50 kinds of lists"),
    ],
)
def test_an_attack_on_a_format_is_refused_in_one_sentence(content: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=says) as caught:
        _read(tmp_path, content, SMALL)
    assert caught.value.message.startswith("upload ")
    assert caught.value.message.count(". ") == 0
    assert list((tmp_path / "staging").iterdir()) == []


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:9/evil.dtd"> %a;]>',
    ],
)
@pytest.mark.parametrize("root", ["r", "graphml"])
def test_declared_entities_are_refused(doctype: str, root: str, tmp_path: Path) -> None:
    content = f'<?xml version="1.0"?>{doctype}<{root}><node id="1">{"&a;" * 1_000}</node></{root}>'
    with pytest.raises(UnreadableFileError, match="declares entities"):
        _read(tmp_path, content)


def test_a_doctype_elsewhere_is_never_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        content = f'<!DOCTYPE r SYSTEM "http://127.0.0.1:{port}/x.dtd"><r><s><n>1</n></s><s><n>2</n></s></r>'
        assert _read(tmp_path, content).tables[0].rows == 2
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_huge_name_is_shortened_and_told(tmp_path: Path) -> None:
    report = _read(tmp_path, json.dumps([{"k" * 2_000_000: "1", "name": "web01"}]))
    (table,) = report.tables
    assert (len(table.columns[0]), table.columns[1], table.rows) == (101, "name", 1)
    assert [finding.code for finding in report.findings] == ["key_too_long"]


def test_a_number_of_a_million_digits_stays_text(tmp_path: Path) -> None:
    report = _read(tmp_path, '[{"id": ' + "9" * 1_000_000 + ', "share": 1e999999}]')
    (row,) = report.tables[0].sample
    assert (row[0], row[1]) == ("9" * 1_000_000, "1e999999")


def test_a_cell_beyond_the_limit_is_held_out_of_any_format(tmp_path: Path) -> None:
    long = "x" * 2_000_000
    for number, content in enumerate(
        (json.dumps([{"name": "web01", "note": long}]), f"<r><s><name>web01</name><note>{long}</note></s><s/></r>")
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        report = _read(folder, content)
        frame = pl.read_parquet(folder / "staging" / report.tables[0].staged)
        assert (frame["c0"].to_list(), frame["c1"].to_list()) == (["web01"], [None])
        assert "cell_too_large" in [finding.code for finding in report.findings]


def test_a_parquet_file_wider_than_the_limit_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({f"c{number}": [1] for number in range(600)}), tmp_path / "upload")
    with pytest.raises(UnreadableFileError, match="more than 500 columns"):
        read_file(inspect_upload(tmp_path / "upload"), tmp_path / "staging", SMALL)


def test_a_small_parquet_file_of_many_rows_is_read_in_pieces(tmp_path: Path) -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 300_000, pa.int32()), pa.array(["x" * 1_000]))
    pq.write_table(pa.table({"note": values}), tmp_path / "upload")
    assert (tmp_path / "upload").stat().st_size < 100_000
    report = read_file(inspect_upload(tmp_path / "upload"), tmp_path / "staging")
    assert report.tables[0].rows == 300_000


def test_the_head_of_a_file_with_one_large_record_is_not_refused(tmp_path: Path) -> None:
    for content in (json.dumps([{"a": "x" * 100_000}, {"a": "y"}]), f"<r><s><a>{'x' * 100_000}</a></s><s/></r>"):
        (tmp_path / "upload").write_text(content, encoding="utf-8")
        assert read_head(inspect_upload(tmp_path / "upload"), SMALL).tables[0].columns == ("a",)
