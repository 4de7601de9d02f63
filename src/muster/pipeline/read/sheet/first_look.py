"""One look through the sheets of an .xlsx before they are read: stray cells, errors, and formulas nobody computes."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.sheet.errors import blocks_of, error_cells, sheet_parts
from muster.pipeline.read.sheet.far import ROW_GAP, near_box, without_far_cells

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.findings import Finding
    from muster.pipeline.upload import Limits

_ROW = re.compile(rb'<row\b[^<>]*?\br="(\d{1,7})"')
_WIDE = re.compile(rb'<c r="[A-Z]{3}')
_FORMULA = re.compile(rb"<f[ >]")
_UNSAVED = re.compile(rb"(?:</f>|<f [^<>]*/>)\s*+(?:</c>|<v\s*+/>|<v></v>)")


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The workbook to read, nearly always the file itself, and what is to be told of all of it.

    `errors` are the places (row from 1, column from 0) of cells that show a formula's error, by the name of the sheet.
    """

    workbook: Path | io.BytesIO
    told: list[Finding] = field(default_factory=list)
    errors: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Look:
    """What the text of a sheet says at a glance: it costs a small part of reading the sheet."""

    rows: int = 0
    last: int = 0
    wide: bool = False
    formulas: bool = False
    unsaved: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)

    def take(self, block: bytes) -> None:
        """Look at a piece of the sheet that ends before a tag."""
        self.rows += block.count(b"<row")
        place = block.rfind(b"<row")
        match = _ROW.match(block, place) if place >= 0 else None
        if match:
            self.last = max(self.last, int(match[1]))
        self.wide = self.wide or _WIDE.search(block) is not None
        self.errors.extend(error_cells(block))
        if _FORMULA.search(block):
            self.formulas = True
            self.unsaved += len(_UNSAVED.findall(block))

    @property
    def may_have_far_cells(self) -> bool:
        """Whether a program that writes rows in their order put a cell far away."""
        return self.wide or self.last > self.rows + ROW_GAP


def first_look(path: Path, filename: str, limits: Limits) -> FirstLook:
    """Look through the sheets. Reads parts of ECMA-376 directly: workbook, its relations, and the sheets as text.

    Raises UnreadableFileError when cells are strewn so wide that there is no telling which are the stray ones.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {part: name for name, part in sheet_parts(archive)}
        looks: dict[str, _Look] = {}
        for part in parts:
            looks[part] = look = _Look()
            for block in blocks_of(archive, part):
                look.take(block)
        odd = [part for part, look in looks.items() if look.may_have_far_cells]
        boxes = {part: box for part in odd if (box := near_box(archive, part, filename, limits)) is not None}
    told = list(_formulas(looks, parts))
    errors = {parts[part]: look.errors for part, look in looks.items() if look.errors}
    if not boxes:
        return FirstLook(path, told, errors)
    workbook, far = without_far_cells(path, boxes)
    for part, (count, first) in far.items():
        told.append(codes.note(codes.FAR_CELLS, sheet=parts[part], count=count, cell=first))
    return FirstLook(workbook, told, errors)


def _formulas(looks: dict[str, _Look], parts: dict[str, str]) -> Iterator[Finding]:
    if any(look.formulas for look in looks.values()):
        yield codes.note(codes.FORMULAS_NOT_COMPUTED)
    for part, look in looks.items():
        if look.unsaved:
            yield codes.note(codes.FORMULAS_WITHOUT_VALUE, sheet=parts[part], count=look.unsaved)
