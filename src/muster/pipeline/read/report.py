"""A read report as JSON: what the child hands to its parent, and what stays beside the staged tables."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from muster.domain.findings import Finding, FindingCount, Severity
from muster.domain.tables import FileFormat, ReadReport, TableInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REPORT_NAME = "report.json"


def dump_report(report: ReadReport, staging_dir: Path) -> None:
    """Write the report beside its tables; the name appears only when the file is whole."""
    target = staging_dir / REPORT_NAME
    draft = target.with_suffix(".part")
    draft.write_text(report_to_json(report), encoding="utf-8")
    draft.replace(target)


def load_report(staging_dir: Path) -> ReadReport:
    """Read a report back. Raises FileNotFoundError when the read has not ended."""
    return report_from_json((staging_dir / REPORT_NAME).read_text(encoding="utf-8"))


def report_to_json(report: ReadReport) -> str:
    """The report as one JSON document."""
    return json.dumps(dataclasses.asdict(report), ensure_ascii=False, separators=(",", ":"))


def report_from_json(text: str) -> ReadReport:
    """The report of a JSON document written by `report_to_json`."""
    raw = json.loads(text)
    return ReadReport(
        file_format=FileFormat(**raw["file_format"]),
        tables=tuple(_table(entry) for entry in raw["tables"]),
        findings=tuple(_finding(entry) for entry in raw["findings"]),
        counts=tuple(FindingCount(**{**entry, "severity": Severity(entry["severity"])}) for entry in raw["counts"]),
        complete=raw["complete"],
    )


def _table(entry: Mapping[str, Any]) -> TableInfo:
    return TableInfo(
        **{
            **entry,
            "columns": tuple(entry["columns"]),
            "sample": tuple(tuple(row) for row in entry["sample"]),
            "titles": tuple((line, text) for line, text in entry.get("titles", ())),
        }
    )


def _finding(entry: Mapping[str, Any]) -> Finding:
    return Finding(**{**entry, "severity": Severity(entry["severity"])})
