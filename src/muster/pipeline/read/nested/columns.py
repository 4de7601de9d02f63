"""Names the columns of a table whose records bring them one after the other, and keeps where each belongs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import tidy
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from muster.domain.errors import UnreadableFileError
    from muster.pipeline.upload import Limits

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN = 100
"""How much of a name that is too long is shown."""


def storable(text: str) -> tuple[str, int]:
    """The text without what no database holds (NUL, lone surrogates), and how many characters that were."""
    return _UNSTORABLE.subn("", text)


def free_name(wanted: str, taken: Container[str], numbers: dict[str, int]) -> str:
    """The name, or the first of `name (2)`, `name (3)`, … that is not taken.

    `numbers` remembers how far each name was tried: a file may repeat one a million times.
    """
    unique, number = wanted, numbers.get(wanted, 2)
    while unique in taken:
        unique = f"{wanted} ({number})"
        number += 1
    numbers[wanted] = number
    return unique


def too_many_columns(filename: str, limits: Limits, empty: int | None = None) -> UnreadableFileError:
    """The refusal of a file whose records bring ever more names; `empty`: so many columns that are nearly all empty."""
    return beyond_limit(
        filename,
        f"has more than {limits.columns:,} columns" if empty is None else f"has {empty:,} columns, nearly all empty",
        "leave out what is not needed, or check whether values stand where names should",
        setting="max_columns",
        limit=limits.columns,
        kind="too_many_columns",
    )


class Columns:
    """The columns of one table, growing to the right: unique names that are never blank."""

    def __init__(self, filename: str, limits: Limits, lead: Sequence[str] = ()) -> None:
        self.names: list[str] = []
        self.long_names: list[tuple[str, int]] = []
        """Names that were shortened since the last look, with how long they were."""
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._filename = filename
        self._limits = limits
        for name in lead:
            self.add(name)

    def add(self, name: str) -> int:
        """Add a column at the right and return its position. Raises UnreadableFileError beyond the limit."""
        position = len(self.names)
        if position >= self._limits.columns:
            raise too_many_columns(self._filename, self._limits)
        wanted = tidy(storable(name)[0]) or f"Column {position + 1}"
        if len(wanted) > self._limits.name_chars:
            length, wanted = len(wanted), f"{wanted[:_SHOWN]}…"
            unique = free_name(wanted, self._taken, self._numbers)
            self.long_names.append((unique, length))
        else:
            unique = free_name(wanted, self._taken, self._numbers)
        self._taken.add(unique)
        self.names.append(unique)
        return position
