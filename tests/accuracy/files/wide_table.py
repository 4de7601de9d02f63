"""How long a table of 200 columns takes to be understood once it is read."""

from __future__ import annotations

import time
from statistics import median

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldType
from muster.catalog.registry import categories, sources
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.detect import detect
from muster.pipeline.mapping import propose

WIDTH = 200
_SAMPLE = 200
_RUNS = 7


def milliseconds() -> float:
    """Detection and mapping together, the median of some runs after one that warms up."""
    report = ReadReport(FileFormat("xlsx"), (_table(),))
    taken = []
    for _ in range(_RUNS + 1):
        start = time.perf_counter()
        detection = detect(report, "estate.xlsx", sources(), categories())
        propose(report, detection, sources(), categories())
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken[1:])


def _table() -> TableInfo:
    """Headers as people write them, every field several times over in different words, with values of its kind."""
    fields = list(FIELDS.values())
    chosen = [fields[place % len(fields)] for place in range(WIDTH)]
    names = [_spelling(field, place // len(fields), place) for place, field in enumerate(chosen)]
    rows = tuple(tuple(_value(field, row) for field in chosen) for row in range(_SAMPLE))
    return TableInfo(0, "estate", tuple(names), 1, _SAMPLE, "estate.parquet", rows)


def _spelling(field: Field, turn: int, place: int) -> str:
    spellings = (field.title, *field.spellings)
    return spellings[turn] if turn < len(spellings) else f"{field.title} {place}"


def _value(field: Field, row: int) -> str:
    if field.vocabulary:
        words = sorted(field.vocabulary)
        return words[row % len(words)]
    texts = {
        FieldType.INTEGER: str(row + 1),
        FieldType.NUMBER: f"{row + 0.5}",
        FieldType.BOOLEAN: ("yes", "no")[row % 2],
        FieldType.DATE: f"2024-03-{row % 28 + 1:02}",
        FieldType.DATETIME: f"2024-03-{row % 28 + 1:02} 10:00:00",
        FieldType.HOSTNAME: f"web{row:03}",
        FieldType.FQDN: f"web{row:03}.example.test",
        FieldType.IP: f"10.1.{row % 4}.{row % 250 + 1}",
        FieldType.MAC: f"02:00:00:00:{row % 4:02x}:{row:02x}",
        FieldType.UUID: f"6f1f0f6e-0000-4000-8000-{row:012}",
    }
    return texts.get(field.type, f"words about {field.title.lower()} {row}")
