"""One good table, and the systematic ways in which files of it come polluted, each with what should be read.

After the idea of the Pollock benchmark (Vitagliano et al., VLDB 2023): one pollution a file, so that a failure names
its cause. Values are made up.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rows = list[list[str]]

HEADER = ["Host name", "IP address", "Operating system", "CPU cores", "Memory", "Owner", "Note", "Installed"]
_SYSTEMS = ("Ubuntu 22.04", "Windows Server 2019", "RHEL 8.6", "Debian 12")
_OWNERS = ("Team Élan", "Müller, Jörg", "Ana Peña", "Platform")
_NOTES = ("", "moved in spring", "see ticket, urgent", 'called "old one"', "no backup")


def good_rows(count: int = 40) -> Rows:
    """The rows of the good table."""
    return [
        [
            f"srv{number:03d}",
            f"10.1.{number % 7}.{number + 10}",
            _SYSTEMS[number % 4],
            str(2 + number % 6),
            str(4096 * (1 + number % 5)),
            _OWNERS[number % 4],
            _NOTES[number % 5],
            f"2023-0{1 + number % 9}-1{number % 10}",
        ]
        for number in range(count)
    ]


@dataclass(frozen=True)
class Table:
    """A table as it should be read; cells that are empty stand as empty text."""

    columns: list[str]
    rows: Rows


@dataclass(frozen=True)
class Polluted:
    """A file and its truth."""

    name: str
    data: bytes
    truth: list[Table] = field(default_factory=list)


def written(
    rows: Sequence[Sequence[str]],
    delimiter: str = ",",
    end: str = "\n",
    quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL,
) -> str:
    """The rows as a well written file."""
    text = io.StringIO()
    single = delimiter if len(delimiter) == 1 else "\x02"
    csv.writer(text, delimiter=single, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue().replace(single, delimiter)


def pollutions() -> Iterator[Polluted]:
    """All files."""
    rows = good_rows()
    truth = [Table(HEADER, rows)]
    text = written([HEADER, *rows])
    yield Polluted("good", text.encode(), truth)
    yield from _endings(text, truth)
    yield from _dialects(rows, truth)
    yield from _encodings(rows, text, truth)
    yield from _preambles(rows, text, truth)
    yield from _footers(rows, text, truth)
    yield from _headers(rows, truth)
    yield from _single_rows(rows)
    yield from _all_rows(rows, text, truth)
    yield from _several(rows, text)


def _endings(text: str, truth: list[Table]) -> Iterator[Polluted]:
    yield Polluted("no newline at the end", text.removesuffix("\n").encode(), truth)
    yield Polluted("many newlines at the end", (text + "\n\n\n").encode(), truth)
    yield Polluted("CRLF", text.replace("\n", "\r\n").encode(), truth)
    yield Polluted("CR", text.replace("\n", "\r").encode(), truth)
    lines = text.splitlines()
    mixed = "".join(line + ("\r\n" if number % 3 else "\n") for number, line in enumerate(lines))
    yield Polluted("CRLF and LF", mixed.encode(), truth)
    yield Polluted("LF then CRLF twice", ("\r\n\r\n" + text.replace("\n", "\r\n")).encode(), truth)
    yield Polluted("control-Z at the end", (text + "\x1a").encode(), truth)


def _dialects(rows: Rows, truth: list[Table]) -> Iterator[Polluted]:
    for delimiter in (";", "\t", "|", "^", "~", "\x1f", "¦", "||", "::", " ", ":"):
        yield Polluted(f"delimiter {delimiter!r}", written([HEADER, *rows], delimiter).encode(), truth)
        if len(delimiter) == 1 and delimiter not in " :":
            quoted = written([HEADER, *rows], delimiter, quoting=csv.QUOTE_ALL)
            yield Polluted(f"delimiter {delimiter!r}, all quoted", quoted.encode(), truth)
    yield Polluted("all quoted", written([HEADER, *rows], quoting=csv.QUOTE_ALL).encode(), truth)
    yield Polluted("text quoted", written([HEADER, *rows], quoting=csv.QUOTE_NONNUMERIC).encode(), truth)
    for delimiter in (",", ";", "\t"):
        apart = [[cell.replace('"', "”") for cell in row] for row in rows]
        apostrophes = "\n".join(delimiter.join(f"'{cell}'" for cell in row) for row in [HEADER, *apart])
        yield Polluted(f"apostrophes, delimiter {delimiter!r}", apostrophes.encode(), [Table(HEADER, apart)])
        escaped = "\n".join(
            delimiter.join('"' + cell.replace('"', '\\"') + '"' for cell in row) for row in [HEADER, *rows]
        )
        yield Polluted(f"quotes escaped by a backslash, delimiter {delimiter!r}", escaped.encode(), truth)
        plain = [[cell.replace('"', "") for cell in row] for row in rows]
        slashes = "\n".join(
            delimiter.join(cell.replace(delimiter, f"\\{delimiter}") for cell in row) for row in [HEADER, *plain]
        )
        yield Polluted(f"delimiter {delimiter!r} escaped by a backslash", slashes.encode(), [Table(HEADER, plain)])
    for delimiter in (",", ";"):
        spaced = written([HEADER, *rows], delimiter, quoting=csv.QUOTE_ALL).replace(f'"{delimiter}"', f'"{delimiter} "')
        yield Polluted(f"a space behind each {delimiter!r}", spaced.encode(), truth)
        stated = f"sep={delimiter}\n" + written([HEADER, *rows], delimiter)
        yield Polluted(f"separator {delimiter!r} stated", stated.encode(), truth)


def _encodings(rows: Rows, text: str, truth: list[Table]) -> Iterator[Polluted]:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"):
        yield Polluted(f"encoding {encoding}", text.encode(encoding), truth)
    yield Polluted("encoding UTF-16 big endian with mark", b"\xfe\xff" + text.encode("utf-16-be"), truth)
    twice = text.encode().decode("cp1252", "ignore").encode()
    yield Polluted("read in the wrong encoding before", twice, truth)
    nul = text.encode().replace(b"srv007", b"srv\x00007")
    yield Polluted("NUL in a value", nul, truth)
    surrogate = text.encode().replace(b"srv007", b"srv007\xed\xa0\x80")
    yield Polluted("lone surrogate in a value", surrogate, truth)
    odd = text.encode().replace("Ana Peña".encode(), "Ana Peña".encode("cp1252"), 1)
    yield Polluted("one value in another encoding", odd, truth)
    cyrillic = [[*row[:5], "Отдел связи", *row[6:]] for row in rows]
    yield Polluted("encoding cp1251", written([HEADER, *cyrillic]).encode("cp1251"), [Table(HEADER, cyrillic)])


def preambles(text: str) -> list[str]:
    """What stands above the table in the files that are polluted there."""
    rows = good_rows()
    data = [case.data.decode() for case in _preambles(rows, text, [])]
    return [whole.removesuffix(text) for whole in data if whole.endswith(text)]


def _preambles(rows: Rows, text: str, truth: list[Table]) -> Iterator[Polluted]:
    width = len(HEADER)
    padded = written([["Server list", *[""] * (width - 1)], HEADER, *rows])
    for name, preamble in (
        ("a title", "Server list\n"),
        ("a title and a blank line", "Server list 2024\n\n"),
        ("two titles", "Example Ltd\nServer list\n"),
        ("a blank line", "\n"),
        ("three blank lines", "\n\n\n"),
        ("blank cells", f"{',' * (width - 1)}\n"),
        ("a comment", "# written by the inventory tool\n"),
        ("comments", "# written by the inventory tool\n# version 2, all sites\n"),
        ("labels and values", "Created by,Ana\nCreated on,2024-01-31\n\n"),
        ("labels and values, padded", f"Created by,Ana{',' * 6}\nCreated on,2024-01-31{',' * 6}\n{',' * 7}\n"),
        ("a long sentence", "This list holds all servers of Example Ltd, as they were found in spring 2024.\n\n"),
        ("twelve lines", "".join(f"Remark {number}\n" for number in range(12))),
    ):
        yield Polluted(f"above: {name}", (preamble + text).encode(), truth)
    yield Polluted("above: a title, padded", padded.encode(), truth)
    yield Polluted("above: a line of dashes", ("-" * 20 + "\n" + text).encode(), truth)


def _footers(rows: Rows, text: str, truth: list[Table]) -> Iterator[Polluted]:
    memory = sum(int(row[4]) for row in rows)
    for name, footer in (
        ("a total", f"Total,,,,{memory},,,\n"),
        ("a total in the third cell", f",,Total,,{memory},,,\n"),
        ("a grand total", f"Grand total,,,200,{memory},,,\n"),
        ("a total in another language", f"Summe,,,,{memory},,,\n"),
        ("an average", "Average,,,3.5,,,,\n"),
        ("a note", "Note: without the test servers\n"),
        ("a note, padded", "* without the test servers,,,,,,,\n"),
        ("a blank line and a note", "\nExported by the inventory tool on 2024-01-31\n"),
        ("a count", "40 rows\n"),
        ("a count in brackets", "(40 rows)\n"),
        ("a total and notes", f"Total,,,,{memory},,,\n\n* without the test servers\nSource: inventory\n"),
        ("dashes and a total", f"-----\nTotal,,,,{memory},,,\n"),
        ("blank cells", f"{',' * 7}\n{',' * 7}\n"),
        ("a sentence", "All servers of the company as they were found in spring.\n"),
        ("a comment", "# end of list\n"),
    ):
        yield Polluted(f"below: {name}", (text + footer).encode(), truth)


def _headers(rows: Rows, truth: list[Table]) -> Iterator[Polluted]:
    names = [f"Column {number + 1}" for number in range(len(HEADER))]
    yield Polluted("no header", written(rows).encode(), [Table(names, rows)])
    yield Polluted("header only", written([HEADER]).encode(), [Table(HEADER, [])])
    yield Polluted("one row", written([HEADER, rows[1]]).encode(), [Table(HEADER, rows[1:2])])
    yield Polluted("header, blank line, rows", (written([HEADER]) + "\n" + written(rows)).encode(), truth)
    for place in (2, 17, 39):
        repeated = written([HEADER, *rows[:place], HEADER, *rows[place:]])
        yield Polluted(f"header again behind row {place}", repeated.encode(), truth)
    for place in (0, 3, 7):
        blank = [name if number != place else "" for number, name in enumerate(HEADER)]
        named = [name or f"Column {place + 1}" for name in blank]
        yield Polluted(f"no name for column {place + 1}", written([blank, *rows]).encode(), [Table(named, rows)])
    twice = [*HEADER[:6], "Owner", HEADER[7]]
    yield Polluted(
        "a name twice", written([twice, *rows]).encode(), [Table([*HEADER[:6], "Owner (2)", HEADER[7]], rows)]
    )
    broken = [name.replace(" ", "\n") for name in HEADER]
    yield Polluted("line breaks in the header", written([broken, *rows]).encode(), truth)
    starred = ["*Host name", *HEADER[1:]]
    yield Polluted("a star in the header", written([starred, *rows]).encode(), [Table(starred, rows)])
    spaced = [f"  {name} " for name in HEADER]
    yield Polluted("spaces around names", written([spaced, *rows]).encode(), truth)
    shouted = [name.upper() for name in HEADER]
    yield Polluted("names in capitals", written([shouted, *rows]).encode(), [Table(shouted, rows)])
    units = ["", "", "", "", "MB", "", "", ""]
    with_unit = [*HEADER[:4], "Memory (MB)", *HEADER[5:]]
    yield Polluted("a line of units", written([HEADER, units, *rows]).encode(), [Table(with_unit, rows)])
    hints = ["required", "required", "optional", "optional", "optional", "optional", "optional", "date"]
    yield Polluted("a line of hints", written([HEADER, hints, *rows]).encode(), truth)
    groups = ["", "", "Hardware", "", "", "Use", "", ""]
    joined = [*HEADER[:2], *(f"Hardware {name}" for name in HEADER[2:5]), *(f"Use {name}" for name in HEADER[5:])]
    yield Polluted("groups above the header", written([groups, HEADER, *rows]).encode(), [Table(joined, rows)])


def _single_rows(rows: Rows) -> Iterator[Polluted]:
    """Pollutions of one row, at the beginning, in the middle and at the end."""
    lines = written([HEADER, *rows]).splitlines()
    width = len(HEADER)
    for place in (0, 21, 39):
        line = lines[place + 1]
        before, after = lines[: place + 1], lines[place + 2 :]

        def file(changed: str, before: list[str] = before, after: list[str] = after) -> bytes:
            return "\n".join([*before, changed, *after, ""]).encode()

        def row(changed: list[str], place: int = place) -> Rows:
            return [*rows[:place], changed, *rows[place + 1 :]]

        spoiled = row([*rows[place][:-2], "", ""])
        cut = written([rows[place][:-2]]).strip()
        yield Polluted(f"row {place}: two cells missing", file(cut), [Table(HEADER, spoiled)])
        yield Polluted(f"row {place}: an empty cell more", file(line + ","), [Table(HEADER, rows)])
        longer = [[*cells, "more" if number == place else ""] for number, cells in enumerate(rows)]
        yield Polluted(f"row {place}: a cell more", file(line + ",more"), [Table([*HEADER, "Extra 1"], longer)])
        yield Polluted(f"row {place}: a blank line above", file("\n" + line), [Table(HEADER, rows)])
        yield Polluted(f"row {place}: blank cells above", file("," * (width - 1) + "\n" + line), [Table(HEADER, rows)])
        open_quote = row([*rows[place][:2], 'the "new one', *rows[place][3:]])
        changed = ",".join([*rows[place][:2], 'the "new one', *written([rows[place][3:]]).strip().split("\n")])
        yield Polluted(f"row {place}: a quote in a value", file(changed), [Table(HEADER, open_quote)])
        unclosed = row([*rows[place][:2], "the new one", *rows[place][3:]])
        changed = ",".join([*rows[place][:2], '"the new one', *written([rows[place][3:]]).strip().split("\n")])
        yield Polluted(f"row {place}: a quote not closed", file(changed), [Table(HEADER, unclosed)])
        stray = row([*rows[place][:2], 'the "new" one', *rows[place][3:]])
        changed = ",".join([*rows[place][:2], '"the "new" one"', *written([rows[place][3:]]).strip().split("\n")])
        yield Polluted(f"row {place}: quotes not doubled", file(changed), [Table(HEADER, stray)])
        two_lines = row([*rows[place][:2], "first\nsecond", *rows[place][3:]])
        yield Polluted(
            f"row {place}: a line break in a value", written([HEADER, *two_lines]).encode(), [Table(HEADER, two_lines)]
        )
        spaces = row([f" {rows[place][0]} ", *rows[place][1:]])
        yield Polluted(
            f"row {place}: spaces around a value", written([HEADER, *spaces]).encode(), [Table(HEADER, spaces)]
        )
        only = row([rows[place][0], *[""] * (width - 1)])
        yield Polluted(f"row {place}: only the first cell", written([HEADER, *only]).encode(), [Table(HEADER, only)])
        comment = "# checked up to here\n" + line
        yield Polluted(f"row {place}: a comment above", file(comment), [Table(HEADER, rows)])


def _all_rows(rows: Rows, text: str, truth: list[Table]) -> Iterator[Polluted]:
    lines = text.splitlines()
    yield Polluted("a delimiter at the end of each line", "".join(f"{line},\n" for line in lines).encode(), truth)
    yield Polluted("a delimiter at the begin of each line", "".join(f",{line}\n" for line in lines).encode(), truth)
    trailing = "".join(f"{line}{',' if number else ''}\n" for number, line in enumerate(lines))
    yield Polluted("a delimiter at the end of each row", trailing.encode(), truth)
    yield Polluted("a blank line behind each", "".join(f"{line}\n\n" for line in lines).encode(), truth)
    yield Polluted("whole lines in quotes", "".join(_in_quotes(line) for line in lines).encode(), truth)
    comma = [[*row[:4], row[4].replace("096", "096,5"), *row[5:]] for row in rows]
    yield Polluted("decimal commas", written([HEADER, *comma], ";").encode(), [Table(HEADER, comma)])


def _in_quotes(line: str) -> str:
    return '"' + line.replace('"', '""') + '"\n'


def _several(rows: Rows, text: str) -> Iterator[Polluted]:
    first = Table(HEADER, rows)
    for name, columns, others in (
        (
            "less",
            ["Application", "Vendor", "Version"],
            [["CRM", "Acme", "1.2"], ["ERP", "Umbrella", "2.0"], ["Mail", "Acme", "3"]],
        ),
        ("more", [*HEADER, "Rack", "Room"], [[*row, "R1", "Cellar"] for row in good_rows(5)]),
        (
            "as many",
            [f"Disk {name}" for name in "ABCDEFGH"],
            [[f"d{number}{name}" for name in "abcdefgh"] for number in range(4)],
        ),
    ):
        second = Table(columns, others)
        other = written([columns, *others])
        yield Polluted(f"below: a table of {name} columns", f"{text}\n{other}".encode(), [first, second])
        yield Polluted(f"above: a table of {name} columns", f"{other}\n{text}".encode(), [second, first])
        titled = f"{text}\nSecond list\n{other}"
        yield Polluted(f"below: a table of {name} columns with a title", titled.encode(), [first, second])
        if name != "as many":
            yield Polluted(f"below, without a gap: a table of {name} columns", (text + other).encode(), [first, second])
    beside = [
        [*row, "", *other]
        for row, other in zip(
            [HEADER, *rows], [["Site", "City"], ["A", "Rome"], ["B", "Oslo"], *[["", ""]] * 38], strict=True
        )
    ]
    yield Polluted(
        "beside: a shorter table",
        written(beside).encode(),
        [first, Table(["Site", "City"], [["A", "Rome"], ["B", "Oslo"]])],
    )
