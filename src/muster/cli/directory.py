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
    "plan": Entry("Show what an import would do; nothing is written.", "plan:plan"),
    "confirm": Entry("Show, correct and confirm the mapping that an import waits with.", "confirm:confirm"),
    "mappings": Entry("Show, export, import and forget what is remembered of columns.", "mappings:app"),
    "fields": Entry("Declare fields of the engagement's own, beside those of the catalog.", "fields:app"),
    "accept": Entry("Accept the plan that an import waits with, and let it go on.", "accept:accept"),
    "reject": Entry("Reject the plan that an import waits with, and end it.", "accept:reject"),
    "resubmit": Entry("Send the corrected rows of an import back.", "resubmit:resubmit"),
    "imports": Entry("List the imports of an engagement, newest first.", "imports:imports"),
    "status": Entry("Show how far an import is, and what became of it.", "status:status"),
    "undo": Entry("Take an import back out of the inventory.", "undo:undo"),
    "redo": Entry("Bring an import back that was undone.", "undo:redo"),
    "purge": Entry("Delete an import's file, rows and findings for good.", "purge:purge"),
    "why": Entry("Explain where the values of an asset come from.", "why:why"),
    "history": Entry("Show what changed an asset, and when.", "history:history"),
    "edit": Entry("Pin values to an asset, whatever the sources say.", "edit:edit"),
    "merge": Entry("Say that several assets are one.", "edit:merge"),
    "split": Entry("Say that some records of an asset speak of another thing.", "edit:split"),
    "reviews": Entry("List what a person should look at.", "reviews:reviews"),
    "decide": Entry("Decide a review: join, split, or leave as it is.", "reviews:decide"),
    "decisions": Entry("List what people decided, or take a decision back.", "reviews:decisions"),
    "export": Entry("Write assets, findings or rejected rows to a file.", "export:export"),
    "template": Entry("Write a blank workbook to send out, with hints.", "template:template"),
    "catalog": Entry("Show what muster understands.", "catalog:catalog"),
    "up": Entry("Start database, HTTP and worker, and print a sign-in link.", "running:up"),
    "serve": Entry("Serve HTTP only.", "running:serve"),
    "worker": Entry("Work on imports only.", "running:worker"),
    "db": Entry("Upgrade the database, or show its revision.", "db:app"),
    "token": Entry("Make and revoke tokens for the HTTP interface.", "token:app"),
    "ranks": Entry("Show or change how far each source is believed.", "ranks:ranks"),
    "rebuild": Entry("Fold the inventory anew from its imports and correct what differs.", "rebuild:rebuild"),
    "doctor": Entry("Look for what is wrong, in the set-up or with one import.", "doctor:doctor"),
}
