"""Turns nested records into the tables of a file: objects are flattened, lists of objects are tables of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.errors import EmptyUploadError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport
from muster.pipeline.read import codes
from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.nested.columns import Columns, storable, too_many_columns
from muster.pipeline.read.nested.shapes import Nested, is_envelope, is_keyed, is_typed, joined, text_of, untyped
from muster.pipeline.read.nested.store import Table, TableStore
from muster.pipeline.read.row_limit import RowLimit
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from muster.domain.errors import UnreadableFileError
    from muster.domain.findings import FindingCode
    from muster.pipeline.upload import Limits, Upload

_Inside = tuple[str, "list[Nested] | dict[str, Nested]", int]
"""Where records stand inside of a record, those records, and how many levels are above them."""

_MANY_COLUMNS = 4_096
_LOOK_AGAIN = 2_048
_HARDLY_FILLED = 200
"""From so many columns on, looked at again after so many more, records that fill fewer than one in so many of them are
no rows of one table."""

PARENT = "Parent row"
KEY = "Key"


class RecordTables:
    """The tables of one file of records, in the order in which they were first seen.

    The table named as the file holds what stands outermost: the records of a list, or the one object around it all.
    Without a staging folder rows are only counted and sampled. `done` says that the head is long enough, `holds_lists`
    that the outermost object has lists, be they empty; `left_out` how many records gave no row, and the line of the
    first.
    """

    def __init__(self, upload: Upload, limits: Limits, staging_dir: Path | None, log: FindingLog | None = None) -> None:
        self.log = log or FindingLog()
        self.holds_lists = False
        self.left_out = (0, 0)
        self.limits = limits
        self._filename = upload.filename
        self._store = TableStore(staging_dir, RowLimit(upload.filename, limits))
        self._dirty = False
        self._line = 0
        self._told: set[tuple[str, str]] = set()
        self.root = self._table(upload.stem)

    @property
    def done(self) -> bool:
        """Whether a look at the head has seen enough rows of one table."""
        return not self._store.keeps_all and any(table.count >= self.limits.head_rows for table in self._store.tables)

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.count for table in self._store.tables)

    def child(self, parent: Table, path: str, *, keyed: bool = False) -> Table:
        """The table of the records that stand at `path` inside the records of `parent`."""
        table = parent.children.get(path)
        if table is None:
            above = "" if parent is self.root else f"{parent.name}."
            table = self._table(self._unique(f"{above}{path}"), parent, keyed=keyed)
            parent.children[path] = table
        return table

    def add(  # noqa: PLR0913 - what a row is made of
        self,
        table: Table,
        record: Mapping[str, Nested],
        line: int,
        *,
        parent_row: int = 0,
        key: str | None = None,
        size: int = 0,
        dirty: bool = False,
        depth: int = 0,
    ) -> int:
        """Add one record and those inside of it; return the number of its row, 0 when it holds nothing.

        `size` is what it takes in the file, `dirty` that it may hold characters no database keeps, `depth` how many
        levels stand above it. Raises UnreadableFileError when it is nested too deeply or brings too many columns.
        """
        self._line, self._dirty = line, dirty
        lead = ([str(parent_row)] if table.parent is not None else []) + ([key] if table.keyed else [])
        cells: list[str | None] = [*lead, *([None] * (len(table.columns.names) - len(lead)))]
        children: list[_Inside] = []
        if is_typed(record):
            self._once(codes.TYPED_VALUES, table)
            record = untyped(record)
        self._fill(table, cells, "", record, children, depth)
        if not children and all(cell is None or is_blank(cell) for cell in cells[table.parent is not None :]):
            table.blank += 1
            table.blank_line = table.blank_line or line
            return 0
        table.count += 1
        row = table.count
        self._store.keep(table, line, self._checked(table, cells, row), size)
        for path, items, level in children:
            self._add_inner(table, row, path, items, line, level)
        return row

    def add_frame(self, frame: pl.DataFrame, size: int) -> None:
        """Add rows of the outermost table that were read the fast way."""
        self._store.keep_frame(self.root, frame, size)

    def leave_out(self, line: int) -> None:
        """Count a record that gives no row."""
        count, first = self.left_out
        self.left_out = (count + 1, first or line)

    def log_table(self, name: str, columns: Sequence[str], header_row: int | None) -> Table:
        """The table of a log whose columns are known beforehand; its rows are given as cells."""
        table = self._table(self._unique(name))
        for column in columns:
            table.columns.add(column)
        table.header_row = header_row
        return table

    def add_cells(self, table: Table, cells: list[str | None], line: int) -> None:
        """Add a row of a log; cells beyond the columns are kept in extra ones."""
        self._line, self._dirty = line, False
        expected = len(table.columns.names)
        table.count += 1
        if len(cells) < expected:
            self._tell(codes.ROW_TOO_SHORT, table, table.count, count=len(cells), expected=expected)
        elif len(cells) > expected:
            more = len(cells) - expected
            if more > self.limits.extra_columns:
                limit = self.limits.extra_columns
                self._tell(codes.TOO_MANY_CELLS, table, table.count, count=len(cells), expected=expected, limit=limit)
                del cells[expected + limit :]
            else:
                self._tell(codes.ROW_TOO_LONG, table, table.count, count=len(cells), expected=expected)
            for number in range(len(cells) - expected):
                table.columns.add(f"Extra {number + 1}")
        self._store.keep(table, line, self._checked(table, cells, table.count), 0)

    def report(self, kind: str, encoding: str | None, *, complete: bool) -> ReadReport:
        """Write what waits, settle which tables there are, and say what was read.

        Raises EmptyUploadError when there is no row at all.
        """
        around = self._is_around()
        kept = [
            table
            for table in self._store.tables
            if (table.count and not (around and table is self.root)) or table.header_row is not None
        ]
        if not kept:
            raise EmptyUploadError(f"{self._filename} holds no record: send a file with rows.", filename=self._filename)
        if any(table.name == self.root.name for table in kept if table is not self.root):
            self.root.name = self._unique(f"{self.root.name} (file)")
        if around and self.root.count:
            self.log.add(codes.note(codes.BESIDE_THE_ROWS, count=len(self.root.columns.names)))
        infos = []
        for number, table in enumerate(kept):
            drop_parent = around and table.parent is self.root
            self._tell_table(table, nested=table.parent is not None and not drop_parent)
            infos.append(self._store.settle(table, number, left_out=int(drop_parent)))
        count, line = self.left_out
        if count:
            self.log.add(codes.note(codes.RECORDS_WITHOUT_ROWS, line=line, count=count))
        if not self.rows:
            self.log.add(codes.note(codes.NO_ROWS))
        if self.root not in kept:
            self._store.discard(self.root)
        return ReadReport(
            FileFormat(kind, encoding),
            tuple(infos),
            tuple(self.log.findings),
            tuple(self.log.count_list()),
            complete,
        )

    def _is_around(self) -> bool:
        """Whether the outermost object is no row: its lists are the tables."""
        lists = any(table.count for table in self._store.tables if table.parent is self.root)
        return (lists or self.holds_lists) and (not self.root.count or is_envelope(self.root.columns.names))

    def _tell_table(self, table: Table, *, nested: bool) -> None:
        """Tell what concerns a table as a whole; `nested`: its rows stand inside of those of another."""
        if table.blank:
            self.log.add(codes.note(codes.BLANK_ROWS, table=table.name, line=table.blank_line, count=table.blank))
        for name, length in table.columns.long_names:
            self.log.add(codes.note(codes.KEY_TOO_LONG, table=table.name, field=name, count=length))
        if nested and table.parent is not None:
            self.log.add(codes.note(codes.NESTED_ROWS, table=table.name, parent=table.parent.name))

    def _fill(  # noqa: PLR0913, PLR0917 - called for every object of every record
        self,
        table: Table,
        cells: list[str | None],
        path: str,
        record: Mapping[str, Nested],
        children: list[_Inside],
        depth: int,
    ) -> None:
        if depth > self.limits.nesting:
            raise too_deep(self._filename, self.limits)
        places = table.places.get(path)
        if places is None:
            places = table.places[path] = {}
        for name, value in record.items():
            text: str | None
            if type(value) is str or value is None:
                text = value
            elif isinstance(value, dict | list):
                inner = f"{path}.{name}" if path else name
                text = self._taken_apart(table, cells, inner, value, children, depth)
                if text is None:
                    continue
            else:
                text = text_of(value)
            place = places.get(name)
            if place is None:
                place = places[name] = table.columns.add(f"{path}.{name}" if path and name else name or path)
                if place >= _MANY_COLUMNS and not place % _LOOK_AGAIN:
                    self._require_filled(table)
            if place >= len(cells):
                cells.extend([None] * (place + 1 - len(cells)))
            cells[place] = text

    def _require_filled(self, table: Table) -> None:
        """Refuse a table whose records bring ever new names: it would be nearly nothing but empty cells."""
        rows = table.sample.rows
        filled = sum(len(cells) - cells.count(None) for _, cells in rows)
        if len(rows) > 1 and filled * _HARDLY_FILLED < len(rows) * len(table.columns.names):
            raise too_many_columns(self._filename, self.limits, len(table.columns.names))

    def _taken_apart(  # noqa: PLR0913, PLR0917 - as above
        self,
        table: Table,
        cells: list[str | None],
        path: str,
        value: dict[str, Nested] | list[Nested],
        children: list[_Inside],
        depth: int,
    ) -> str | None:
        """The cell for an object or a list; None when it is none: flattened, or rows of another table."""
        if isinstance(value, dict):
            if path in table.children or is_keyed(value):
                children.append((path, value, depth + 2))
            else:
                self._fill(table, cells, path, value, children, depth + 1)
            return None
        plain = [item for item in value if not isinstance(item, dict)]
        if len(plain) < len(value):
            children.append((path, value, depth + 2))
        return joined(plain) if plain else None

    def _add_inner(  # noqa: PLR0913, PLR0917 - the place of the records
        self, table: Table, row: int, path: str, items: list[Nested] | dict[str, Nested], line: int, depth: int
    ) -> None:
        dirty = self._dirty
        keyed = isinstance(items, dict)
        inner = self.child(table, path, keyed=keyed)
        named = items.items() if isinstance(items, dict) else ((None, item) for item in items)
        for key, item in named:
            if isinstance(item, dict):
                self.add(inner, item, line, parent_row=row, key=key, dirty=dirty, depth=depth)

    def _checked(self, table: Table, cells: list[str | None], row: int) -> list[str | None]:
        """The cells with what no database holds removed and what is too large held out, each told."""
        limit = self.limits.cell_bytes
        roomy = limit // 4
        for place, cell in enumerate(cells):
            if cell is None:
                continue
            if self._dirty:
                cell, removed = storable(cell)  # noqa: PLW2901 - the same cell, repaired
                if removed:
                    cells[place] = cell
                    self._tell(codes.CHARACTERS_REMOVED, table, row, count=removed, repair="unstorable character(s)")
            if len(cell) > roomy and (size := len(cell.encode("utf-8", "replace"))) > limit:
                cells[place] = None
                self._tell(codes.CELL_TOO_LARGE, table, row, table.columns.names[place], bytes=size, limit=limit)
        return cells

    def _table(self, name: str, parent: Table | None = None, *, keyed: bool = False) -> Table:
        if len(self._store.tables) >= self.limits.tables:
            raise beyond_limit(
                self._filename,
                f"holds more than {self.limits.tables:,} kinds of lists inside of its records",
                "export the records that matter as a list of flat objects, or as CSV",
                setting="max_tables",
                limit=self.limits.tables,
                kind="too_many_tables",
            )
        lead = ([PARENT] if parent is not None else []) + ([KEY] if keyed else [])
        table = Table(name, Columns(self._filename, self.limits, lead), parent, keyed)
        self._store.tables.append(table)
        return table

    def _unique(self, name: str) -> str:
        wanted = unique = storable(name)[0][: self.limits.name_chars]
        # The outermost table may turn out to be none, so it only keeps its name when it has a row.
        taken = {table.name for table in self._store.tables if table is not self.root or self.root.count}
        number = 2
        while unique in taken:
            unique = f"{wanted} ({number})"
            number += 1
        return unique

    def _once(self, code: FindingCode, table: Table) -> None:
        if (code.code, table.name) not in self._told:
            self._told.add((code.code, table.name))
            self.log.add(codes.note(code, table=table.name))

    def _tell(self, code: FindingCode, table: Table, row: int, name: str | None = None, **params: str | int) -> None:
        self.log.add(codes.note(code, table=table.name, row_number=row, line=self._line, field=name, **params))


def too_deep(filename: str, limits: Limits) -> UnreadableFileError:
    """The refusal of a file whose records are nested beyond any use."""
    return beyond_limit(
        filename,
        f"is nested more than {limits.nesting} levels deep",
        "export the records as a flat list",
        setting="max_nesting",
        limit=limits.nesting,
        kind="nested_too_deep",
    )


def record_too_large(filename: str, what: str, advice: str, limits: Limits) -> UnreadableFileError:
    """The refusal of a record that does not fit into memory; `what` completes "the file has …"."""
    return beyond_limit(
        filename,
        f"has {what}",
        advice,
        setting="max_record_bytes",
        limit=limits.object_bytes,
        kind="record_too_large",
    )
