"""HTML: the tables of a web page, as exports write them that call themselves .xls (ServiceNow, SharePoint, reports).

Tables inside of cells are tables by themselves; scripts, styles and what is linked are never run, applied or fetched.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.header import Widest
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.feed import head_sizes, open_feed
from muster.pipeline.read.nested.html_tables import HtmlTable, HtmlTables
from muster.pipeline.read.row_limit import RowLimit
from muster.pipeline.read.rows import Sample, TableRows
from muster.pipeline.read.shape.tables import Cutter
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from muster.pipeline.read.nested.feed import Feed
    from muster.pipeline.read.rows import Row
    from muster.pipeline.read.shape.tables import Section

_CHARSET = re.compile(rb"""<meta\b[^>]{0,200}?charset\s*=\s*["']?([A-Za-z][\w.:-]{1,40})""", re.IGNORECASE)
_BATCH_ROWS = 20_000


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.HTML else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    for size in head_sizes(limits, whole=False):
        feed, found = _parsed(upload, limits, size)
        if any(table.rows for table in found) or not feed.cut:
            break
    return _Page(upload, limits, feed, None).report(found)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    feed, found = _parsed(upload, limits, None)
    return _Page(upload, limits, feed, staging_dir).report(found)


def _parsed(upload: Upload, limits: Limits, head_bytes: int | None) -> tuple[Feed, list[HtmlTable]]:
    declared = _CHARSET.search(head_of(upload))
    feed = open_feed(upload.path, head_bytes=head_bytes, declared=declared[1].decode() if declared else None)
    page = HtmlTables(upload.filename, limits)
    for piece in feed.pieces():
        page.take(piece)
    found = page.finish()
    if feed.cut and found:
        # The row that the head ends in is not whole.
        found[-1].rows.pop()
    return feed, found


class _Page:
    """One page while its tables are cut and staged; without a staging folder they are only sampled."""

    def __init__(self, upload: Upload, limits: Limits, feed: Feed, staging_dir: Path | None) -> None:
        self._upload = upload
        self._limits = limits
        self._feed = feed
        self._staging_dir = staging_dir
        self._log = FindingLog()
        self._rows = RowLimit(upload.filename, limits)
        self._tables: list[TableInfo] = []

    def report(self, found: list[HtmlTable]) -> ReadReport:
        """Everything that was read. Raises UnreadableFileError for a page without a table."""
        self._log.add(codes.note(codes.WEB_PAGE, count=len(found)))
        self._feed.tell(self._log)
        # When none of the tables is one by its look, they are read as they stand.
        for judged in (True, False):
            if not self._tables:
                self._read(found, judged=judged)
        if not self._tables:
            raise UnreadableFileError(
                f"{self._upload.filename} is a web page without a filled table: export the table as CSV or XLSX and "
                "send that.",
                filename=self._upload.filename,
                kind=str(UploadKind.HTML),
            )
        if not any(table.rows for table in self._tables):
            self._log.add(codes.note(codes.NO_ROWS))
        return ReadReport(
            FileFormat("html", self._feed.encoding.name),
            tuple(self._tables),
            tuple(self._log.findings),
            tuple(self._log.count_list()),
            complete=self._staging_dir is not None,
        )

    def _read(self, found: list[HtmlTable], *, judged: bool) -> None:
        taken: set[str] = set()
        for table in found:
            cut = self._staging_dir is None and (len(table.rows) > self._limits.head_rows or self._feed.cut)
            cutter = Cutter(
                table.name or self._upload.stem,
                self._log,
                Widest(self._limits.columns, self._upload.filename),
                self._limits.tables,
                merges=tuple(table.merges),
                is_sheet=True,
                judged=judged,
                complete=not cut,
                taken=taken,
            )
            most = self._limits.head_rows if cut else None
            for section in cutter.tables(lambda table=table, most=most: islice(table.lines(), most)):  # type: ignore[misc]  # bound at once
                self._tables.append(self._info(section))

    def _info(self, section: Section) -> TableInfo:
        rows = TableRows(section.layout, section.name, self._log, self._limits, ragged=False)
        number = len(self._tables)
        staged, sample = "", Sample()
        if self._staging_dir is None:
            for batch in _batches(section, rows):
                for row_number, _, cells in batch:
                    sample.add(row_number, cells)
        else:
            # The head is read without Polars, whose import takes most of the time that a child needs to start.
            from muster.pipeline.read.staging import frame_of, stage  # noqa: PLC0415 - see above

            staged = f"table_{number}.parquet"
            frames = (frame_of(batch, len(rows.columns)) for batch in _batches(section, rows) if batch)
            sample = stage(self._rows.counted(frames), len(rows.columns), self._staging_dir / staged).sample
        rows.finish()
        if not rows.count:
            self._log.add(codes.note(codes.TABLE_WITHOUT_ROWS, table=section.name))
        columns = tuple(rows.columns)
        layout = section.layout
        padded = sample.padded(len(columns))
        return TableInfo(
            number, section.name, columns, layout.header_row, rows.count, staged, padded, titles=layout.titles
        )


def _batches(section: Section, rows: TableRows) -> Iterator[list[Row]]:
    lines: Iterable[tuple[int, list[str]]] = section.lines  # type: ignore[assignment]  # lines of ours, lists all
    lines = iter(lines)
    while raw := list(islice(lines, _BATCH_ROWS)):
        yield rows.clean(raw)


FORMAT = Format("html", "HTML (the tables of a web page, also under the name .xls)", _sniff, _read, _read_head)
