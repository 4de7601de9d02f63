"""The command `muster` itself: its options, and its commands, each loaded when it is the one that was named."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from muster.cli.directory import COMMANDS
from muster.cli.options import HomeOption, wants_json
from muster.cli.report_error import report_error
from muster.domain.errors import MusterError

if TYPE_CHECKING:
    from typer._click import Command, Context

_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
"""Help as plain text: Rich would double the time that `muster --help` takes."""


class _Commands(TyperGroup):
    """Shows all commands from the directory, and loads the one that is run; a refusal becomes a sentence."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load_command(name), rest

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - as inherited
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # who reads our output has seen enough: Typer ends the process quietly
        except (MusterError, OSError) as error:
            raise typer.Exit(report_error(error, as_json=wants_json(ctx))) from None


def load_command(name: str) -> Command:
    """Return the command of this name with its options, from its module."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    target = getattr(import_module(f"muster.cli.commands.{module}"), attribute)
    if isinstance(target, typer.Typer):
        return get_command(target)
    single = typer.Typer(add_completion=False, **_PLAIN)
    single.command(name)(target)
    return get_command(single)


def make_app() -> typer.Typer:
    """Return the application; its commands are titles until one is run."""
    app = typer.Typer(cls=_Commands, no_args_is_help=True, **_PLAIN)
    app.callback()(_muster)
    for name, entry in COMMANDS.items():
        app.command(name, help=entry.title)(_title_page)
    return app


def run() -> None:
    """Run `muster` with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name in a file may hold what the terminal can not show
    make_app()(prog_name="muster")


def _tell_version(on: bool) -> None:  # noqa: FBT001 - how Typer calls it
    if on:
        typer.echo(f"muster {version('passmuster')}")
        raise typer.Exit


def _muster(
    *,
    home: HomeOption = None,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Find out whether your data pass muster.

    Reads the files that a cloud migration is handed, checks every row, and reconciles them into one inventory that can
    be explained and undone. `muster check FILE` tries a file without storing anything; `muster import FILE` takes it
    into the inventory; `muster up` starts everything with a web page.
    """
    del home, show_version  # read from the context by whoever needs them


def _title_page() -> None:
    """Stands for a command in the list; never run, because `resolve_command` loads the real one."""
