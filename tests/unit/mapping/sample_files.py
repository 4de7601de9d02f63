"""Reads a sample as the product does: read, detect, map, convert."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.registry import categories, sources
from muster.pipeline.detect import detect
from muster.pipeline.mapping import canonical_text, convert, propose, refined, source_table_of
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from muster.domain.conversion import Converted
    from muster.domain.mapping import Detection, MappingProposal
    from muster.domain.tables import ReadReport

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def sample_cases() -> list[Path]:
    return sorted(path.parent for path in SAMPLES.glob("*/*/expected.json") if path.parts[-3] in sources())


@dataclass(frozen=True)
class Processed:
    report: ReadReport
    detection: Detection
    proposal: MappingProposal
    converted: dict[str, Converted]

    def rows(self, table: str) -> list[dict[str, str | None]]:
        typed = self.converted[table].typed
        return typed.select("record_key").hstack(canonical_text(typed)).to_dicts()


def input_of(case: Path) -> Path:
    (path,) = (path for path in case.iterdir() if path.name != "expected.json")
    return path


def expected_of(case: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return expected


def process(path: Path, staging: Path) -> Processed:
    report = read_file(inspect_upload(path), staging)
    detection = detect(report, path.name, sources(), categories())
    staged = {table.name: pl.scan_parquet(staging / table.staged) for table in report.tables}
    proposal = refined(propose(report, detection, sources(), categories()), staged)
    found = {table.table: table for table in detection.tables}
    converted = {
        table.name: convert(
            staged[table.name].collect(),
            table,
            proposal.for_table(table.name),
            source_table_of(found[table.name], sources()),
        )
        for table in report.tables
        if found[table.name].imported
    }
    return Processed(report, detection, proposal, converted)
