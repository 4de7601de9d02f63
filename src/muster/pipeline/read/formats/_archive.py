"""Files inside of an archive, read one after the other as the tables of one file; nothing is trusted that it says.

Names never become paths: each file is unpacked under a name of ours, counted while it is written. What is no regular
file (links, devices, folders) is never followed. A file that can not be read is told, the others are read.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Sized
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from muster.domain.errors import MusterError, StorageFullError, UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.upload import Limits, Upload, UploadKind, beyond_limit, inspect_upload, refusal
from muster.pipeline.upload.archive import DAMAGED
from muster.pipeline.upload.kinds import NOTES
from muster.pipeline.upload.magic import HEAD_BYTES, is_ole, is_zip, kind_of_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from muster.domain.findings import Finding

_PIECE = 1 << 20
_HEADS = 16
"""A look at the head unpacks this many times the bytes of one head at most."""
_STREAMED = {UploadKind.TEXT, UploadKind.JSON, UploadKind.NDJSON, UploadKind.XML}
"""Kinds whose head can be read without their end."""
_DAMAGED = (*DAMAGED, OSError)
_OF_SEVERAL = {UploadKind.ZIP, UploadKind.TAR}
_UNSAFE = "unsafe_archive"
_ADVICE = "unpack it and send the files that matter"
PROTECTED = "is protected by a password"


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive: its name there, how to open it, its packed size (0: unknown), or why it is not read.

    `reason` completes the sentence "it …"; `hidden` files are what systems put into archives for themselves.
    """

    name: str
    opened: Callable[[], IO[bytes]]
    packed: int = 0
    reason: str | None = None

    @property
    def hidden(self) -> bool:
        """Whether the name is one of those that no person gives."""
        parts = PurePosixPath(self.name.replace("\\", "/")).parts
        return any(part.startswith(("._", "__MACOSX", ".DS_Store")) for part in parts) or parts[-1:] == ("Thumbs.db",)


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    report: ReadReport


def read_archive(upload: Upload, members: Iterable[Member], staging_dir: Path, limits: Limits) -> ReadReport:
    """Stage the tables of every file inside.

    Raises UnreadableFileError when the archive unpacks to more than the limits allow, holds too many files or archives
    inside of archives, is protected or damaged as a whole, or holds no file that can be read.
    """
    # The reader finds this module while it is imported itself.
    from muster.pipeline.read.reader import format_of  # noqa: PLC0415 - see above

    def read(member: Upload, inner: Limits) -> ReadReport:
        report = format_of(member).read(member, staging_dir, inner)
        return replace(report, tables=tuple(_kept_aside(table, staging_dir) for table in report.tables))

    return _Archive(upload, limits, staging_dir, read, head=False).report(members)


def read_archive_head(upload: Upload, members: Iterable[Member], limits: Limits) -> ReadReport:
    """The first rows of the tables inside. Raises what `read_archive` does."""
    from muster.pipeline.read.reader import format_of  # noqa: PLC0415 - as above

    def read(member: Upload, inner: Limits) -> ReadReport:
        return format_of(member).read_head(member, inner)

    with tempfile.TemporaryDirectory(prefix="muster-head-") as folder:
        return _Archive(upload, limits, Path(folder), read, head=True).report(members)


def damaged(upload: Upload) -> UnreadableFileError:
    """The refusal of an archive that can not be read to its end."""
    return UnreadableFileError(
        f"{upload.filename} is {NOTES[upload.kind].title} that is damaged or incomplete: pack it again and send the "
        "whole file.",
        filename=upload.filename,
        kind="damaged_archive",
    )


def _kept_aside(table: TableInfo, staging_dir: Path) -> TableInfo:
    """Rename a staged table, so that the next file finds its own names free."""
    number = 0
    while (kept := staging_dir / f"member_{number}.parquet").exists():
        number += 1
    (staging_dir / table.staged).replace(kept)
    return replace(table, staged=kept.name)


class _Archive:
    """One archive while its files are read."""

    def __init__(
        self,
        upload: Upload,
        limits: Limits,
        folder: Path,
        read: Callable[[Upload, Limits], ReadReport],
        *,
        head: bool,
    ) -> None:
        self._upload = upload
        if limits.archive_depth <= 0:
            raise beyond_limit(
                upload.filename,
                "holds archives inside of archives, too many of them",
                _ADVICE,
                setting="max_archive_depth",
                limit=limits.archive_depth,
                kind=_UNSAFE,
            )
        self._limits = limits
        self._folder = folder
        self._read = read
        self._head = head
        self._unpacked = 0
        self._left_out: list[tuple[str, str]] = []

    def report(self, members: Iterable[Member]) -> ReadReport:
        """Read the files and put their reports together."""
        read: list[_Read] = []
        if isinstance(members, Sized) and len(members) > self._limits.archive_members:
            raise self._too_many()
        try:
            for number, member in enumerate(members):
                if number >= self._limits.archive_members:
                    raise self._too_many()
                if not member.hidden:
                    read.extend(self._member(member))
                if self._head and self._unpacked > _HEADS * self._limits.head_bytes:
                    break
        except _DAMAGED as error:
            if _is_full(error):
                raise
            if not read:
                raise damaged(self._upload) from error
            self._left_out.append(("the rest", "can not be read, since the archive is damaged"))
        if not read:
            raise self._nothing()
        return self._joined(read)

    def _member(self, member: Member) -> Iterator[_Read]:
        name = _shown(member.name)
        if member.reason is not None:
            self._left_out.append((name, member.reason))
            return
        path = self._folder / f"unpacked_{self._limits.archive_depth}"
        before = set(self._folder.iterdir())
        try:
            self._unpack(member, path)
            inner = replace(
                self._limits,
                archive_bytes=self._limits.archive_bytes - self._unpacked,
                archive_depth=self._limits.archive_depth - 1,
            )
            upload = inspect_upload(path, inner, filename=name, hashed=False)
            report = self._read(upload, inner)
        except StorageFullError:
            raise
        except MusterError as error:
            if error.facts.get("kind") == _UNSAFE:
                if error.facts.get("filename") == self._upload.filename:
                    raise
                raise self._told_of(error, name) from error
            self._clear(before)
            self._left_out.append((name, error.message.removeprefix(name).strip().removesuffix(".")))
        except _DAMAGED as error:
            if _is_full(error):
                raise
            if self._upload.kind not in _OF_SEVERAL:
                raise damaged(self._upload) from error
            self._clear(before)
            self._left_out.append((name, "is damaged or packed in a way that is not understood"))
        else:
            yield _Read(name, report)
        finally:
            path.unlink(missing_ok=True)

    def _clear(self, before: set[Path]) -> None:
        """Remove what a file that turned out to be none has staged."""
        for left in set(self._folder.iterdir()) - before:
            left.unlink()

    def _unpack(self, member: Member, path: Path) -> None:
        limits = self._limits
        most = None
        size = 0
        with member.opened() as source, path.open("wb") as target:
            piece = source.read(HEAD_BYTES)
            if self._head and not is_zip(piece) and not is_ole(piece) and kind_of_head(piece) in _STREAMED:
                most = 2 * limits.head_bytes
            while piece:
                size += len(piece)
                self._unpacked += len(piece)
                if self._unpacked > limits.archive_bytes:
                    raise self._unsafe(
                        f"unpacks to more than {limits.archive_bytes:,} bytes",
                        "max_archive_bytes",
                        limits.archive_bytes,
                    )
                if member.packed and size > limits.workbook_ratio_from and size > limits.workbook_ratio * member.packed:
                    what = f"holds a file that unpacks to over {limits.workbook_ratio} times its size"
                    raise self._unsafe(what, "max_unpack_ratio", limits.workbook_ratio)
                target.write(piece)
                if most is not None and size >= most:
                    return
                piece = source.read(_PIECE)

    def _joined(self, read: list[_Read]) -> ReadReport:
        log = FindingLog()
        tables: list[TableInfo] = []
        taken: set[str] = set()
        log.add(codes.note(codes.UNPACKED, title=NOTES[self._upload.kind].title, count=len(read)))
        for name, reason in self._left_out:
            log.add(codes.note(codes.MEMBER_LEFT_OUT, member=name, reason=reason))
        for entry in read:
            names: dict[str | None, str | None] = {}
            for table in entry.report.tables:
                shown = _unique(_table_name(entry, table, alone=len(read) == 1), taken)
                names[table.name] = shown
                tables.append(replace(table, number=len(tables), name=shown))
                if not table.rows and len(read) > 1:
                    log.add(codes.note(codes.TABLE_WITHOUT_ROWS, table=shown))
            # What concerns a file as a whole is told with its table when there are several files.
            names[None] = tables[-1].name if len(read) > 1 and len(entry.report.tables) == 1 else None
            _take_over(log, entry.report, names)
        if not any(table.rows for table in tables):
            log.add(codes.note(codes.NO_ROWS))
        forms = {(entry.report.file_format.encoding, entry.report.file_format.delimiter) for entry in read}
        encoding, delimiter = forms.pop() if len(forms) == 1 else (None, None)
        return ReadReport(
            FileFormat(str(self._upload.kind), encoding, delimiter),
            tuple(tables),
            tuple(log.findings),
            tuple(log.count_list()),
            complete=not self._head,
        )

    def _nothing(self) -> UnreadableFileError:
        if not self._left_out:
            return UnreadableFileError(
                f"{self._upload.filename} is {NOTES[self._upload.kind].title} without a file in it: pack the files "
                "that matter and send that.",
                filename=self._upload.filename,
                kind="empty_archive",
            )
        if all(reason == PROTECTED for _, reason in self._left_out):
            return refusal(UploadKind.ENCRYPTED_ARCHIVE, self._upload.filename)
        name, reason = self._left_out[0]
        more = f" (as one of {len(self._left_out)} files)" if len(self._left_out) > 1 else ""
        return UnreadableFileError(
            f"{self._upload.filename} holds no file that can be read: {name}{more} {reason}.",
            filename=self._upload.filename,
            kind="nothing_in_archive",
        )

    def _told_of(self, error: MusterError, name: str) -> UnreadableFileError:
        """The refusal of a file inside, as one of the archive. What is left for it of a limit is no limit to name."""
        if error.facts.get("setting") == "max_archive_bytes":
            return self._too_much()
        facts = {**error.facts, "filename": self._upload.filename}
        if facts.get("setting") == "max_archive_depth":
            facts["limit"] = self._limits.archive_depth
        return UnreadableFileError(f"{self._upload.filename}{error.message.removeprefix(name)}", **facts)

    def _unsafe(self, what: str, setting: str, limit: int) -> UnreadableFileError:
        return beyond_limit(self._upload.filename, what, _ADVICE, setting=setting, limit=limit, kind=_UNSAFE)

    def _too_much(self) -> UnreadableFileError:
        most = self._limits.archive_bytes
        return self._unsafe(f"unpacks to more than {most:,} bytes", "max_archive_bytes", most)

    def _too_many(self) -> UnreadableFileError:
        most = self._limits.archive_members
        return self._unsafe(f"holds more than {most:,} files", "max_archive_files", most)


def _take_over(log: FindingLog, report: ReadReport, names: dict[str | None, str | None]) -> None:
    no_rows = codes.NO_ROWS.code

    def renamed(finding: Finding) -> Finding:
        return replace(finding, table=names.get(finding.table, finding.table))

    log.findings.extend(renamed(finding) for finding in report.findings if finding.code != no_rows)
    for count in report.counts:
        if count.code != no_rows:
            log.counts[names.get(count.table, count.table), count.agent, count.code, count.severity] += count.count


def _table_name(entry: _Read, table: TableInfo, *, alone: bool) -> str:
    """A table is named as in its file, after its file when there are several."""
    stem = PurePosixPath(entry.name).stem
    if alone or table.name == stem:
        return table.name
    return stem if len(entry.report.tables) == 1 and entry.report.file_format.kind == "csv" else f"{stem}: {table.name}"


def _unique(wanted: str, taken: set[str]) -> str:
    unique, number = wanted, 2
    while unique in taken:
        unique = f"{wanted} ({number})"
        number += 1
    taken.add(unique)
    return unique


def _shown(name: str) -> str:
    """The last part of a name in an archive, without what no terminal should show; it is never used as a path."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(char for char in last if char.isprintable())
    return printable[-200:] or "a file without a name"


def _is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
