"""Cuts the lines of a file or a sheet into tables: where each begins and ends, which way it lies, what is none."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.header import HEADER_ROWS, Layout, Widest, find_layout
from muster.pipeline.read.shape.body import Body, Profile
from muster.pipeline.read.shape.looks import filled
from muster.pipeline.read.shape.merged import filled_down
from muster.pipeline.read.shape.metric_file import metric_file
from muster.pipeline.read.shape.nodata import why_no_table
from muster.pipeline.read.shape.pairs import find_pairs
from muster.pipeline.read.shape.record_types import kind_place, kinds_of
from muster.pipeline.read.shape.regions import WHOLE, side_by_side
from muster.pipeline.read.shape.turned import Turned, turned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.shape.headings import Merge
    from muster.pipeline.read.shape.looks import Line
    from muster.pipeline.read.shape.tail import Tail

    Source = Callable[[], Iterator[Line]]
    """Gives the lines from the first on, each time it is called."""

_PIECE = 2_000
_LEAST_RUN = 3
_LONGEST_TITLE = 80


@dataclass(slots=True)
class Section:
    """One table: its name, its layout, and the lines below its header, to be taken before the next table is asked for.

    `places` are the places of the source cells that the columns come from, None when they are those of the layout.
    """

    name: str
    layout: Layout
    lines: Iterator[Line]
    places: tuple[int, ...] | None = None


@dataclass(slots=True)
class Cutter:
    """Cuts lines into tables and tells what it found. `name` is that of the sheet or file, `taken` all names used.

    `is_sheet`: a sheet may be no table at all, which is told, and gives none. `stem` is the name of a text file, from
    which a host may be taken. `complete` is False when the lines are the beginning of longer ones.
    """

    name: str
    log: FindingLog
    widest: Widest
    most: int
    """How many tables there may be; what follows the last stays part of it."""
    merges: tuple[Merge, ...] = ()
    is_sheet: bool = False
    judged: bool = True
    """Whether sheets that are no table are left out."""
    stem: str | None = None
    complete: bool = True
    taken: set[str] = field(default_factory=set)
    found: int = 0
    left_out: bool = False
    """Whether the sheet was told to be no table."""

    def tables(self, source: Source) -> Iterator[Section]:
        """The tables in order. Raises UnreadableFileError for one that is too wide."""
        head = list(islice(_from_first(source()), HEADER_ROWS))
        reason = why_no_table(head, self.merges) if self.is_sheet and self.judged else None
        if reason is not None:
            self._leave_out(reason)
            return
        for region in side_by_side(head):
            if region is WHOLE:
                yield from self._by_kind(source, head) or self._stacked(source())
            else:
                yield from self._stacked(region.cut(source()))

    def further(self, lines: Iterator[Line]) -> Iterator[Section]:
        """The tables in lines that follow behind a table, which can be had only once."""
        yield from self._stacked(lines)

    def _by_kind(self, source: Source, head: Sequence[Line]) -> list[Section]:
        """The tables of a file that mixes kinds of rows, none when it does not."""
        layout = find_layout(head, self.widest)
        place = kind_place(layout) if layout is not None and layout.left == 0 else None
        if layout is None or place is None:
            return []
        skip = layout.skip
        kinds = kinds_of(islice(_from_first(source()), skip, None), layout, place)
        tables = []
        for kind in kinds:
            lines = kind.rows(islice(_from_first(source()), skip, None))
            name = self._named(f"{layout.columns[place].rstrip(' 0123456789')} {kind.value or '(blank)'}")
            self.log.add(
                codes.note(codes.RECORD_TYPES, table=name, field=layout.columns[place], line=layout.header_row)
            )
            tables.append(self._section(name, kind.layout(layout), lines, places=kind.places))
        return tables

    def _stacked(self, lines: Iterator[Line]) -> Iterator[Section]:
        """The tables one below the other."""
        waiting: deque[Line] = deque()
        lines = iter(lines)
        while True:
            head = list(islice(_from_first(_drain(waiting, lines)), HEADER_ROWS))
            if not head:
                return
            ended = len(head) < HEADER_ROWS and self.complete
            lying = turned(head) if ended else None
            if lying is not None:
                yield from self._turned(lying)
                return
            layout = find_layout(head, self.widest, [merge for merge in self.merges if merge.top >= head[0][0]])
            if layout is None:
                return
            body = Body(profile_of(head, layout), splits=self.found + 1 < self.most)
            waiting.extendleft(reversed(head[layout.skip :]))
            name = self._named(_title_of(layout))
            if self.found > 1:
                position = layout.left + 1
                line = layout.header_row or head[layout.skip][0]
                self.log.add(
                    codes.note(codes.SEVERAL_TABLES, table=name, line=line, sheet=self.name, position=position)
                )
            rows = self._body(body, waiting, lines, name)
            if merges := [merge for merge in self.merges if merge.bottom > merge.top]:
                rows = filled_down(rows, merges, self.log, name)
            section = self._section(name, layout, rows, sample=[cells for _, cells in head[layout.skip :]])
            yield section
            deque(section.lines, maxlen=0)

    def _body(self, body: Body, waiting: deque[Line], lines: Iterator[Line], name: str) -> Iterator[Line]:
        while piece := list(islice(_drain(waiting, lines), _PIECE)):
            yield from body.feed(piece)
            if body.over:
                waiting.extendleft(reversed(body.rest))
                break
        else:
            if self.complete:
                yield from body.feed([], final=True)
                waiting.extendleft(reversed(body.rest))
            if not body.over:
                yield from body.finish(complete=self.complete)
        tell_tail(self.log, body.tail, name)

    def _section(
        self,
        name: str,
        layout: Layout,
        lines: Iterator[Line],
        *,
        places: tuple[int, ...] | None = None,
        sample: Sequence[Sequence[str]] = (),
    ) -> Section:
        """The table with pairs joined, and named by its file where the file has to."""
        if layout.left == 0 and (pairs := find_pairs(layout.columns)) is not None:
            joined = pairs.layout(layout)
            self.log.add(
                codes.note(
                    codes.PAIRS_JOINED, table=name, line=layout.header_row, field=pairs.name, count=len(pairs.places)
                )
            )
            kept = tuple(pairs.kept(len(layout.columns)))
            inner = kept if places is None else tuple(places[place] for place in kept)
            return Section(name, joined, pairs.rows(lines), inner)
        said = metric_file(self.stem, layout, sample) if self.stem and layout.left == 0 and not places else None
        if said is not None:
            wider = said.layout(layout)
            self.log.add(codes.note(codes.NAMED_BY_FILE, table=name, field=wider.columns[-1], metric=said.metric))
            return Section(name, wider, said.rows(lines))
        return Section(name, layout, lines, places)

    def _turned(self, table: Turned) -> Iterator[Section]:
        if self.is_sheet and self.judged and not table.about_things:
            self._leave_out("a description of the file")
            return
        name = self._named(None)
        layout = Layout(table.names, 0, len(table.names), 0, table.line, ())
        self.log.add(codes.note(codes.TURNED_TABLE, table=name, line=table.line, count=len(table.records)))
        yield self._section(name, layout, iter(table.records), places=())

    def _leave_out(self, kind: str) -> None:
        self.left_out = True
        self.log.add(codes.note(codes.NO_TABLE, sheet=self.name, kind=kind))

    def _named(self, title: str | None) -> str:
        """A name of its own for the next table: the first is called like its sheet."""
        self.found += 1
        wanted = self.name if self.found == 1 else f"{self.name}: {title}" if title else f"{self.name} ({self.found})"
        name, number = wanted, 2
        while name in self.taken:
            name, number = f"{wanted} ({number})", number + 1
        self.taken.add(name)
        return name


def _title_of(layout: Layout) -> str | None:
    """The nearest line above the header, when it is short enough for a name."""
    text = layout.titles[-1][1].strip("# ") if layout.titles else ""
    return text if 0 < len(text) <= _LONGEST_TITLE else None


def tell_tail(log: FindingLog, tail: Tail, name: str) -> None:
    """Tell the lines below a table that are no rows."""
    for code, lines in ((codes.TOTAL_ROWS, tail.totals), (codes.NOTE_LINES, tail.notes)):
        if lines:
            log.add(codes.note(code, table=name, line=lines[0], count=len(lines)))


def is_plain(head: Sequence[Line], layout: Layout, stem: str, *, ended: bool) -> bool:
    """Whether a text file is, by its first lines, one table that needs no other shape: it may be read the fast way."""
    if layout.comments:
        return True
    if len(side_by_side(head)) > 1 or (ended and turned(_trimmed(head)) is not None):
        return False
    if kind_place(layout) is not None or find_pairs(layout.columns) is not None:
        return False
    rows = [cells for _, cells in head[layout.skip :]]
    if metric_file(stem, layout, rows) is not None:
        return False
    body = Body(profile_of(head, layout))
    body.feed(head[layout.skip :], final=ended)
    return not body.over


def profile_of(head: Sequence[Line], layout: Layout) -> Profile:
    """What the first lines of a table say about its rows."""
    lines = head[layout.skip : layout.until]
    rows: list[Sequence[str]] = []
    for _, cells in lines:
        if filled(cells):
            rows.append(cells)
        elif len(rows) >= _LEAST_RUN:
            break
    return Profile.of(layout.header, rows, layout.width)


def _trimmed(lines: Sequence[Line]) -> list[Line]:
    return list(_from_first(iter(lines)))


def _from_first(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines from the first that holds something on."""
    lines = iter(lines)
    for line, cells in lines:
        if filled(cells):
            return chain([(line, cells)], lines)
    return iter(())


def _drain(waiting: deque[Line], lines: Iterator[Line]) -> Iterator[Line]:
    """What waits, then what follows; taken one by one, so that what is not taken waits on."""
    while waiting:
        yield waiting.popleft()
    # Not `yield from`: that would close `lines` with this iterator, which is left half way.
    for line in lines:  # noqa: UP028 - as said above
        yield line
