"""The identifiers that a decision is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.decisions import Edit, Join, Leave, Split

if TYPE_CHECKING:
    from muster.domain.decisions import DecisionBody, KeyRef


def refs_of(body: DecisionBody) -> list[KeyRef]:
    """The records that a decision is anchored to, and for a split the keys that it takes from them."""
    match body:
        case Edit():
            return list(body.anchors)
        case Join() | Leave():
            return [body.left, body.right]
        case Split():
            return [ref for pair in body.pairs for ref in pair]
