"""`muster template`: a blank workbook to send out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.report_error import CommandError
from muster.cli.views.consoles import remarks
from muster.cli.views.text import printable, size
from muster.cli.whole_file import appearing_whole
from muster.services.make_template import make_template

_STDOUT = "-"


def template(
    category: Annotated[str, typer.Argument(help="What it is for, such as cmdb_export.")],
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File to write; `-` is standard output. Default: muster-CATEGORY.xlsx in this folder.",
        ),
    ] = None,
) -> None:
    """Write a blank workbook to send out, with hints.

    It has a sheet to fill in and one that says what each column takes. `muster import` knows the workbook when it
    comes back, and every column in it for certain; columns may be deleted. No database is needed.
    """
    made = make_template(category)
    if output == _STDOUT:
        if sys.stdout.isatty():
            raise CommandError("A workbook is nothing for a terminal: name a file with -o.", field="output")
        sys.stdout.buffer.write(made.content)
        return
    target = Path(output or made.filename)
    with appearing_whole(target) as file:
        file.write(made.content)
    remarks().print(f"{printable(str(target))}: {size(len(made.content))}", soft_wrap=True)
