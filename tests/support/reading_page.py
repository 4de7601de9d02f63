"""Writes the tables of docs/reference/reading.md: what is found in each sample, and in the public files where they are.

`python tests/support/reading_page.py` brings the page up to date; a test fails when it is not.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.domain.errors import MusterError
from muster.pipeline.read import READ_CODES, read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from muster.domain.tables import ReadReport

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "reading.md"
SAMPLES = ROOT / "tests" / "samples" / "read"
REAL = ROOT.parent / "shared" / "data" / "real"
REAL_TRUTH = ROOT / "tests" / "samples" / "real_files.json"
_TITLES = {code.code: code.title for code in READ_CODES}
_MOST_TABLES = 3
_WITH_HEADERS = {"csv", "xlsx", "xls", "xlsb", "ods", "html"}


@dataclass(frozen=True)
class Line:
    """One file of the page."""

    file: str
    found: str
    repairs: str
    verdict: str

    def __str__(self) -> str:
        return f"| {self.file} | {self.found} | {self.repairs} | {self.verdict} |"


def main() -> None:
    """Write the page; the part of the public files stays as it is where they are absent."""
    page = PAGE.read_text(encoding="utf-8")
    page = with_part(page, "samples", sample_lines())
    if REAL.exists():
        page = with_part(page, "torture", torture_lines())
    PAGE.write_text(page, encoding="utf-8")


def with_part(page: str, name: str, lines: list[Line]) -> str:
    """The page with the table between the marks of `name` replaced."""
    table = "\n".join(["| file | found | told | verdict |", "|---|---|---|---|", *map(str, lines)])
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return marked.sub(lambda match: f"{match[1]}{table}\n{match[2]}", page)


def sample_lines() -> list[Line]:
    """Our own samples, each against its `expected.json`."""
    lines = []
    for folder in sorted(SAMPLES.iterdir()):
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        name = f"{folder.name}/{expected['file']}"
        truth = None if "error" in expected else shape_of_tables(expected["tables"])
        lines.append(line_of(name, folder / expected["file"], truth))
    return lines


def torture_lines() -> list[Line]:
    """The public files made to be hard to read, each against what a person sees in it."""
    truth = json.loads(REAL_TRUTH.read_text(encoding="utf-8"))
    paths = sorted(path for path in (REAL / "torture").iterdir() if not path.name.endswith(".expected.json"))
    return [line_of(path.name, path, truth[f"torture/{path.name}"]["tables"]) for path in paths]


def line_of(name: str, path: Path, truth: list[list[Any]] | None) -> Line:
    """What is found in a file; `truth` are its tables as (name, line of the header, columns, rows), None: refused."""
    with tempfile.TemporaryDirectory() as staging:
        try:
            report = read_file(inspect_upload(path), Path(staging))
        except MusterError as error:
            verdict = "refused, as it should be" if truth is None else "**refused**"
            return Line(name, "", escaped(error.message), verdict)
    read = tables_of(report)
    verdict = "as a person reads it" if read == truth else f"**a person reads {truth}**"
    return Line(name, found(report), told(report), verdict)


def tables_of(report: ReadReport) -> list[list[Any]]:
    """The tables of a report, as the truth has them."""
    return [[table.name, table.header_row, len(table.columns), table.rows] for table in report.tables]


def shape_of_tables(tables: list[dict[str, Any]]) -> list[list[Any]]:
    """The tables of an `expected.json`, likewise."""
    return [[table["name"], table["header_row"], len(table["columns"]), len(table["rows"])] for table in tables]


def found(report: ReadReport) -> str:
    """Kind, encoding, delimiter, and the tables with their headers."""
    file = report.file_format
    parts = [file.kind, file.encoding, None if file.delimiter is None else f"`{visible(file.delimiter)}`"]
    tables = [
        f"{header_of(file.kind, table.header_row)}{table.rows:,} rows, {len(table.columns):,} columns"
        f"{', hidden' if table.hidden else ''}"
        for table in report.tables[:_MOST_TABLES]
    ]
    more = len(report.tables) - _MOST_TABLES
    if more > 0:
        tables.append(f"{more:,} more tables")
    return escaped(f"{', '.join(part for part in parts if part)}: {'; '.join(tables)}")


def header_of(kind: str, line: int | None) -> str:
    """Where the header stands, for files that may have one."""
    if line is not None:
        return f"header in line {line}, "
    return "no header, " if kind in _WITH_HEADERS else ""


def told(report: ReadReport) -> str:
    """What the sender is told, by title."""
    counts: Counter[str] = Counter()
    for count in report.counts:
        counts[_TITLES[count.code]] += count.count
    return escaped(", ".join(f"{title} ({number:,})" if number > 1 else title for title, number in counts.items()))


def visible(delimiter: str) -> str:
    """A delimiter that can be seen."""
    return {"\t": "tab", "\x1f": "unit separator", " ": "space"}.get(delimiter, delimiter)


def escaped(text: str) -> str:
    """Text for a cell of the page."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
