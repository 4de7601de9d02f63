"""What the process ends with."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """The exit codes of every command."""

    CLEAN = 0
    FINDINGS = 1
    """Findings at the level that was asked for, or an import that failed on what its rows say."""
    UNUSABLE = 2
    """A file that can not be read, or a command that can not be carried out as given."""
    WAITS = 3
    """An import waits for a person to look at it."""


_WORST_FIRST = (ExitCode.UNUSABLE, ExitCode.WAITS, ExitCode.FINDINGS)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code for several files: what can not be used counts before what waits, and that before findings."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), ExitCode.CLEAN)
