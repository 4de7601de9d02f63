"""Tells the lines below a table apart: totals, notes, and rows that are merely short of values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.shape.looks import filled, is_prose, shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.shape.looks import Line

_TOTAL = re.compile(
    r"(?:grand[\s-]*|sub[\s-]*|overall[\s-]*)?(?:totals?|sums?)\b(?!\w)|(?:gesamt|zwischen)?summe\b|gesamt\b|insgesamt\b|"
    r"(?:sous-)?total\b|somme\b|suma\b|totale[ns]?\b|totaal\b|average\b|mittelwert\b|durchschnitt\b|moyenne\b|"
    r"(?:row |record )?count\b|anzahl\b",
    re.IGNORECASE,
)
_FULL_TOTAL = re.compile(
    r"(?:(?:grand|overall)[\s-]*)?totals?:?\Z|(?:gesamt)?summe:?\Z|(?:ins)?gesamt:?\Z", re.IGNORECASE
)
_LONGEST_TOTAL = 40
_NOTE = re.compile(
    r"[*†‡§©]|\(\d+\)\s|\[\d+\]\s|notes?\b|nb\b|n\.b\.|remarks?\b|source\s*:|legend\b|hinweis|anmerkung|quelle\s*:|"
    r"remarque|nota\b|generated\b|exported\b|created (?:by|on|at)\b|printed\b|report\b|erstellt\b|exportiert\b|"
    r"page \d|seite \d|end of\b|ende\b|confidential\b|vertraulich\b|copyright\b|\(c\)\s|as of\b|stand\s*:|prepared\b|"
    r"disclaimer\b|-{3,}|={3,}|_{3,}|--\s",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\W*\d[\d,.]*\s*(?:rows?|records?|lines?|entries|items?|results?|zeilen|datens\w+|lignes?)\b[^\w]*"
    r"(?:selected|affected|found|returned|total|exported)?\W*",
    re.IGNORECASE,
)
_SURE_NOTE = re.compile(
    r"(?:notes?|total\s*\w*|totals|source|remarks?|hinweis|anmerkung|summe|nota|quelle)\s*:\s", re.IGNORECASE
)


@dataclass(slots=True)
class Tail:
    """What stands below a table: lines with totals and lines with notes, by their number."""

    totals: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)


def tail_from(lines: Sequence[Line], typical: int) -> tuple[int, Tail]:
    """Where the tail of `lines`, the last of a table, begins, and what it is. `typical`: cells that a row fills."""
    tail = Tail()
    start = len(lines)
    blanks = len(lines)
    for place in range(len(lines) - 1, -1, -1):
        line, cells = lines[place]
        places = filled(cells)
        if not places:
            blanks = place
            continue
        # A sentence says nothing about a table of one column; below a gap it does.
        apart = _is_apart(lines, place)
        kind = kind_of(cells, places, typical, apart=apart)
        if kind is None:
            break
        (tail.totals if kind == "total" else tail.notes).append(line)
        start = place
    tail.totals.reverse()
    tail.notes.reverse()
    return (start if start < len(lines) else blanks), tail


def kind_of(cells: Sequence[str], places: Sequence[int], typical: int, *, apart: bool) -> str | None:
    """`total` or `note` for a line below a table, None for one of its rows. `apart`: a blank line stands above it."""
    first = cells[places[0]].strip(BLANKS)
    few = len(places) <= max(1, typical // 2)
    if _is_total(first, [cells[place] for place in places[1:]], typical, apart=apart):
        return "total"
    if typical == 1 and not apart:
        return "note" if _COUNT.fullmatch(first) or _SURE_NOTE.match(first) else None
    if few and (_NOTE.match(first) or _COUNT.match(first)):
        return "note"
    alone = len(places) == 1 and (typical > 1 or apart)
    if alone and (is_prose(first) or (apart and first.endswith((".", ":")))):
        return "note"
    return "note" if apart and few and typical > 2 and first.endswith(":") else None  # noqa: PLR2004 - a label, a value


def _is_total(first: str, others: Sequence[str], typical: int, *, apart: bool) -> bool:
    shapes = [shape_of(cell) for cell in others]
    if len(first) > _LONGEST_TOTAL or not all(shape in ("number", None) for shape in shapes):
        return False
    if len(others) + 1 >= max(2, typical):
        # As full as a row: only when it says so and nothing but that.
        return bool(others) and "number" in shapes and bool(_FULL_TOTAL.match(first))
    return bool(_TOTAL.match(first)) and (bool(others) or typical > 1 or apart)


def _is_apart(lines: Sequence[Line], place: int) -> bool:
    """Whether the block of lines that `place` is in begins below a blank line."""
    while place > 0:
        place -= 1
        if not filled(lines[place][1]):
            return True
    return False
