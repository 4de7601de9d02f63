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
_NEAR = 20
"""Blank lines that may stand between the title of another table and its names."""
_LONG_GAP = 10_000
"""Blank lines behind which nothing belongs to what stood above them, so that it need not be kept back."""
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
class _Search:
    """How far the lines from one that is not surely a row on were looked at: nothing is looked at twice.

    `start` is the place of the odd line, `place` the next one to look at, `looked` how many of them held anything,
    `blanks` how many blank ones came last, `title` the place of what may be the title of another table.
    """

    start: int
    place: int
    looked: int = 0
    blanks: int = 0
    gap: bool = False
    title: int | None = None

    def moved(self, count: int) -> None:
        """Count places anew: the first `count` lines are gone."""
        self.start -= count
        self.place -= count
        self.title = None if self.title is None else self.title - count


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
    _search: _Search | None = None
    """Looks for where rows go on, None when every line held is surely a row."""

    @property
    def doubts(self) -> bool:
        """Whether lines wait that may be no rows."""
        return self._search is not None

    def feed(self, lines: Sequence[Line], *, final: bool = False) -> list[Line]:
        """The rows that are certain by now. `final`: nothing follows, so that what is to be decided is."""
        self._final = final
        held, sparse, width = self._held, self.profile.sparse, self.profile.width
        at = len(held)
        held.extend(lines)
        search = self._search
        while search is not None or at < len(held):
            if search is None:
                cells = held[at][1]
                blanks = cells.count("")
                if len(cells) == width and (blanks < width - sparse - 1 or len(filled(cells)) > sparse):
                    at += 1
                    continue
                search = _Search(at, at)
            following = self._decide(search)
            if following is None:
                released = self._released_before(search)
                self._search = search
                return released
            if self.over:
                return self._end(following)
            at, search = following, None
        self._search = None
        return self._release(max(0, len(held) - _HELD))

    def finish(self, *, complete: bool = True) -> list[Line]:
        """The last rows; `complete=False` when more would follow that nobody reads."""
        held, self._held, self._search = self._held, [], None
        if not complete:
            return held
        return self._without_tail(held)

    def _release(self, count: int) -> list[Line]:
        done = self._held[:count]
        del self._held[:count]
        return done

    def _released_before(self, search: _Search) -> list[Line]:
        """What is certain although it is not known where rows go on: what stands well above, or above a long gap."""
        if search.blanks <= _LONG_GAP:
            count = max(0, search.start - _HELD)
            search.moved(count)
            return self._release(count)
        count = search.place - _HELD
        search.moved(count)
        search.start, search.looked, search.blanks, search.title = 0, 0, 0, None
        above = self._release(count)
        rows = self._without_tail(above)
        return rows + [line for line in above[len(rows) :] if not filled(line[1])]

    def _end(self, start: int) -> list[Line]:
        held, self.rest = self._held[:start], self._held[start:]
        self._held, self._search = [], None
        return self._without_tail(held)

    def _without_tail(self, held: list[Line]) -> list[Line]:
        start, tail = tail_from(held, self.profile.typical)
        if not (tail.totals or tail.notes):
            return held
        self.tail.totals += tail.totals
        self.tail.notes += tail.notes
        return held[:start]

    def _decide(self, search: _Search) -> int | None:
        """Where rows go on behind an odd line, or (when `over`) where another table begins; None: not known yet."""
        held = self._held
        while search.place < len(held):
            place = search.place
            cells = held[place][1]
            places = filled(cells)
            if not places:
                search.gap = True
                search.blanks += 1
                search.place += 1
                if search.blanks > _NEAR:
                    search.title = None
                continue
            repeated = tuple(cell.strip(BLANKS) for cell in cells) == self.profile.header
            if repeated or search.looked >= _UNDECIDED or not self.splits:
                return place + 1
            verdict = self._is_header(place, places, gap=search.gap, titled=search.title is not None)
            if verdict is None:
                return None
            if verdict:
                self.over = True
                return place if search.title is None else search.title
            if self._is_row(cells, places):
                return place + 1
            if len(places) == 1 and search.title is None:
                search.title = place
            elif len(places) > 1:
                search.title = None
            search.looked += 1
            search.blanks = 0
            search.place += 1
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
