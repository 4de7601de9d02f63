"""The labelled files: what people who looked at the values say a file, its tables and its columns are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LABELS = HERE / "labels"
SAMPLES = HERE.parents[1] / "samples"
SHARED = HERE.parents[2].parent / "shared" / "data"
GENERIC = "generic"


class Part(StrEnum):
    """Real files are in one of two halves: mistakes of DEV may be learned from, of HELD_OUT only the score is told.

    The label of one of the SAMPLES is what the profile of its source should do: one answer for each column, where
    others may be right.
    """

    DEV = "dev"
    HELD_OUT = "held_out"
    SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One acceptable answer for a column. `field` None: it feeds nothing; `unit` None: the label states none."""

    field: str | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledColumn:
    """A column by its header, with every answer that can be defended."""

    name: str
    wanted: tuple[Wanted, ...]

    @property
    def fields(self) -> frozenset[str | None]:
        """The acceptable fields; None among them: the column may stay unmapped."""
        return frozenset(wanted.field for wanted in self.wanted)


@dataclass(frozen=True, slots=True)
class LabelledTable:
    """One table of a file. `header_rows` and `rows` list what is acceptable, empty: not labelled.

    `name` None: the first table of the file. `category` is stated where it is another than the file's.
    """

    name: str | None
    columns: tuple[LabelledColumn, ...]
    header_rows: tuple[int | None, ...] = ()
    rows: tuple[int, ...] = ()
    category: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One file. `categories` holds None when it is (or may be taken for) no migration data, `sources` likewise."""

    path: Path
    title: str
    part: Part
    categories: frozenset[str | None]
    sources: frozenset[str | None]
    tables: tuple[LabelledTable, ...]

    @property
    def has_source(self) -> bool:
        """Whether a known source system wrote it, for certain."""
        return not self.sources & {None, GENERIC}

    @property
    def is_migration_data(self) -> bool:
        """Whether any category fits at all."""
        return self.categories != {None}


def labelled_files() -> list[LabelledFile]:
    """Every labelled file that is on this machine: the samples of the sources, and the shared real files if any."""
    return [file for file in all_labels() if file.path.exists()]


def all_labels() -> list[LabelledFile]:
    """Every label, whether its file is here or not."""
    labels = (_real(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(LABELS.rglob("*.json")))
    samples = (_sample(path) for path in sorted(SAMPLES.glob("*/*/expected.json")))
    return [file for file in (*labels, *samples) if file is not None]


def _real(label: dict[str, Any]) -> LabelledFile:
    path = Path(label["path"])
    return LabelledFile(
        path=SHARED / path,
        title="/".join(path.parts[1:]),
        part=Part(label["half"]),
        categories=frozenset(_several(label["category"])),
        sources=frozenset(_several(label["source"])),
        tables=tuple(
            LabelledTable(
                name=table["name"],
                columns=_columns(table["columns"]),
                header_rows=tuple(_several(table["header_row"])),
                rows=tuple(_several(table["rows"])),
                category=table.get("category"),
            )
            for table in label["tables"]
        ),
    )


def _sample(expected: Path) -> LabelledFile | None:
    """A sample that says what it is, None for the others."""
    said = json.loads(expected.read_text(encoding="utf-8"))
    inputs = [path for path in expected.parent.iterdir() if path != expected]
    if not isinstance(said, dict) or "import_category" not in said or len(inputs) != 1:
        return None
    columns = _columns(said.get("mapping", {}))
    return LabelledFile(
        path=inputs[0],
        title="/".join(expected.parent.parts[-3:]),
        part=Part.SAMPLES,
        categories=frozenset({said["import_category"]}),
        sources=frozenset({said.get("source_system")}),
        tables=(LabelledTable(name=None, columns=columns),) if columns else (),
    )


def _columns(labels: dict[str, Any]) -> tuple[LabelledColumn, ...]:
    return tuple(LabelledColumn(name, tuple(map(_wanted, _several(said)))) for name, said in labels.items())


def _wanted(text: str | None) -> Wanted:
    """`memory_gb [MiB]` is a field and the unit of its numbers in the file."""
    if text is None:
        return Wanted(None)
    field, _, unit = text.partition(" ")
    return Wanted(field, unit.strip("[]") or None)


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]
