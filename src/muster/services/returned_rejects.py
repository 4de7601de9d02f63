"""Takes a reject file back as the user's own: without the column of reasons, and with its cells as they were."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from muster.services.reject_files import REASON, safe_cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DELIMITERS = ",;\t|"
_INERT = "'"


def restore_rejects(sent: Path, columns: Sequence[str], target: Path) -> bool:
    """Write the CSV file `sent` to `target` as the rows of a table with `columns`; False when it is no reject file.

    A reject file has the columns of the table and the reasons behind them; a spreadsheet program may have chosen
    another delimiter since. What keeps a cell from being run as a formula is taken off again.
    """
    try:
        with sent.open(encoding="utf-8-sig", newline="") as lines:
            header_line = lines.readline()
            delimiter = max(_DELIMITERS, key=header_line.count)
            lines.seek(0)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            if next(reader, None) != [*columns, REASON]:
                return False
            with target.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows([restored_cell(cell) for cell in row[: len(columns)]] for row in reader if any(row))
    except (UnicodeDecodeError, csv.Error):
        return False
    return True


def restored_cell(text: str) -> str:
    """The cell that `safe_cell` has made `text` of."""
    plain = text.removeprefix(_INERT)
    return plain if plain != text and safe_cell(plain) == text else text
