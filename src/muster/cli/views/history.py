"""Shows to a person what changed an asset, the asset as it stood, and what a decision did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.cli.views.consoles import remarks, results
from muster.cli.views.text import counted, moment, printable, shown
from muster.domain.custom_fields import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.services.asset_history import AssetHistory, FieldChange, HistoryEntry, HistoryRecord
    from muster.services.inventory.decide import Decided
    from muster.services.list_assets import Asset


def show_history(history: AssetHistory) -> None:
    """Print each change with what it altered, the newest first."""
    console = results()
    console.print(f"asset {history.asset_id}")
    for entry in history.entries:
        console.print()
        for line in _lines(entry):
            console.print(line, soft_wrap=True)


def show_asset(asset: Asset) -> None:
    """Print each filled field of an asset."""
    console = results()
    console.print(f"asset {asset.id}")
    for name, value in asset.values.items():
        unit = FIELDS[name].unit if name in FIELDS else None
        console.print(f"  {name} = {shown(value, unit)}", soft_wrap=True)
    for name, value in asset.custom_fields.items():
        console.print(f"  {PREFIX}{name} = {shown(value)}", soft_wrap=True)


def show_decided(*decided: Decided) -> None:
    """Print the decisions that were taken or taken back, and what they did."""
    console = results()
    for item in decided:
        for decision in item.decisions:
            console.print(f"decision {decision.id}: {decision.kind}", soft_wrap=True)
    updated, created, removed = (
        sum(getattr(item.change.counts, name) for item in decided) for name in ("updated", "created", "removed")
    )
    remarks().print(
        f"{counted(updated, 'asset')} changed, {created:,} created, {removed:,} removed. "
        "`muster decisions --undo ID` takes a decision back."
    )


def _lines(entry: HistoryEntry) -> Iterator[str]:
    what = [str(entry.kind), entry.decision_kind or "", printable(entry.filename or "")]
    yield f"{moment(entry.changed_at)}  {' '.join(word for word in what if word)}"
    yield f"  by {entry.changed_by or 'nobody in particular'}" + (
        f": {printable(entry.reason)}" if entry.reason else ""
    )
    if entry.before_id is None:
        yield f"  came into being as {entry.asset_id}"
    elif entry.asset_id is None:
        yield "  ended: nothing in force spoke of it any more"
    elif entry.asset_id != entry.before_id:
        yield f"  has the id {entry.asset_id} since then, before {entry.before_id}"
    yield from (f"  {_change(change)}" for change in entry.fields)
    yield from (f"  joined: {_record(record)}" for record in entry.joined)
    yield from (f"  left: {_record(record)}" for record in entry.left)


def _change(change: FieldChange) -> str:
    unit = FIELDS[change.field].unit if change.field in FIELDS else None
    return f"{change.field}: {shown(change.before, unit)} -> {shown(change.after, unit)}"


def _record(record: HistoryRecord) -> str:
    return f"{printable(record.filename or 'a file that is gone')}, row {record.row_number} (claim {record.claim_id})"
