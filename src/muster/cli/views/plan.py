"""Shows to a person what an import would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.views.consoles import row, table
from muster.cli.views.text import counted, printable
from muster.services.export_plan import entry_line, totals_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from muster.domain.plan import PlanDifference, PlanEntry, PlannedDifferently, PlanTotals

MOST_SHOWN = 40


def show_plan(console: Console, totals: PlanTotals, entries: Sequence[PlanEntry], *, everything: str) -> None:
    """Print the counts and the first of the entries; `everything` is the command that gives them all."""
    console.print(f"  {totals_line(totals)}", soft_wrap=True)
    shown = entries[:MOST_SHOWN]
    if shown:
        lines = table("what", "asset", "field", "value", "from", whole=["what", "field"])
        for entry in shown:
            row(lines, entry.action, entry.asset_name or entry.asset_id, entry.field or "", _value(entry), _rows(entry))
        console.print(lines)
    if totals.entries > len(shown):
        more = counted(totals.entries - len(shown), "more entry", "more entries")
        console.print(f"  and {more}: `{printable(everything)}` gives all of them", soft_wrap=True)


def show_difference(console: Console, difference: PlanDifference) -> None:
    """Print what is planned otherwise than it was shown."""
    if not difference.total:
        console.print("The inventory has changed since this plan was shown; nothing is planned otherwise.")
        return
    console.print(
        "The inventory has changed since this plan was shown; "
        f"{counted(difference.total, 'entry differs', 'entries differ')}:",
        soft_wrap=True,
    )
    for line in difference_lines(difference.entries[:MOST_SHOWN]):
        console.print(f"  {printable(line)}", soft_wrap=True)


def difference_lines(entries: Sequence[PlannedDifferently]) -> Iterator[str]:
    """Each as a line: the asset and its field, what was shown, what is planned now."""
    for entry in entries:
        name = entry.asset_name or entry.asset_id
        field = f" {entry.field}" if entry.field else ""
        yield f"{name}{field}: was {_planned(entry.shown)}, is {_planned(entry.now)} now"


def _planned(entry: PlanEntry | None) -> str:
    return "not planned" if entry is None else f"{entry.action} {_value(entry)}".strip()


def _value(entry: PlanEntry) -> str:
    if entry.field is None:
        return f"part of {entry.merged_into}" if entry.merged_into else ""
    return entry_line(entry)


def _rows(entry: PlanEntry) -> str:
    if not entry.rows:
        return ""
    first = f"{entry.rows[0].table} row {entry.rows[0].row_number}"
    return first if len(entry.rows) == 1 else f"{first} and {len(entry.rows) - 1:,} more"
