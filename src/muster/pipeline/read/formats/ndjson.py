"""JSON lines: one object in each line, as logs and event exports write them (Zeek, Suricata, OpenLineage)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.json_lines import read_json_lines
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.NDJSON else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return read_json_lines(upload, limits, None, "ndjson")


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return read_json_lines(upload, limits, staging_dir, "ndjson")


FORMAT = Format("ndjson", "JSON lines (one object in each line)", _sniff, _read, _read_head)
