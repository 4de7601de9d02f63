"""What a job is to the code that runs it: its arguments, its history, and its handler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
"""What a job's argument may be."""

KILLS = "kills"
"""Name of the argument in which the queue counts runs that ended with the death of their worker."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job.

    `kills` counts earlier runs whose worker died, `errors` earlier runs that ended with an unexpected error or were
    handed back by a worker that was told to stop.
    """

    args: Mapping[str, JsonValue]
    kills: int = 0
    errors: int = 0


class Abandoned(StrEnum):
    """Why a job is not tried again."""

    KILLED = "killed"
    """Its worker died too often while it ran: out of memory, say."""
    ERRORS = "errors"
    """It ended too often with an error that nobody expected."""


class JobHandler(Protocol):
    """The code behind a task name."""

    async def run(self, job: JobRun) -> None:
        """Do the work. Whatever it raises is logged by its type and tried again, up to a limit."""

    async def abandon(self, job: JobRun, why: Abandoned) -> None:
        """Tell the user, in the database, that the job will not be tried again. Called again when it raises."""
