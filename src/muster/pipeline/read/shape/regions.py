"""Finds tables that stand side by side in one sheet, parted by blank columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.shape.looks import filled, known, may_be_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.pipeline.read.shape.looks import Line


@dataclass(frozen=True, slots=True)
class Region:
    """The cells from `left` up to `right` (not included, None: as far as cells go) of every line."""

    left: int
    right: int | None

    def cut(self, lines: Iterator[Line]) -> Iterator[Line]:
        """The lines with nothing but the region's cells in them, each in its place."""
        blank = [""] * self.left
        for line, cells in lines:
            yield line, [*blank, *cells[self.left : self.right]]


WHOLE = Region(0, None)


@dataclass(frozen=True, slots=True)
class _Block:
    left: int
    right: int
    top: int
    bottom: int
    names: tuple[str, ...]


def side_by_side(head: Sequence[Line]) -> tuple[Region, ...]:
    """The regions of tables that stand beside each other in the first lines; one, the whole, for nearly all.

    A blank column may as well be a spacer inside of one table. Only blocks with a header of their own that end in
    different lines, begin in different lines, or use the same names are tables by themselves.
    """
    width = max((len(cells) for _, cells in head), default=0)
    used = [False] * width
    for _, cells in head:
        for place in filled(cells):
            used[place] = True
    spans = _spans(used)
    if len(spans) < 2:  # noqa: PLR2004 - one table
        return (WHOLE,)
    blocks = [_block(head, left, right) for left, right in spans]
    whole = [block for block in blocks if block is not None]
    if len(whole) != len(blocks):
        return (WHOLE,)
    for first, second in pairwise(whole):
        same_names = {name.casefold() for name in first.names} & {name.casefold() for name in second.names}
        if not (same_names or first.bottom != second.bottom or first.top != second.top):
            return (WHOLE,)
    edges = [block.left for block in whole[1:]]
    return tuple(Region(left, right) for left, right in zip([0, *edges], [*edges, None], strict=True))


def _spans(used: Sequence[bool]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for place, is_used in enumerate([*used, False]):
        if is_used and start is None:
            start = place
        elif not is_used and start is not None:
            spans.append((start, place))
            start = None
    return spans


def _block(head: Sequence[Line], left: int, right: int) -> _Block | None:
    """The columns as a table: two at least, names above two rows at least; None when they are none."""
    lines = [(line, cells[left:right]) for line, cells in head]
    lines = [(line, cells) for line, cells in lines if filled(cells)]
    place = next((index for index, (_, cells) in enumerate(lines) if len(filled(cells)) > 1), None)
    if place is None or len(lines) - place < 3 or right - left < 2:  # noqa: PLR2004 - as said above
        return None
    top, cells = lines[place]
    names = [cells[index].strip(BLANKS) for index in filled(cells)]
    sure = known(names) * 2 >= len(names) or len(names) == right - left
    if not (sure and may_be_names(names)):
        return None
    return _Block(left, right, top, lines[-1][0], tuple(names))
