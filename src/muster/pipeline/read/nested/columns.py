"""Names the columns of a table whose records bring them one after the other, and keeps where each belongs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read.blank import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.upload import Limits

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN = 100
"""How much of a name that is too long is shown."""


def storable(text: str) -> tuple[str, int]:
    """The text without what no database holds (NUL, lone surrogates), and how many characters that were."""
    return _UNSTORABLE.subn("", text)


class Columns:
    """The columns of one table, growing to the right: unique names that are never blank."""

    def __init__(self, filename: str, limits: Limits, lead: Sequence[str] = ()) -> None:
        self.names: list[str] = []
        self.long_names: list[tuple[str, int]] = []
        """Names that were shortened since the last look, with how long they were."""
        self._taken: set[str] = set()
        self._filename = filename
        self._limits = limits
        for name in lead:
            self.add(name)

    def add(self, name: str) -> int:
        """Add a column at the right and return its position. Raises UnreadableFileError beyond the limit."""
        position = len(self.names)
        if position >= self._limits.columns:
            raise UnreadableFileError(
                f"{self._filename} has more than {self._limits.columns:,} columns: leave out what is not needed, "
                "or check whether values stand where names should.",
                filename=self._filename,
                kind="too_many_columns",
                limit=self._limits.columns,
            )
        wanted = tidy(storable(name)[0]) or f"Column {position + 1}"
        if len(wanted) > self._limits.name_chars:
            length, wanted = len(wanted), f"{wanted[:_SHOWN]}…"
            unique = self._unique(wanted)
            self.long_names.append((unique, length))
        else:
            unique = self._unique(wanted)
        self._taken.add(unique)
        self.names.append(unique)
        return position

    def _unique(self, wanted: str) -> str:
        unique, number = wanted, 2
        while unique in self._taken:
            unique = f"{wanted} ({number})"
            number += 1
        return unique
