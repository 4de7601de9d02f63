"""Every operating system that the real files name is known, or is one of those that can not be."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from muster.catalog.reference.products import ProductKind
from muster.pipeline.lifecycle import SupportState, match_product, support_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "real"
HEADERS = ("operating system", "os according to the", "os name", "server_os_version", "osname")
AS_OF = date(2026, 11, 21)
NO_PRODUCT = frozenset({"linux", "windows", "ios", "nx-os"})
"""Families, and systems that the reference does not list."""


def _names() -> Iterator[str]:
    for path in sorted(REAL.rglob("*.xlsx")):
        if path.parent.name == "torture":
            continue
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            yield from _column(book.get_sheet_by_name(sheet).to_python())
    for path in sorted((REAL / "cmdb_export").glob("aws_cmf_server*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _column(list(csv.reader(file)))
    for device in json.loads((REAL / "cmdb_export" / "device42_devices.json").read_text("utf-8")):
        yield str(device.get("os") or "")


def _column(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    header, *rest = rows or [[]]
    for place, title in enumerate(header):
        if str(title).strip().lower().startswith(HEADERS):
            yield from (str(row[place]) for row in rest if place < len(row))


@pytest.mark.skipif(not REAL.exists(), reason="the shared files are not on this machine")
def test_the_operating_systems_of_real_files_are_recognised() -> None:
    names = Counter(name.strip() for name in _names() if name.strip())
    states = {name: support_of(match_product(name, None, ProductKind.SYSTEM), AS_OF).state for name in names}
    unlisted = {name.lower() for name, state in states.items() if state is SupportState.PRODUCT_UNLISTED}
    counted = Counter({state: sum(names[name] for name in names if states[name] is state) for state in SupportState})
    known = names.total() - counted[SupportState.PRODUCT_UNLISTED]
    print(f"{names.total()} cells, {len(names)} names; product known for {known}; {dict(counted)}")  # noqa: T201 - shown with -s
    assert len(names) >= 20
    assert unlisted <= NO_PRODUCT
