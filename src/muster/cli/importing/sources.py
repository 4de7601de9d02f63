"""Finds the files that the arguments of a command mean: files, folders, pipes and standard input."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.report_error import CommandError
from muster.domain.errors import TooLargeError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from muster.domain.errors import MusterError

STDIN = "-"
_STDIN_FILENAME = "stdin"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `name` is what the user called it, `filename` what it is called in the inventory.

    `problem`: why it can not be read; `path` then leads nowhere.
    """

    path: Path
    name: str
    filename: str
    problem: MusterError | None = None


@contextmanager
def collected(arguments: Sequence[str], most_bytes: int) -> Iterator[list[Source]]:
    """Give the files of `arguments`, folders with all files in them, each file once, in a stable order.

    Standard input and pipes are copied to a temporary file, which is removed at the end of the block. Raises
    TooLargeError when one of them holds more than `most_bytes`, CommandError when standard input is named twice.
    """
    if list(arguments).count(STDIN) > 1:
        raise CommandError("Standard input (-) can be read once only.", field="file")
    with ExitStack() as stack:
        found: dict[object, Source] = {}
        for argument in arguments:
            for source in _sources(argument, stack, most_bytes):
                found.setdefault(_identity(source), source)
        yield list(found.values())


def is_one_file(arguments: Sequence[str]) -> bool:
    """Whether a single file is meant, and not a folder or several."""
    return len(arguments) == 1 and not Path(arguments[0]).is_dir()


def _sources(argument: str, stack: ExitStack, most_bytes: int) -> Iterable[Source]:
    path = Path(argument)
    if argument == STDIN:
        return [_copied(sys.stdin.buffer, Path(_STDIN_FILENAME), STDIN, stack, most_bytes)]
    if path.is_dir():
        return _in_folder(path)
    if path.exists() and not path.is_file():
        with path.open("rb") as pipe:
            return [_copied(pipe, path, argument, stack, most_bytes)]
    return [_file(path, argument)]


def _file(path: Path, name: str) -> Source:
    problem: MusterError | None = None
    if not path.exists():
        problem = UnreadableFileError(f"There is no file {name}.", filename=name)
    elif not os.access(path, os.R_OK):
        problem = UnreadableFileError(f"You may not read {name}: look at its permissions.", filename=name)
    return Source(path, name, path.name, problem)


def _in_folder(folder: Path) -> list[Source]:
    """The files below a folder, without hidden ones."""
    inside = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not inside:
        nothing = UnreadableFileError(f"There is no file in the folder {folder}.", filename=str(folder))
        return [Source(folder, str(folder), folder.name, nothing)]
    return [_file(path, str(path)) for path in inside]


def _copied(stream: BinaryIO, path: Path, name: str, stack: ExitStack, most_bytes: int) -> Source:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="muster-")))
    copy = folder / "copy"
    left = most_bytes
    with copy.open("wb") as file:
        while piece := stream.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise TooLargeError(f"The limit is {most_bytes:,} bytes: split the file.", limit=most_bytes)
            file.write(piece)
    return Source(copy, name, path.name)


def _identity(source: Source) -> object:
    return source.name if source.problem is not None else source.path.resolve()
