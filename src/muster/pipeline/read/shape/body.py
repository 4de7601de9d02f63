"""Finds where a table ends: rows go through, what is not surely a row waits until what follows tells what it is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.shape.looks import column_shapes, filled, known, may_be_names, shape_of
from muster.pipeline.read.shape.tail import Tail, tail_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.shape.looks import Line

_HELD = 12
"""Lines that are kept back as the possible tail; a longer one stands below a blank line."""
_UNDECIDED = 40
"""Lines of neither kind that are looked past before they are taken for rows."""
_PROFILE_ROWS = 60
_TYPED_ROWS = 3
_SURE = 3.0
_FEW = 3
_BELOW = 5
"""Lines below the names of another table that are looked at."""
_DIGIT = re.compile(r"\d")
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Profile:
    """What the first rows of a table say about all: cells filled, the shapes of its columns, its names and extent.

    `sparse`: a row of no more cells than that is no usual row. `coded` are the columns whose values hold digits.
    """

    typical: int
    sparse: int
    width: int
    left: int
    right: int
    shapes: dict[int, str]
    coded: frozenset[int]
    names: frozenset[str]
    header: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Profile:
        """The profile of a table with this header (empty without one) and these first rows."""
        rows = rows[:_PROFILE_ROWS]
        places = [found for cells in rows if (found := filled(cells))]
        named = filled(header)
        counts = sorted(map(len, places)) or [len(named)]
        typical = max(1, counts[len(counts) // 2])
        left = min((found[0] for found in (*places, *([named] if named else []))), default=0)
        right = max((found[-1] + 1 for found in (*places, *([named] if named else []))), default=width)
        return cls(
            typical=typical,
            sparse=max(0, min(typical // _FEW, counts[0] - 1)),
            width=width,
            left=left,
            right=right,
            shapes=column_shapes(rows, _TYPED_ROWS),
            coded=_coded(rows),
            names=frozenset(header[place].strip(BLANKS).casefold() for place in named),
            header=tuple(cell.strip(BLANKS) for cell in header),
        )


@dataclass(slots=True)
class Body:
    """The rows of one table among the lines below its header.

    `feed` gives the lines that are rows (blank ones among them, which mean nothing). When `over`, another table has
    begun: `rest` are the lines from its title on. `tail` says what was below the last row.
    """

    profile: Profile
    splits: bool = True
    over: bool = False
    rest: list[Line] = field(default_factory=list)
    tail: Tail = field(default_factory=Tail)
    _held: list[Line] = field(default_factory=list)
    _final: bool = False
    _doubt: int | None = None
    """The place in `_held` from which on nothing is surely a row."""

    @property
    def doubts(self) -> bool:
        """Whether lines wait that may be no rows."""
        return self._doubt is not None

    def feed(self, lines: Sequence[Line], *, final: bool = False) -> list[Line]:
        """The rows that are certain by now. `final`: nothing follows, so that what is to be decided is."""
        self._final = final
        held, sparse, width = self._held, self.profile.sparse, self.profile.width
        at = len(held) if self._doubt is None else self._doubt
        held.extend(lines)
        while at < len(held):
            cells = held[at][1]
            blanks = cells.count("")
            if len(cells) == width and blanks < width - sparse - 1:
                at += 1
                continue
            if len(filled(cells)) > sparse and len(cells) == width:
                at += 1
                continue
            following = self._decide(at)
            if following is None:
                self._doubt = at
                return self._release(max(0, at - _HELD))
            if self.over:
                return self._end(following)
            at = following
        self._doubt = None
        return self._release(max(0, len(held) - _HELD))

    def finish(self, *, complete: bool = True) -> list[Line]:
        """The last rows; `complete=False` when more would follow that nobody reads."""
        held, self._held, self._doubt = self._held, [], None
        if not complete:
            return held
        return self._without_tail(held)

    def _release(self, count: int) -> list[Line]:
        done = self._held[:count]
        del self._held[:count]
        if self._doubt is not None:
            self._doubt -= count
        return done

    def _end(self, start: int) -> list[Line]:
        held, self.rest = self._held[:start], self._held[start:]
        self._held, self._doubt = [], None
        return self._without_tail(held)

    def _without_tail(self, held: list[Line]) -> list[Line]:
        start, self.tail = tail_from(held, self.profile.typical)
        return held[:start] if self.tail.totals or self.tail.notes else held

    def _decide(self, at: int) -> int | None:
        """Where rows go on behind the odd line at `at`, or (when `over`) where another table begins; None: unknown."""
        held = self._held
        looked = 0
        gap = False
        title: int | None = None
        place = at
        while place < len(held):
            cells = held[place][1]
            places = filled(cells)
            if not places:
                gap = True
                place += 1
                continue
            looked += 1
            if looked > _UNDECIDED or not self.splits:
                return place + 1
            if tuple(cell.strip(BLANKS) for cell in cells) == self.profile.header:
                return place + 1
            verdict = self._is_header(place, places, gap=gap, titled=title is not None)
            if verdict is None:
                return None
            if verdict:
                self.over = True
                return place if title is None else title
            if self._is_row(cells, places):
                return place + 1
            if len(places) == 1 and title is None:
                title = place
            elif len(places) > 1:
                title = None
            place += 1
        return None

    def _is_row(self, cells: Sequence[str], places: Sequence[int]) -> bool:
        profile = self.profile
        if places[-1] >= profile.right or len(places) * 2 < profile.typical:
            return False
        if profile.typical == 1 and len(cells[places[0]].split()) >= _FEW + 1:
            return False
        typed = [(shape_of(cells[place]), profile.shapes[place]) for place in places if place in profile.shapes]
        wrong = sum(found is None for found, _ in typed)
        return wrong * 2 <= len(typed)

    def _is_header(self, place: int, places: Sequence[int], *, gap: bool, titled: bool) -> bool | None:
        """Whether the names of another table stand at `place`; None when the line below it is needed and not there."""
        cells = self._held[place][1]
        names = [cells[index] for index in places]
        profile = self.profile
        coded = any(index in profile.coded and _DIGIT.search(cells[index]) for index in places)
        if len(names) < 2 or coded or not may_be_names(names):  # noqa: PLR2004 - one name is a title
            return False
        score = self._evidence(cells, places, names) + gap + titled
        if score + 1.5 < _SURE:
            return False
        below = [other for _, other in self._held[place + 1 : place + 1 + _BELOW]]
        if len(below) < _BELOW and not self._final:
            return None
        rows = [(other, found) for other in below if (found := filled(other))]
        if not rows or len(rows[0][1]) * 2 < len(places):
            return False
        of_one_width = len(rows) > 1 and all(len(other) == len(cells) != profile.width for other, _ in rows)
        if not (gap or titled or known(names) * 2 >= len(names) or of_one_width):
            return False
        alike = (rows[0][1][0], rows[0][1][-1]) == (places[0], places[-1]) or len(rows[0][1]) == len(places)
        typed = bool(column_shapes([other for other, _ in rows]).keys() & set(places))
        return score + 0.5 * alike + 1.0 * typed >= _SURE

    def _evidence(self, cells: Sequence[str], places: Sequence[int], names: Sequence[str]) -> float:
        """How much a line itself, whatever stands around it, looks like the names of another table."""
        profile = self.profile
        knows = known(names)
        score = 2.0 if knows > 1 and knows * 2 >= len(names) else 0.0
        score += any(name.strip(BLANKS).casefold() in profile.names for name in names)
        if any(index in profile.shapes for index in places):
            score += 1.5
        if places[-1] >= profile.right or len(cells) > profile.width:
            return score + 1.5
        return score + 0.5 * ((places[0], places[-1] + 1) != (profile.left, profile.right))


def _coded(rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """The places where nearly all values of the rows hold a digit: names of machines, versions, codes."""
    values: Counter[int] = Counter()
    digits: Counter[int] = Counter()
    for cells in rows:
        for place in filled(cells):
            values[place] += 1
            digits[place] += _DIGIT.search(cells[place]) is not None
    return frozenset(place for place, count in values.items() if digits[place] >= _MOSTLY * count)
