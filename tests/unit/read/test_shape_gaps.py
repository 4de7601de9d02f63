"""Long runs of blank lines: each is looked at once, few are kept back, and what stands around is told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sheets import codes_of, tables_of

from muster.pipeline.read.shape import body as bodies
from muster.pipeline.read.shape.body import Body, Profile
from muster.pipeline.read.shape.looks import filled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from muster.pipeline.read.shape.looks import Line

HEADER = ("Host name", "IP address", "CPU cores")
ROWS = [[f"web{number:02d}", f"10.0.0.{number}", "4"] for number in range(30)]
TEXT = "".join(",".join(row) + "\n" for row in [list(HEADER), *ROWS])


def _body() -> Body:
    return Body(Profile.of(HEADER, ROWS, len(HEADER)))


def _lines(rows: Sequence[Sequence[str]]) -> list[Line]:
    return list(enumerate(rows, start=2))


@pytest.mark.parametrize("odd", [[], [["Total", "", "120"]], [["Second list"]]], ids=["nothing", "a total", "a title"])
def test_each_blank_line_is_looked_at_once(odd: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def counted(cells: Sequence[str]) -> list[int]:
        nonlocal looked
        looked += 1
        return filled(cells)

    monkeypatch.setattr(bodies, "filled", counted)
    lines = _lines([*ROWS, *odd, *[[""]] * 30_000, *ROWS])
    body = _body()
    for start in range(0, len(lines), 500):
        body.feed(lines[start : start + 500])
    body.finish()
    assert looked < 4 * len(lines)


@pytest.mark.parametrize("odd", [[], [["Total", "", "120"]]], ids=["nothing", "a total"])
def test_few_lines_of_a_long_gap_are_kept_back(odd: list[list[str]]) -> None:
    lines = _lines([*ROWS, *odd, *[[""]] * 60_000])
    body = _body()
    given = 0
    for start in range(0, len(lines), 500):
        given += len(body.feed(lines[start : start + 500]))
        assert start + 500 - given - len(body.tail.totals) < 12_000


@pytest.mark.parametrize("blank", ["\n", ",,\n"], ids=["blank lines", "blank cells"])
def test_a_total_above_a_long_gap_is_told(blank: str, tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_text(TEXT + "Total,,120\n" + blank * 25_000, encoding="utf-8")
    (table,), report = tables_of(path, tmp_path / "s")
    assert table.rows == ROWS
    assert codes_of(report)[0] == "total_rows"


def test_a_note_far_above_another_table_is_not_its_title(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    gap = "\n" * 300
    path.write_text(f"{TEXT}{gap}Note: checked\n{gap}Site,City\nA,Rome\nB,Oslo\n", encoding="utf-8")
    (servers, sites), report = tables_of(path, tmp_path / "s")
    assert (servers.rows, sites.name, sites.columns) == (ROWS, "servers (2)", ["Site", "City"])
    assert "note_lines" in codes_of(report)


def test_a_file_may_begin_far_down(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_text("\n" * 5_000 + "sep=;\n" + TEXT.replace(",", ";"), encoding="utf-8")
    (table,), report = tables_of(path, tmp_path / "s")
    assert (table.columns, table.rows, table.lines[0]) == (list(HEADER), ROWS, 5_003)
    assert [(finding.code, finding.line) for finding in report.findings] == [("separator_line", 5_001)]
