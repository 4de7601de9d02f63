"""Shows to a person why an asset has its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.views.consoles import results
from muster.cli.views.text import moment, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.services.explain_value import Evidence, FieldWhy, Why

_WHO_SAYS_WHEN = {
    "upload": "the time of the upload: the file does not say",
    "file": "as the file says",
    "stated": "as its sender said",
}
"""By an import's `observed_at_origin`."""


def show_why(why: Why) -> None:
    """Print each field with its rule and every word on it, the believed one first."""
    console = results()
    console.print(f"asset {why.asset_id}")
    if not why.fields:
        console.print("Nothing speaks of this field.")
    for field in why.fields:
        console.print()
        for line in _lines(field):
            console.print(line, soft_wrap=True)


def _lines(field: FieldWhy) -> Iterator[str]:
    yield f"{field.field} = {shown(field.value, field.unit)}"
    yield f"  {field.rule}"
    for evidence in field.evidence:
        yield f"  {evidence.standing}: {_value(evidence, field.unit)}"
        yield f"    {_place(evidence)}"
        yield f"    {_origin(evidence)}"


def _value(evidence: Evidence, unit: str | None) -> str:
    return "cleared on purpose" if evidence.clears else shown(evidence.value, unit)


def _place(evidence: Evidence) -> str:
    parts = [evidence.filename, f"table {evidence.table}", f"row {evidence.row_number}"]
    if evidence.line is not None:
        parts.append(f"line {evidence.line}")
    place = printable(", ".join(parts))
    cells = [
        f"{printable(column)} “{printable(text)}”" if text is not None else f"{printable(column)} (empty)"
        for column, text in zip(evidence.columns, evidence.original, strict=False)
    ]
    return f"{place}: {'; '.join(cells)}" if cells else place


def _origin(evidence: Evidence) -> str:
    parts = [f"{evidence.source_system or 'no source system'}, observed {moment(evidence.observed_at)}"]
    if said := _WHO_SAYS_WHEN.get(evidence.observed_at_origin):
        parts.append(f"({said})")
    if evidence.conversion:
        parts.append(f"read as {evidence.conversion}")
    return printable("; ".join([" ".join(parts[:2]), *parts[2:]]) if len(parts) > 1 else parts[0])
