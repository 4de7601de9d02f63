"""The command line: a thin entrance over the use cases, for people and for scripts."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name; the process ends with its exit code."""
    from muster.cli.app import run  # noqa: PLC0415 - whoever imports the package need not load Typer

    run()
