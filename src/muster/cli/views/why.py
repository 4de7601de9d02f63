"""Shows to a person why an asset has its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.views.consoles import results
from muster.cli.views.text import moment, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.services.explain_value import EditEvidence, Evidence, FieldWhy, JoinedBy, Record, Why

_WHO_SAYS_WHEN = {
    "upload": "the time of the upload: the file does not say",
    "file": "as the file says",
    "stated": "as its sender said",
}
"""By an import's `observed_at_origin`."""


def show_why(why: Why) -> None:
    """Print each field with its rule and every word on it, the believed one first, then why the records are one."""
    console = results()
    console.print(f"asset {why.asset_id}")
    if not why.fields:
        console.print("Nothing speaks of this field.")
    for feed in why.missing_from:
        console.print(f"missing from the newest snapshot of {printable(feed)}", soft_wrap=True)
    for field in why.fields:
        console.print()
        for line in _lines(field):
            console.print(line, soft_wrap=True)
    if why.records:
        console.print()
        for line in _records(why):
            console.print(line, soft_wrap=True)


def _lines(field: FieldWhy) -> Iterator[str]:
    yield f"{field.field} = {shown(field.value, field.unit)}"
    yield f"  {field.rule}"
    for edit in field.edits:
        yield f"  {edit.standing}: {'emptied' if edit.clears else shown(edit.value, field.unit)}"
        yield f"    {_who(edit)}"
    if field.edits:
        yield f"  the sources alone would give: {shown(field.sources_say, field.unit)}"
    for evidence in field.evidence:
        yield f"  {evidence.standing}: {_value(evidence, field.unit)}"
        yield f"    {_place(evidence)}"
        yield f"    {_origin(evidence)}"


def _who(said: EditEvidence | JoinedBy) -> str:
    text = f"decision {said.decision_id}, by {said.author or 'nobody in particular'}, {moment(said.decided_at)}"
    return printable(f"{text}: {said.reason}" if said.reason else text)


def _records(why: Why) -> Iterator[str]:
    """The records of an asset, and what joins them."""
    number = {record.claim_id: place for place, record in enumerate(why.records, start=1)}
    yield "records"
    yield from (f"  {place}. {_record(record)}" for place, record in enumerate(why.records, start=1))
    for joint in why.joined_by:
        places = ", ".join(str(number[claim]) for claim in joint.claim_ids if claim in number)
        if joint.decision_id is not None:
            yield f"  {places} are one by {_who(joint)}"
        else:
            yield f"  {places} are one by the same {joint.kind.replace('_', ' ')}: {printable(joint.value or '-')}"


def _record(record: Record) -> str:
    text = f"{record.filename}, table {record.table}, row {record.row_number}, claim {record.claim_id}"
    return printable(text + (", replaced by a newer snapshot" if record.replaced else ""))


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
