"""Options that commands share, with one wording each."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from muster.runtime.settings import Settings

_JSON = "muster.json"
_HOME = "muster.home"


def _note_json(ctx: typer.Context, value: bool) -> bool:  # noqa: FBT001 - how Typer calls it
    ctx.find_root().meta[_JSON] = value
    return value


def _note_home(ctx: typer.Context, value: Path | None) -> Path | None:
    if value is not None:
        ctx.find_root().meta[_HOME] = value
    return value


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        callback=_note_home,
        help="Folder of everything local: database and uploaded files. [env: MUSTER_HOME]",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", callback=_note_json, help="Print one JSON document on stdout and nothing else.")
]
ClientOption = Annotated[
    str | None,
    typer.Option(
        "--client", metavar="NAME", help="Client, by name or id; default: the only one, or the one used last."
    ),
]
EngagementOption = Annotated[
    str | None,
    typer.Option(
        "--engagement", metavar="NAME", help="Engagement, by name or id; default: the only one, or the one used last."
    ),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for whoever looks at it later.")
]
CategoryOption = Annotated[
    str,
    typer.Option("--category", metavar="CATEGORY", help="What the files are; `auto` finds out for each."),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="FILE",
        help='JSON or YAML file with your word on columns: {"column": "field" or null, …}, a list of {"source_field", '
        '"target_field", "table", "transformation"}, or what `muster mappings export` writes.',
    ),
]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="Files and folders; `-` reads standard input.", show_default=False)
]


class FailOn(StrEnum):
    """From which findings on `muster check` ends with exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def wants_json(ctx: Any) -> bool:  # noqa: ANN401 - Typer's context classes are private
    """Whether the command under way was given `--json`."""
    return bool(ctx.find_root().meta.get(_JSON))


def settings_of(ctx: typer.Context, log_level: str | None = "error") -> Settings:
    """Return the settings of the environment with `--home` on top, and let the process log to stderr by them.

    `log_level` counts where MUSTER_LOG_LEVEL says nothing (None: the setting's own default): what a person starts to
    see its result tells of failures in its result. Raises SettingsError.
    """
    from muster.runtime.logging import configure_logging  # noqa: PLC0415 - `muster --help` needs no settings
    from muster.runtime.settings import LogLevel, load_settings  # noqa: PLC0415 - as above

    settings = load_settings(home=ctx.find_root().meta.get(_HOME))
    if log_level is not None and "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": LogLevel(log_level)})
    configure_logging(settings.log_level)
    return settings
