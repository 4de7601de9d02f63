"""Asks a person on a terminal about the mapping or the plan that an import waits with."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.prompt import Prompt

from muster.cli.views.consoles import remarks
from muster.cli.views.mapping import mapping_table
from muster.cli.views.plan import show_plan
from muster.cli.views.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from muster.domain.plan import PlanEntry
    from muster.services.confirm_mapping import FieldMappings
    from muster.services.plan_import import PlanHead


class Answer(StrEnum):
    """What a person says to a proposed mapping or a plan."""

    ACCEPT = "accept"
    WAIT = "wait"
    CANCEL = "cancel"


def ask_about(name: str, mapping: FieldMappings) -> Answer:
    """Show the mapping and ask. Ctrl-C and the end of the input leave the import waiting."""
    console = remarks()
    console.print(f"{printable(name)} waits for your look at its mapping:")
    for reason in mapping.review_reasons:
        console.print(f"  {printable(reason)}")
    for shown in mapping_table(mapping.columns):
        console.print(shown)
    return _ask(console)


def ask_about_plan(name: str, head: PlanHead, entries: Sequence[PlanEntry]) -> Answer:
    """Show what an import would do and ask; as for a mapping."""
    console = remarks()
    console.print(f"{printable(name)} waits for your look at its plan:")
    show_plan(console, head.totals, entries, everything=f"muster plan {head.data_import_id} --csv")
    return _ask(console)


def _ask(console: Console) -> Answer:
    try:
        with _interruptible():
            answer = Prompt.ask(
                "accept it and go on, wait (nothing is lost), or cancel the import?",
                console=console,
                choices=list(Answer),
                default=str(Answer.WAIT),
            )
    except (EOFError, KeyboardInterrupt):
        return Answer.WAIT
    return Answer(answer)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt the question: asyncio's own handler would wait for the event loop, which waits for us."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
