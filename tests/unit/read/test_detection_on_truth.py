"""Delimiter and header are found in files whose truth is known: how many, and in how many, is printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mixed_tables import combined
from pollution import pollutions

from muster.pipeline.read import read_head
from muster.pipeline.upload import inspect_upload
from support.reading_page import REAL, REAL_TRUTH, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEAST_SHARE = 0.97
"""What is published for Pollock's files: csv-nose 96.6 %, CleverCSV 95.2 %, DuckDB 84.1 %."""


@dataclass(frozen=True)
class Known:
    """A text file, and what is known of its first table; a delimiter of None is not known."""

    path: Path
    delimiter: str | None
    columns: int
    header_row: int | None = None
    names: tuple[str, ...] | None = None


def test_delimiter_and_header_are_found_where_the_truth_is_known(tmp_path: Path) -> None:
    groups = {"samples": list(_samples()), "public files": list(_public()), "polluted files": list(_polluted(tmp_path))}
    wrong = {name: [known.path.name for known in files if not _is_right(known)] for name, files in groups.items()}
    count, missed = sum(map(len, groups.values())), sum(map(len, wrong.values()))
    for name, files in groups.items():
        print(f"{name}: {len(files) - len(wrong[name])} of {len(files)}")  # noqa: T201 - the figures are what this is for
    share = 1 - missed / count
    print(f"in all: {count - missed} of {count} ({share:.1%})")  # noqa: T201 - likewise
    assert share >= LEAST_SHARE, wrong


def _is_right(known: Known) -> bool:
    report = read_head(inspect_upload(known.path))
    table = report.tables[0]
    found = (len(table.columns), table.header_row if known.names is None else table.columns)
    right = (known.columns, known.header_row if known.names is None else known.names)
    return found == right and known.delimiter in (None, report.file_format.delimiter)


def _samples() -> Iterator[Known]:
    for folder in sorted(SAMPLES.iterdir()):
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        if "error" not in expected and expected["format"]["kind"] == "csv":
            table = expected["tables"][0]
            delimiter = expected["format"]["delimiter"]
            yield Known(folder / expected["file"], delimiter, len(table["columns"]), table["header_row"])


def _public() -> Iterator[Known]:
    truth = json.loads(REAL_TRUTH.read_text(encoding="utf-8")) if REAL.exists() else {}
    for name, known in truth.items():
        if known["delimiter"] is not None:
            _, header_row, columns, _ = known["tables"][0]
            yield Known(REAL / name, known["delimiter"], columns, header_row)


def _polluted(folder: Path) -> Iterator[Known]:
    """Files made of one good table; one that has rows on both sides of its delimiter is known by its names alone."""
    for number, case in enumerate([*pollutions(), *combined(250, seed=3)]):
        path = folder / str(number) / "servers.csv"
        path.parent.mkdir()
        path.write_bytes(case.data)
        names = tuple(case.truth[0].columns)
        yield Known(path, None, len(names), names=names)
