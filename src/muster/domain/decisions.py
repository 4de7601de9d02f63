"""What people decided about an inventory: values they pinned, records they joined or told apart.

A decision is anchored to identifiers of records, never to ids of assets: it sleeps while no active import carries its
anchor, and wakes again when one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class DecisionKind(StrEnum):
    """The kinds of decision; the values are stored."""

    EDIT = "edit"
    JOIN = "join"
    SPLIT = "split"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class KeyRef:
    """An identifier as keys are stored (pipeline/enrich/keys.py): kind, xxHash64, xxHash32; `label` is for people."""

    kind: int
    hash: int
    check: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A value that somebody pinned to a field, whatever the sources say.

    It belongs to the asset of the first of `anchors` (record keys) that any active import carries. `value` is the
    canonical value as JSON holds it (dates and times in ISO 8601); None with `clears`: the field is to be empty.
    """

    anchors: tuple[KeyRef, ...]
    field: str
    value: Any
    clears: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Two source records (record keys) speak of one thing."""

    left: KeyRef
    right: KeyRef


@dataclass(frozen=True, slots=True)
class Split:
    """Records (record keys) that a key of theirs does not identify: they are joined through it no longer."""

    pairs: tuple[tuple[KeyRef, KeyRef], ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody looked at two records and wants things left as they are: they are proposed for review no more."""

    left: KeyRef
    right: KeyRef


DecisionBody = Edit | Join | Split | Leave


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision with who took it and when; `undone_at` when it was taken back."""

    id: UUID
    body: DecisionBody
    reason: str | None
    author: UUID | None
    created_at: datetime
    undone_at: datetime | None = None

    @property
    def kind(self) -> DecisionKind:
        """What kind of decision it is."""
        return _KINDS[type(self.body)]


_KINDS: dict[type, DecisionKind] = {
    Edit: DecisionKind.EDIT,
    Join: DecisionKind.JOIN,
    Split: DecisionKind.SPLIT,
    Leave: DecisionKind.LEAVE,
}


def to_json(body: DecisionBody) -> dict[str, Any]:
    """The object that `from_json` reads back."""
    match body:
        case Edit():
            anchors = [_ref_to_json(anchor) for anchor in body.anchors]
            return {"anchors": anchors, "field": body.field, "value": body.value, "clears": body.clears}
        case Split():
            return {"pairs": [[_ref_to_json(record), _ref_to_json(key)] for record, key in body.pairs]}
        case Join() | Leave():
            return {"left": _ref_to_json(body.left), "right": _ref_to_json(body.right)}


def from_json(kind: DecisionKind, document: dict[str, Any]) -> DecisionBody:
    """What `to_json` wrote."""
    match kind:
        case DecisionKind.EDIT:
            anchors = tuple(KeyRef(**anchor) for anchor in document["anchors"])
            return Edit(anchors, document["field"], document["value"], document["clears"])
        case DecisionKind.SPLIT:
            return Split(tuple((KeyRef(**record), KeyRef(**key)) for record, key in document["pairs"]))
        case DecisionKind.JOIN:
            return Join(KeyRef(**document["left"]), KeyRef(**document["right"]))
        case DecisionKind.LEAVE:
            return Leave(KeyRef(**document["left"]), KeyRef(**document["right"]))


def _ref_to_json(ref: KeyRef) -> dict[str, Any]:
    return {"kind": ref.kind, "hash": ref.hash, "check": ref.check, "label": ref.label}
