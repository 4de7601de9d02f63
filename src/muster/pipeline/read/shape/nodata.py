"""Tells a sheet that is no table: a cover, a text to read, a lone cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.shape.looks import filled, is_known, is_prose, shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.shape.headings import Merge
    from muster.pipeline.read.shape.looks import Line

_HALF = 0.5
_MOSTLY = 0.6
_NARROW = 2
_COVER_LINES = 30


def why_no_table(head: Sequence[Line], merges: Sequence[Merge] = ()) -> str | None:
    """What the first lines of a sheet hold instead of a table, None when they may be one. `merges`: merged cells."""
    rows = [(cells, places) for _, cells in head if (places := filled(cells))]
    texts = [cells[place] for cells, places in rows for place in places]
    if not texts:
        return None
    if len(texts) == 1:
        return "a single value in merged cells" if merges else "a single cell"
    counts = sorted(len(places) for _, places in rows)
    usual, widest = counts[len(counts) // 2], counts[-1]
    if widest > _NARROW or usual > 1:
        prose = sum(map(is_prose, texts)) / len(texts)
        return "text to read" if usual <= _NARROW and widest <= _NARROW and prose >= _HALF and _is_text(texts) else None
    if is_known(texts[0]):
        return None
    wordy = sum(" " in text.strip() for text in texts) / len(texts)
    shaped = sum(shape_of(text) is not None for text in texts)
    if sum(map(is_prose, texts)) >= _HALF * len(texts):
        return "text to read"
    return "a cover page" if wordy >= _MOSTLY and not shaped and len(rows) <= _COVER_LINES else None


def _is_text(texts: Sequence[str]) -> bool:
    """Whether no heading speaks of a table: a list of names and descriptions begins with names that are known."""
    return not any(map(is_known, texts[:_NARROW]))
