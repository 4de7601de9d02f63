"""Names the feed that a file is a snapshot of: its source system and a dataset, which snapshots of it share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNKNOWN = "unknown"
_NAMELESS = "data"

_TIME = r"\d{1,2}[-_.:h]?\d{2}(?:[-_.:m]?\d{2})?s?"
_DATE = (
    r"(?:19|20)\d{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])[-_.](?:0[1-9]|1[0-2])[-_.](?:19|20)\d{2}"
    r"|(?:19|20)\d{2}[-_.](?:0[1-9]|1[0-2])"
)
"""A year alone is no date: `windows_2019` and `windows_2022` are two datasets."""
_NOT_IN_NAME = r"(?<![^\W_])"
_STAMP = re.compile(rf"{_NOT_IN_NAME}(?:{_DATE})(?:[T _.-]+{_TIME}Z?)?(?![^\W_])", re.IGNORECASE)
_EPOCH = re.compile(rf"{_NOT_IN_NAME}1\d{{9}}(?:\d{{3}})?(?![^\W_])")
_COPY_MARKS = re.compile(
    r"\(\s*\d{1,3}\s*\)|\bcopy(?:\s+of)?\b|\bkopie(?:\s+von)?\b|\bcopie(?:\s+de)?\b|\bcopia(?:\s+de)?\b",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"(?<=[^\W\d])[\s_-]+v?\d{1,3}$|[\s_-]+v\d{1,3}$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_.\-]+")


def dataset_of(filename: str) -> str:
    """The file's stem in lower case without dates, times, counters and copy marks; words joined by `_`.

    `RVTools_export_all_2024-05-31_14.05 (2).xlsx` and `RVTools_export_all_2024-06-30_09.11.xlsx` are both
    `rvtools_export_all`. A name that is nothing else gives `data`.
    """
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    stem = name.rpartition(".")[0] or name
    plain = _COPY_MARKS.sub(" ", _EPOCH.sub(" ", _STAMP.sub(" ", stem.replace("_", " ")))).strip(" _.-")
    plain = _COUNTER.sub("", plain)
    return _SEPARATORS.sub("_", plain).strip("_").lower() or _NAMELESS


def feed_of(source_system: str | None, filename: str, *, stated: str | None, same_bytes: str | None) -> str:
    """The feed: as stated; else that of an active import of the same bytes; else `<source system>:<dataset>`."""
    return stated or same_bytes or ":".join(_parts(source_system, filename))


def _parts(source_system: str | None, filename: str) -> Iterable[str]:
    return source_system or _UNKNOWN, dataset_of(filename)
