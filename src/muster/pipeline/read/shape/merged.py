"""Gives every row of a table the value of a cell that is merged over several rows: it holds for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.shape.headings import Merge
    from muster.pipeline.read.shape.looks import Line


def filled_down(lines: Iterable[Line], merges: Sequence[Merge], log: FindingLog, table: str) -> Iterator[Line]:
    """The lines with the blank cells below the first of a merged range filled; how many is told at the end.

    `merges` are ranges of several rows. A range that begins above the first line belongs to the header.
    """
    waiting = sorted(merges, key=lambda merge: merge.top, reverse=True)
    active: list[tuple[Merge, str]] = []
    count, first = 0, 0
    for line, raw in lines:
        cells = raw
        if active:
            active = [entry for entry in active if entry[0].bottom >= line]
            # A row that holds nothing but what is merged into it is none.
            places = {merge.left: text for merge, text in active if merge.left < len(raw) and not raw[merge.left]}
            if places and any(raw):
                cells = [places.get(place, cell) for place, cell in enumerate(raw)]
                count, first = count + len(places), first or line
        while waiting and waiting[-1].top <= line:
            merge = waiting.pop()
            if merge.top == line and merge.left < len(raw) and raw[merge.left]:
                active.append((merge, raw[merge.left]))
        yield line, cells
    if count:
        log.add(codes.note(codes.MERGED_CELLS, table=table, line=first, count=count))
