"""Finds the records in JSON text wherever they stand: in a list, in lists under any name, or as one object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read.nested.columns import free_name
from muster.pipeline.read.nested.cursor import BrokenJsonError, JsonCursor, TooLargeValueError
from muster.pipeline.read.nested.shapes import KEYED, Nested, alike
from muster.pipeline.read.nested.tables import RecordTables, record_too_large, too_deep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muster.pipeline.read.nested.store import Table
    from muster.pipeline.upload import Limits

    RowsOf = Callable[[dict[str, Nested]], Iterator[dict[str, Nested]]]

_SMALL = 1 << 20
"""Objects up to this many characters are decoded at once; larger ones are walked through."""
_WEIGHT = 64
"""What a value weighs in memory beside its text."""
_VALUE = re.compile(r"\s*[-+]?\d[\d.,:/-]*\s*\Z")


class JsonWalk:
    """One walk through a file. `rows_of` makes rows of a record that is none by itself (a block of flow tuples)."""

    def __init__(
        self,
        cursor: JsonCursor,
        tables: RecordTables,
        filename: str,
        limits: Limits,
        rows_of: RowsOf | None = None,
    ) -> None:
        self._cursor = cursor
        self._tables = tables
        self._filename = filename
        self._limits = limits
        self._rows_of = rows_of

    def run(self) -> None:
        """Walk to the end of the text, or until the tables have seen enough.

        Raises BrokenJsonError where the text is no JSON any more; what was read until then is in the tables.
        """
        cursor = self._cursor
        while (char := cursor.peek()) and not self._tables.done:
            if char == "[":
                self._list_outside()
            elif char == "{":
                self._object_outside()
            else:
                cursor.value()
                raise UnreadableFileError(
                    f"{self._filename} is JSON without an object or a list in it: send a list of objects.",
                    filename=self._filename,
                    kind="json_without_records",
                )
            cursor.take(",")

    def add(self, table: Table, record: dict[str, Nested], line: int, size: int = 0, key: str | None = None) -> None:
        """Add a record that stands in the outermost object, or outermost itself; without `size` it was put together."""
        dirty = self._cursor.dirty or not size
        parent = self._tables.root.count + 1
        none = True
        for row in (record,) if self._rows_of is None else self._rows_of(record):
            self._tables.add(table, row, line, parent_row=parent, key=key, size=size, dirty=dirty)
            size, none = 0, False
        if none and (size or key is not None):
            self._tables.leave_out(line)

    def keyed(self, path: str) -> Table:
        """The table of the records that the object at `path` holds under their names."""
        return self._tables.child(self._tables.root, path, keyed=True)

    def _object_outside(self) -> None:
        line, tables = self._cursor.line, self._tables
        # An object that is a record itself has lists in it that are no records by themselves.
        whole = None if self._rows_of is None else self._cursor.ahead(_SMALL)
        rows, left_out = tables.rows, tables.left_out
        around: dict[str, Nested] = {}
        try:
            self._object("", around, 0)
        finally:
            # What stood around the rows is kept as well when the text breaks off.
            if not tables.done:
                self.add(tables.root, around, line)
        if tables.rows == rows and isinstance(whole, dict):
            self.add(tables.root, whole, line)
            if tables.rows > rows:
                tables.left_out = left_out

    def _object(self, path: str, into: dict[str, Nested], depth: int) -> None:
        """Walk through an object; its plain values go `into`, its lists and keyed records into tables."""
        if depth > self._limits.nesting:
            raise too_deep(self._filename, self._limits)
        cursor = self._cursor
        members = _Members(self, path, into)
        numbers: dict[str, int] = {}
        cursor.expect("{")
        try:
            while not cursor.take("}") and not self._tables.done:
                name = self._name(into, numbers)
                inner = f"{path}.{name}" if path else name
                char, line = cursor.peek(), cursor.line
                if char == "[":
                    plain = self._list_inside(inner)
                    if plain:
                        into[name] = plain
                elif char == "{":
                    small = self._small()
                    if small is None:
                        walked: dict[str, Nested] = {}
                        into[name] = walked
                        self._object(inner, walked, depth + 1)
                    else:
                        members.add(name, small, line)
                else:
                    into[name] = cursor.value()[0]
                if not cursor.take(","):
                    cursor.expect("}")
                    return
        finally:
            members.settle()

    def _list_inside(self, path: str) -> list[Nested]:
        """Walk through a list in an object: its objects are rows, the rest is returned."""
        self._tables.holds_lists = True
        plain: list[Nested] = []
        kept = 0
        table: Table | None = None
        for value, line, size in self._items():
            if isinstance(value, dict):
                table = table or self._tables.child(self._tables.root, path)
                self.add(table, value, line, size)
            elif value is not None:
                plain.append(value)
                kept = self._bounded(kept + size)
        return plain

    def _list_outside(self) -> None:
        """Walk through the outermost list: objects are rows, lists rows by position, plain values rows of one cell."""
        table = self._tables.root
        lists: list[tuple[int, list[Nested]]] = []
        kept = 0
        for value, line, size in self._items():
            if isinstance(value, dict):
                self.add(table, value, line, size)
            elif isinstance(value, list):
                lists.append((line, value))
                kept = self._bounded(kept + size)
            elif value is not None:
                self.add(table, {"value": value}, line, size)
        if lists:
            self._positions(table, lists)

    def _items(self) -> Iterator[tuple[Nested, int, int]]:
        """The items of a list as (value, line, size)."""
        cursor = self._cursor
        cursor.expect("[")
        while not cursor.take("]") and not self._tables.done:
            cursor.peek()
            line = cursor.line
            value, size = cursor.value()
            yield value, line, size
            if not cursor.take(","):
                cursor.expect("]")
                return

    def _bounded(self, kept: int) -> int:
        """What values that can only be kept in memory weigh. Raises UnreadableFileError when that is too much."""
        if kept > self._limits.object_bytes:
            what = f"a list of more than {self._limits.object_bytes:,} bytes of values without names"
            advice = "export the records as a list of objects, or as CSV"
            raise record_too_large(self._filename, what, advice, self._limits)
        return kept + _WEIGHT

    def _positions(self, table: Table, lists: list[tuple[int, list[Nested]]]) -> None:
        """Rows that are lists themselves: the first of them names the columns when it looks like names."""
        width = max(len(cells) for _, cells in lists)
        first = lists[0][1]
        named = len(lists) > 1 and _are_names(first)
        names = [str(cell) for cell in first] if named else []
        names += [f"Column {place + 1}" for place in range(len(names), width)]
        for line, cells in lists[named:]:
            self.add(table, dict(zip(names, cells, strict=False)), line)

    def _small(self) -> dict[str, Nested] | None:
        """The object at the cursor, None when it is too large to be decoded at once."""
        try:
            value, _ = self._cursor.value(_SMALL)
        except TooLargeValueError:
            return None
        return value if isinstance(value, dict) else {}

    def _name(self, into: dict[str, Nested], numbers: dict[str, int]) -> str:
        if self._cursor.peek() != '"':
            raise BrokenJsonError(self._cursor.line, "a name in quotes is missing")
        name = str(self._cursor.value()[0])
        self._cursor.expect(":")
        unique = free_name(name, into, numbers)
        if unique != name:
            self._cursor.repeated[unique] += 1
        return unique


def _are_names(cells: list[Nested]) -> bool:
    """Whether the values of a list are names: words without a repeat."""
    words = [cell for cell in cells if isinstance(cell, str) and cell.strip() and not _VALUE.match(cell)]
    return len(words) == len(cells) == len(set(words))


class _Members:
    """The small objects in one object: as soon as enough of them are alike they are rows, each under its name."""

    def __init__(self, walk: JsonWalk, path: str, into: dict[str, Nested]) -> None:
        self._walk = walk
        self._path = path
        self._into = into
        self._waiting: dict[str, tuple[dict[str, Nested], int]] = {}
        self._decided = not path
        self._table: Table | None = None

    def add(self, name: str, value: dict[str, Nested], line: int) -> None:
        """Take the next one."""
        if self._table is not None:
            self._walk.add(self._table, value, line, key=name)
        elif self._decided:
            self._into[name] = value
        else:
            self._waiting[name] = (value, line)
            if len(self._waiting) >= KEYED:
                self._decide()

    def settle(self) -> None:
        """Keep what waits as a part of the object."""
        self._into.update({name: value for name, (value, _) in self._waiting.items()})
        self._waiting.clear()

    def _decide(self) -> None:
        self._decided = True
        if alike([value for value, _ in self._waiting.values()]):
            self._table = self._walk.keyed(self._path)
            for name, (value, line) in self._waiting.items():
                self._walk.add(self._table, value, line, key=name)
            self._waiting.clear()
        else:
            self.settle()
