"""Where text for people goes: results to stdout, progress and remarks to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.cli.views.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TextIO

_WIDTH_OF_A_PIPE = 160
"""Columns where nobody has a window: wide enough that tables are not cut."""

_STYLES = {"error": "red", "warning": "yellow", "failed": "red", "completed": "green", "unchanged": "green"}


def results() -> Console:
    """What was asked for."""
    return _console(sys.stdout)


def remarks() -> Console:
    """Progress, hints and questions."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    # no markup, no emoji codes: headers and names come from files
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if stream.isatty() else _WIDTH_OF_A_PIPE,
    )


def table(*headers: str, right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """An empty table; the columns in `right` hold numbers, those in `whole` are never broken into lines."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for header in headers:
        side: Literal["left", "right"] = "right" if header in right else "left"
        made.add_column(header, justify=side, overflow="fold", no_wrap=header in whole)
    return made


def row(made: Table, *cells: object) -> None:
    """Add a row of values; none of them can steer the terminal."""
    made.add_row(*(word(str(cell)) for cell in cells))


def word(text: str) -> Text:
    """A word in the colour of its meaning, if it has one."""
    return Text(printable(text), style=_STYLES.get(text, ""))
