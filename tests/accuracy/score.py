"""Pairs of records against their labels: how many are right, and for each wrong one what happened, in words.

The explanation looks at the raw cells with rules of its own (plain normalisation, no list of junk, no tiers): it finds
what the two records, or the assets they ended in, have in common, and what the generator had done to them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from labelled.words import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labelled.words import Export, Record

Thing = tuple[str, str]
"""Something that may name a machine: what it is ("serial number"), and its normalised text."""

_TELLING = ("id", "UUID", "serial number", "full name")
_ORDER = (*_TELLING, "hardware address", "name", "address")


class Wrong(StrEnum):
    """The two ways for a pair to be wrong."""

    JOINED = "joined"
    PARTED = "parted"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong pair: where it stands, what was wrong, which trouble was behind it (None: unexplained), and how."""

    left: int
    right: int
    wrong: Wrong
    trouble: Trouble | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of records that belong together and pairs that were put together."""

    right: int
    joined_wrongly: int
    parted_wrongly: int

    @property
    def precision(self) -> float:
        """Of the pairs put together, the share that belongs together."""
        return self.right / max(self.right + self.joined_wrongly, 1)

    @property
    def recall(self) -> float:
        """Of the pairs that belong together, the share put together."""
        return self.right / max(self.right + self.parted_wrongly, 1)


def pairs_in(groups: Iterable[object]) -> int:
    """Pairs of equal items."""
    return sum(count * (count - 1) // 2 for count in Counter(groups).values())


class Judgement:
    """The labelled set beside an answer: `assets` holds one number per record, in the order of the exports."""

    def __init__(self, exports: Sequence[Export], assets: Sequence[int]) -> None:
        self._assets = list(assets)
        self._export = [export for export in exports for _ in export.records]
        self.records: list[Record] = [record for export in exports for record in export.records]
        self.feeds = {export.feed for export in exports}
        self._truth = [record.truth for record in self.records]
        self._things = [things(record) for record in self.records]
        self._members: dict[int, list[int]] = defaultdict(list)
        self._carriers: dict[Thing, list[int]] = defaultdict(list)
        for place, asset in enumerate(self._assets):
            self._members[asset].append(place)
            for thing in self._things[place]:
                self._carriers[thing].append(place)

    @cached_property
    def score(self) -> Score:
        """Over all pairs of records."""
        return self._score(range(len(self.records)))

    @cached_property
    def newest(self) -> Score:
        """Over the last export of each feed only: what an older snapshot repeats counts once."""
        last = {export.feed: export.day for export in sorted(self._export, key=lambda export: export.day)}
        return self._score(place for place, export in enumerate(self._export) if last[export.feed] == export.day)

    def _score(self, places: Iterable[int]) -> Score:
        chosen = list(places)
        right = pairs_in((self._truth[place], self._assets[place]) for place in chosen)
        together = pairs_in(self._assets[place] for place in chosen)
        wanted = pairs_in(self._truth[place] for place in chosen)
        return Score(right, together - right, wanted - right)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """Every wrong pair with its explanation."""
        found = []
        for members in self._members.values():
            found += [self._joined(a, b) for a, b in combinations(members, 2) if self._truth[a] != self._truth[b]]
        same = defaultdict(list)
        for place, truth in enumerate(self._truth):
            same[truth].append(place)
        for members in same.values():
            found += [self._parted(a, b) for a, b in combinations(members, 2) if self._assets[a] != self._assets[b]]
        return found

    def _joined(self, left: int, right: int) -> Mistake:
        """Walk from one record to the other inside their asset; where the truth changes stands the culprit."""
        path = self._path(left, right)
        if path is None:
            return Mistake(left, right, Wrong.JOINED, None, f"{self._both(left, right)}, and nothing leads there")
        a, b = next((a, b) for a, b in pairwise(path) if self._truth[a] != self._truth[b])
        thing = self._common(a, b)
        trouble = self._worst([a, b]) or self._worst([left, right])
        way = "" if {a, b} == {left, right} else f", on the way through {self._place(a)} and {self._place(b)}"
        what = f"an equal {thing[0]} ({thing[1]})"
        why = f"{self._both(left, right)} by {what}{way}: {trouble}"
        return Mistake(left, right, Wrong.JOINED, trouble, why)

    def _path(self, start: int, end: int) -> list[int] | None:
        asset, came = self._assets[start], {start: start}
        queue = deque([start])
        while queue and end not in came:
            here = queue.popleft()
            for thing in sorted(self._things[here], key=_strength):
                for place in self._carriers[thing]:
                    if self._assets[place] == asset and place not in came:
                        came[place] = here
                        queue.append(place)
        if end not in came:
            return None
        path = [end]
        while path[-1] != start:
            path.append(came[path[-1]])
        return path[::-1]

    def _parted(self, left: int, right: int) -> Mistake:
        """What the two assets have in common, and why it did not count."""
        mine, others = self._of_asset(left), self._of_asset(right)
        shared = sorted(mine & others, key=_strength)
        both = f"{self._place(left)} and {self._place(right)} stand in two assets"
        if not shared:
            trouble = self._worst([left, right])
            return Mistake(left, right, Wrong.PARTED, trouble, f"{both}, which have nothing in common: {trouble}")
        reasons, strangers = [], []
        for thing in shared:
            reason, culprits = self._refused(thing, left, right)
            reasons.append(f"{thing[0]} {thing[1]}: {reason}")
            strangers += culprits
        everybody = [*self._members[self._assets[left]], *self._members[self._assets[right]]]
        everybody += [place for thing in shared for place in self._carriers[thing]]
        trouble = self._worst([left, right, *strangers], Trouble.APPLICATION) or self._worst(everybody)
        return Mistake(left, right, Wrong.PARTED, trouble, f"{both}; {'; '.join(reasons)}; {trouble}")

    def _refused(self, thing: Thing, left: int, right: int) -> tuple[str, list[int]]:
        """Why a thing that both assets carry joined nobody, as far as the data tells, and the records to blame."""
        carriers = self._carriers[thing]
        strangers = [place for place in carriers if self._truth[place] != self._truth[left]]
        often = Counter(self._export[place].title for place in carriers).most_common(1)[0]
        if often[1] > 1:
            repeated = [place for place in carriers if self._export[place].title == often[0]]
            return f"stands {often[1]} times in {often[0]}", [*strangers, *repeated]
        if strangers:
            return f"{self._place(strangers[0])} carries it too", strangers
        mine, others = self._members[self._assets[left]], self._members[self._assets[right]]
        for kind in _TELLING[1:]:
            if self._carries(mine, kind) and self._carries(others, kind):
                return f"each asset has a {kind} of its own", [*mine, *others]
        feeds = {self._export[place].feed for place in mine} & {self._export[place].feed for place in others}
        if feeds:
            return f"{min(feeds)} lists both", [*mine, *others]
        return "part of a chain with a contradiction", [*mine, *others]

    def _of_asset(self, place: int) -> set[Thing]:
        return set().union(*(self._things[member] for member in self._members[self._assets[place]]))

    def _carries(self, places: Iterable[int], kind: str) -> bool:
        return any(thing[0] == kind for place in places for thing in self._things[place])

    def _common(self, a: int, b: int) -> Thing:
        return min(self._things[a] & self._things[b], key=_strength)

    def _worst(self, places: Iterable[int], last: Trouble | None = None) -> Trouble | None:
        """The most telling trouble of these records, in the order of Trouble; `last` is named when nothing else is."""
        found = set().union(*(self.records[place].troubles for place in places))
        return next(
            (trouble for trouble in Trouble if trouble in found and trouble is not last),
            last if last in found else None,
        )

    def _both(self, left: int, right: int) -> str:
        return f"{self._place(left)} and {self._place(right)} stand in one asset"

    def _place(self, place: int) -> str:
        """A record as a person would point at it."""
        cells, export = self.records[place].cells, self._export[place]
        name = next((cells[field] for field in ("asset_name", "hostname", "fqdn", "ip_address") if field in cells), "?")
        return f"'{name.strip()}' ({self._truth[place]}) of {export.title}"


def things(record: Record) -> set[Thing]:
    """All that may name a machine in the raw cells of a record."""
    cells = {name: text.strip().lower() for name, text in record.cells.items()}
    found = {("id", cells[name]) for name in ("sys_id", "vm_id", "source_id") if name in cells}
    found |= {("UUID", _either_order(text)) for text in (cells.get("instance_uuid"), _spelled(cells)) if text}
    if "serial_number" in cells and not _spelled(cells):
        found.add(("serial number", cells["serial_number"]))
    for field in ("fqdn", "hostname", "asset_name"):
        if name := cells.get(field):
            found.add(("name", name.split(".")[0]))
            if "." in name:
                found.add(("full name", name))
    for field, kind in (("mac_address", "hardware address"), ("ip_address", "address")):
        found |= {(kind, part.replace("-", ":")) for part in re.split(r"[,;\s]+", cells.get(field, "")) if part}
    return found


def _spelled(cells: dict[str, str]) -> str | None:
    serial = cells.get("serial_number", "")
    return serial.removeprefix("vmware-") if serial.startswith("vmware-") else None


def _either_order(uuid: str) -> str:
    raw = bytes.fromhex(re.sub(r"[^0-9a-f]", "", uuid))
    return min(raw, raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]).hex()


def _strength(thing: Thing) -> tuple[int, str]:
    return _ORDER.index(thing[0]), thing[1]
