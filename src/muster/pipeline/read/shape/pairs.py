"""Joins columns that hold names and values side by side (`Tag 1`, `Value 1`, `Tag 2`, …) into one column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.shape.looks import Line

_NUMBERED = re.compile(r"(.*?\D)[\s_.#-]*(\d{1,3})\Z")
_THINGS = ("tag", "label", "attribute", "property", "custom field", "parameter", "metadata")
_KEYS: dict[str, tuple[str, ...]] = {
    "key": ("value", "key value"),
    "name": ("value",),
    **{thing: (f"{thing} value", "value") for thing in _THINGS},
    **{
        f"{thing} {word}": (f"{thing} value", "value", thing)
        for thing in _THINGS
        for word in ("key", "name", "category", "type")
    },
}
"""Names of columns with names, and those of the columns that may hold their values."""
_JOINED_AS = (("tag", "Tags"), ("label", "Labels"))
_OTHERWISE = "Attributes"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of places, names first, and the name of the column that takes them."""

    places: tuple[tuple[int, int], ...]
    name: str

    def layout(self, whole: Layout) -> Layout:
        """The layout with the pairs joined where the first of them stood."""
        columns = self._joined(whole.columns, self._unique(whole.columns))
        shift = dict(zip(self.kept(len(whole.columns)), range(len(columns)), strict=True))
        header = self._joined(whole.header, self.name)
        return replace(
            whole,
            columns=tuple(columns),
            width=len(columns),
            header=tuple(header),
            blank_names=tuple(shift[place] for place in whole.blank_names if place in shift),
            repeated_names=tuple(shift[place] for place in whole.repeated_names if place in shift),
        )

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines with the pairs joined by line breaks, each as name=value."""
        for line, cells in lines:
            if not any(cells):
                yield line, cells
                continue
            texts = [self._text(cells, key, value) for key, value in self.places]
            yield line, self._joined(cells, "\n".join(text for text in texts if text))

    def _text(self, cells: Sequence[str], key: int, value: int) -> str:
        name, said = (cells[place].strip(BLANKS) if place < len(cells) else "" for place in (key, value))
        return f"{name}={said}" if name and said else name or said

    def kept(self, width: int) -> list[int]:
        """The places that stay, the first of the pairs among them, of rows of `width` cells."""
        gone = {place for pair in self.places for place in pair} - {self._first}
        return [place for place in range(width) if place not in gone]

    @property
    def _first(self) -> int:
        return min(place for pair in self.places for place in pair)

    def _joined(self, cells: Sequence[str], joined: str) -> list[str]:
        row = list(cells) + [""] * (self._first + 1 - len(cells))
        row[self._first] = joined
        return [row[place] for place in self.kept(len(row))]

    def _unique(self, names: Sequence[str]) -> str:
        return self.name if self.name not in names else f"{self.name} (joined)"


def find_pairs(columns: Sequence[str]) -> Pairs | None:
    """The pairs among the columns, two at least; None for nearly all tables."""
    numbered: dict[str, dict[int, int]] = {}
    for place, column in enumerate(columns):
        match = _NUMBERED.match(column.strip())
        if match:
            stem = " ".join(re.split(r"[\s_.-]+", match[1].casefold())).strip()
            numbered.setdefault(stem, {})[int(match[2])] = place
    for stem, keys in numbered.items():
        for partner in _KEYS.get(stem, ()):
            values = numbered.get(partner, {})
            both = sorted(keys.keys() & values.keys())
            if len(both) > 1 and len(both) == len(keys) == len(values):
                name = next((name for word, name in _JOINED_AS if word in stem), _OTHERWISE)
                return Pairs(tuple((keys[number], values[number]) for number in both), name)
    return None
