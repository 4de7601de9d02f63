"""The directory of commands: name, one line of help, and where the command is; loading none of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One command. `target` is `module:attribute` below muster.cli.commands: a function or a Typer app."""

    title: str
    target: str


COMMANDS: dict[str, Entry] = {
    "check": Entry("Read and check files; nothing is stored.", "check:check"),
    "import": Entry("Take files into the inventory.", "import_files:import_files"),
    "confirm": Entry("Accept the mapping that an import waits with, and let it go on.", "confirm:confirm"),
    "imports": Entry("List the imports of an engagement, newest first.", "imports:imports"),
    "status": Entry("Show how far an import is, and what became of it.", "status:status"),
    "undo": Entry("Take an import back out of the inventory.", "undo:undo"),
    "redo": Entry("Bring an import back that was undone.", "undo:redo"),
    "why": Entry("Explain where the values of an asset come from.", "why:why"),
    "export": Entry("Write assets, findings or rejected rows to a file.", "export:export"),
    "catalog": Entry("Show what muster understands.", "catalog:catalog"),
    "up": Entry("Start database, HTTP and worker, and print a sign-in link.", "running:up"),
    "serve": Entry("Serve HTTP only.", "running:serve"),
    "worker": Entry("Work on imports only.", "running:worker"),
    "db": Entry("Upgrade the database, or show its revision.", "db:app"),
    "token": Entry("Make and revoke tokens for the HTTP interface.", "token:app"),
    "doctor": Entry("Look for what is wrong, in the set-up or with one import.", "doctor:doctor"),
}
