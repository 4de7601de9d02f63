"""The shape of a format: how it knows its files and how it reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.upload import Limits, Upload


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    `sniff` gives 0 (not mine) to 1 (surely mine) and opens no more than the head of the file. `read` stages every
    table in the folder given and returns the whole report; `read_head` returns the first rows and stages nothing.
    Both raise UnreadableFileError when the file turns out to hold no table.
    """

    id: str
    title: str
    sniff: Callable[[Upload], float]
    read: Callable[[Upload, Path, Limits], ReadReport]
    read_head: Callable[[Upload, Limits], ReadReport]
