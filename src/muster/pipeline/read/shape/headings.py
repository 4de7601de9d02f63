"""The names of columns from the lines they stand in: stacked and merged headers, a line of units, a line of hints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS, tidy
from muster.pipeline.read.shape.looks import column_shapes, filled, known, may_be_names, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.pipeline.read.shape.looks import Line

_DEEPEST = 6
"""How many lines a header has at most."""
_MORE_UNITS = {
    "%", "#", "n", "count", "days", "d", "h", "hrs", "hours", "min", "minutes", "s", "sec", "seconds", "ms", "years",
    "months", "gbit/s", "mbit/s", "mb/s", "kb/s", "iops", "ops/s", "w", "kw", "kwh", "v", "a", "°c", "c", "u", "mm",
    "cm", "m", "kg", "€", "$", "£", "eur", "usd", "gbp", "cores", "vcpu", "vcpus", "stk", "pcs", "qty",
}  # fmt: skip
_HINTS = {
    "required", "optional", "mandatory", "conditional", "recommended", "string", "text", "str", "integer", "int",
    "number", "numeric", "float", "decimal", "date", "datetime", "timestamp", "boolean", "bool", "varchar", "char",
    "free text", "list", "dropdown", "yes/no", "true/false", "pflicht", "pflichtfeld", "zahl", "datum",
}  # fmt: skip
_LABEL_AND_VALUE = [0, 1]


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that are one: lines and places, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Heading:
    """`names` by place; it stands in lines `first` … `last` of those looked at (indexes), units and hints included.

    `bottom` is the line that a repeated header would repeat.
    """

    names: tuple[str, ...]
    first: int
    bottom: int
    last: int
    stacked: int
    units: bool
    hints: bool


def heading_at(lines: Sequence[Line], place: int, merges: Iterable[Merge] = ()) -> Heading:
    """The heading around the line at `place`, which looks most like one."""
    merges = [merge for merge in merges if merge.right > merge.left or merge.bottom > merge.top]
    bottom = _bottom(lines, place, merges)
    first = place
    while first > 0 and bottom - first < _DEEPEST and _is_group(lines, first - 1, first, merges):
        first -= 1
    width = max(len(cells) for _, cells in lines[first : bottom + 1])
    names = [""] * width
    for index in range(first, bottom + 1):
        spread = _spread(lines, index, width, merges, under=index < bottom)
        for column, text in enumerate(spread):
            if text and not names[column].endswith(text):
                names[column] = f"{names[column]} {text}".strip()
    last = bottom
    units = last + 1 < len(lines) - 1 and _is_units(lines[last + 1][1])
    if units:
        last += 1
        for column in filled(lines[last][1]):
            unit = tidy(lines[last][1][column]).strip("()[]")
            if column < width and unit.casefold() not in names[column].casefold().split():
                names[column] = f"{names[column]} ({unit})".strip()
    hints = last + 1 < len(lines) - 1 and _is_hints(lines[last + 1][1], sum(map(bool, names)))
    return Heading(tuple(names), first, bottom, last + hints, bottom - first + 1, units, hints)


def _bottom(lines: Sequence[Line], place: int, merges: Sequence[Merge]) -> int:
    """The index of the header's last line: as far as merged cells reach, or a second line of names below the first."""
    line, _ = lines[place]
    deepest = line
    while True:
        reach = max((merge.bottom for merge in merges if line <= merge.top <= deepest), default=line)
        if reach <= deepest or reach - line >= _DEEPEST:
            break
        deepest = reach
    bottom = place
    while bottom + 1 < len(lines) and lines[bottom + 1][0] <= deepest:
        bottom += 1
    # Merged cells that span columns name groups; the names themselves stand below them.
    spans = any(merge.right > merge.left and merge.top == line for merge in merges)
    if bottom == place and place + 2 < len(lines) and _is_second(lines, place, merged=spans):
        return place + 1
    return bottom


def _is_second(lines: Sequence[Line], place: int, *, merged: bool) -> bool:
    """Whether the line below the header goes on with it: names where the header has gaps."""
    (line, upper), (next_line, lower) = lines[place], lines[place + 1]
    above, here = filled(upper), filled(lower)
    gaps = [column for column in here if column not in above]
    if next_line != line + 1 or not above or not gaps or gaps[0] < above[0]:
        return False
    if any(shape_of(lower[column]) for column in here):
        return False
    names = [lower[column] for column in here]
    # In each group of the line above, what stands below is named once.
    groups: dict[int, list[str]] = {}
    for column in here:
        owner = max((upper_place for upper_place in above if upper_place <= column), default=-1)
        groups.setdefault(owner, []).append(lower[column])
    if not all(may_be_names(group) for group in groups.values()):
        return False
    below = [cells for _, cells in lines[place + 2 : place + 12]]
    if merged or known(names) * 2 >= len(names):
        return True
    typed = column_shapes(below)
    complementary = len(here) < len(above) + len(gaps) and not set(here) & set(above)
    return bool(typed.keys() & set(here)) or complementary


def _is_group(lines: Sequence[Line], place: int, below: int, merges: Sequence[Merge]) -> bool:
    """Whether the line above a header names groups of its columns."""
    (line, cells), (next_line, names) = lines[place], lines[below]
    here, under = filled(cells), filled(names)
    if line + 1 != next_line or not here or any(shape_of(cells[column]) for column in here):
        return False
    if here[0] < under[0] or here[-1] > under[-1]:
        return False
    spans = [
        merge
        for merge in merges
        if merge.top <= line <= merge.bottom and merge.left in here and merge.right > merge.left
    ]
    if spans:
        return not any(merge.left <= under[0] and merge.right >= under[-1] for merge in spans)
    if len(here) < 2 or here == _LABEL_AND_VALUE or any(cells[column].rstrip(BLANKS).endswith(":") for column in here):  # noqa: PLR2004 - one is a title
        return False
    # A title stands at the left; groups leave the column out that names the rows, or part names that are used twice.
    return here[0] > under[0] or len({names[column] for column in under}) < len(under)


def _spread(lines: Sequence[Line], index: int, width: int, merges: Sequence[Merge], *, under: bool) -> list[str]:
    """The texts of a line of a header by place, those of merged cells in each of their places."""
    line, cells = lines[index]
    texts = [tidy(cell) for cell in cells] + [""] * (width - len(cells))
    spans = [merge for merge in merges if merge.top == line and merge.left < width]
    for merge in spans:
        for column in range(merge.left, min(merge.right + 1, width)):
            texts[column] = texts[merge.left]
    if not under or spans:
        return texts
    if any(merge.top < line <= merge.bottom for merge in merges):
        return texts
    # Without merged cells a group reaches as far as its gap, where the line below has names.
    following = filled(lines[index + 1][1])
    owner = ""
    for column in range(width):
        if texts[column]:
            owner = texts[column]
        elif owner and column in following:
            texts[column] = owner
    return texts


def _is_units(cells: Sequence[str]) -> bool:
    units = [tidy(cells[place]).strip("()[]").casefold() for place in filled(cells)]
    words = [unit for unit in units if unit not in {"-", "--", "/"}]
    plain = any(len(word) > 1 or not word.isalpha() for word in words)
    return plain and len(words) * 3 >= len(units) and all(_is_unit(unit) for unit in words)


def _is_hints(cells: Sequence[str], width: int) -> bool:
    hints = [tidy(cells[place]).strip("()[]*").casefold() for place in filled(cells)]
    return len(hints) > 1 and len(hints) * 2 > width and all(hint in _HINTS for hint in hints)


@cache
def _is_unit(word: str) -> bool:
    from muster.catalog.header_words import UNITS  # noqa: PLC0415 - asked for few lines of few files

    return word in UNITS or word in _MORE_UNITS
