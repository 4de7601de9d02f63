"""What muster makes of a labelled file: read once, then understood with all profiles and without that of its source."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.registry import categories, sources
from muster.domain.errors import UnreadableFileError
from muster.pipeline.detect import detect
from muster.pipeline.mapping import propose, refined
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import inspect_upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from file_labels import LabelledFile

    from muster.catalog.model import Source
    from muster.domain.mapping import Detection, MappingProposal
    from muster.domain.tables import ReadReport


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a file was taken for, and what each column."""

    detection: Detection
    proposal: MappingProposal


@dataclass(frozen=True, slots=True)
class Answer:
    """`report` None: it could not be read, and `with_profile` and `without` are None too."""

    report: ReadReport | None
    with_profile: Understanding | None
    without: Understanding | None


def answer(file: LabelledFile) -> Answer:
    """Read `file` whole and understand it twice; the second time no source that its label names is known."""
    with tempfile.TemporaryDirectory() as folder:
        staging = Path(folder) / "staging"
        try:
            report = read_file(inspect_upload(file.path), staging)
        except UnreadableFileError:
            return Answer(None, None, None)
        staged = {table.name: pl.scan_parquet(staging / table.staged) for table in report.tables}
        known = sources()
        removed = {name: source for name, source in known.items() if name not in file.sources - {"generic"}}
        with_profile = _understand(file.path.name, report, staged, known)
        same = removed.keys() == known.keys()
        without = with_profile if same else _understand(file.path.name, report, staged, removed)
        return Answer(report, with_profile, without)


def _understand(
    name: str, report: ReadReport, staged: Mapping[str, pl.LazyFrame], known: Mapping[str, Source]
) -> Understanding:
    detection = detect(report, name, known, categories())
    return Understanding(detection, refined(propose(report, detection, known, categories()), staged))
