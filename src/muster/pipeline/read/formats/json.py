"""JSON: a list of objects, lists under any name, one object, or objects one after the other; read piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.json_file import read_json
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.JSON else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return read_json(upload, limits, None, "json")


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return read_json(upload, limits, staging_dir, "json")


FORMAT = Format("json", "JSON (a list of objects, or objects with lists in them)", _sniff, _read, _read_head)
