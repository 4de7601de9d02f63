"""Why an asset's field has its value: which claim won by which rule, what the others say, and what people pinned.

It tells what fold.py did with the same claims and edits in the same order; a test holds the two against each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from muster.catalog.fields import FIELDS
from muster.catalog.model import MergePolicy
from muster.domain.conversion import CLEARED_FIELDS
from muster.domain.decisions import Edit
from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.fields import field_of
from muster.pipeline.enrich.fold import ASSET_FIELDS, NAME_FALLBACKS
from muster.pipeline.enrich.pins import typed_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from muster.domain.decisions import Decision
    from muster.pipeline.enrich.order import BeliefOrder


class Standing(StrEnum):
    """What became of one word on a field, a claim's or a person's."""

    PINNED = "pinned"
    """Somebody's edit: it stands above all claims."""
    WON = "won"
    UNITED = "united"
    OVERRULED = "overruled"
    """The claim would have won, or been united with others, had nobody pinned the field."""
    LOST = "lost"
    REPLACED = "replaced"
    """A newer snapshot of the feed took the record over, or a newer edit the field."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one claim says: its typed value (None with `clears`: the cell says `<clear>`)."""

    claim: int
    value: Any
    clears: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Pin:
    """What somebody's edit says: its typed value (None with `clears`), and the decision that it is."""

    decision: Decision
    value: Any
    clears: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Explanation:
    """One field: its value, the rule in a sentence, and every word on it, the most believed first.

    `otherwise` is what the sources alone would give: the value itself when nobody pinned one.
    """

    field: str
    value: Any
    otherwise: Any
    rule: str
    statements: tuple[Statement, ...]
    pins: tuple[Pin, ...] = ()


_RULES = {
    MergePolicy.RANK: "The most trusted source for this kind of field wins; among equals the latest observation.",
    MergePolicy.LATEST: "The latest observation wins; among equals the most trusted source.",
    MergePolicy.UNION: "All values are kept together.",
    MergePolicy.MOST_RESTRICTIVE: "The most restrictive value wins.",
}
_PINNED_RULE = "Somebody pinned this value: it stands above what the sources say, until it is unpinned."


def explain(
    claims: pl.DataFrame,
    replaced: Sequence[int],
    order: BeliefOrder,
    fields: Sequence[str] = ASSET_FIELDS,
    edits: Sequence[Decision] = (),
) -> list[Explanation]:
    """Explain `fields` of one asset from `claims`, its typed rows as for `fold`; fields nobody speaks of are left out.

    `replaced` are those of the claims that a newer snapshot of their feed took over: shown, never counted. `edits` are
    the decisions that hold on the asset and are edits, in the order in which they were taken.
    """
    asset = _Asset(claims.to_dicts(), frozenset(claims.columns), frozenset(replaced), order, _by_field(edits))
    told = [item for item in map(asset.explain, fields) if item is not None]
    if "asset_name" in fields and not any(item.field == "asset_name" and item.value is not None for item in told):
        return asset.with_derived_name(told)
    return told


def _by_field(edits: Sequence[Decision]) -> Mapping[str, Sequence[Decision]]:
    by_field: dict[str, list[Decision]] = defaultdict(list)
    for decision in edits:
        if isinstance(decision.body, Edit):
            by_field[decision.body.field].append(decision)
    return by_field


@dataclass(frozen=True, slots=True)
class _Asset:
    """What speaks of one asset."""

    rows: Sequence[Mapping[str, Any]]
    columns: frozenset[str]
    replaced: frozenset[int]
    order: BeliefOrder
    edits: Mapping[str, Sequence[Decision]]

    def explain(self, name: str) -> Explanation | None:
        """One field; None when nobody speaks of it."""
        said = self._said(name) if name in self.columns else None
        edits = self.edits.get(name)
        if not edits:
            return said
        pins = tuple(_pin(edit, holds=place == 0) for place, edit in enumerate(reversed(edits)))
        overruled = tuple(_overruled(statement) for statement in said.statements) if said else ()
        otherwise = said.value if said else None
        return Explanation(name, pins[0].value, otherwise, _PINNED_RULE, overruled, pins)

    def _said(self, name: str) -> Explanation | None:
        """One field as the claims alone have it."""
        speaking = [row for row in self.rows if row[name] not in (None, []) or _clears(row, name)]
        if not speaking:
            return None
        places = self.order.of_field(name)
        speaking.sort(
            key=lambda row: (row["claim"] in self.replaced, places[row["claim"] >> ORDINAL_BITS], row["claim"])
        )
        united = field_of(name).is_list
        statements: list[Statement] = []
        decided = False
        values: set[Any] = set()
        for row in speaking:
            clears = _clears(row, name)
            if row["claim"] in self.replaced:
                standing = Standing.REPLACED
            elif decided:
                standing = Standing.LOST
            else:
                standing = Standing.UNITED if united and not clears else Standing.WON
                decided = clears or not united
                if united and not clears:
                    values.update(row[name])
            statements.append(Statement(row["claim"], row[name], clears, standing))
        won = next((item.value for item in statements if item.standing is Standing.WON), None)
        value = (sorted(values) or None) if united else won
        return Explanation(name, value, value, _RULES[field_of(name).merge], tuple(statements))

    def with_derived_name(self, told: list[Explanation]) -> list[Explanation]:
        """`told` with the name of an asset that nobody names: what fold.py fills in, with where it comes from."""
        emptied = next((item for item in told if item.field == "asset_name"), None)
        for name in (*NAME_FALLBACKS, "ip_address"):
            found = self.explain(name)
            if found is not None and found.value is not None:
                value = found.value[0] if name == "ip_address" else found.value
                why = "No source names this asset" if emptied is None else "The name of this asset was emptied"
                derived = replace(
                    found,
                    field="asset_name",
                    value=value,
                    otherwise=value if emptied is None or emptied.otherwise is None else emptied.otherwise,
                    rule=f"{why}; its {name} stands in.",
                    pins=(*(emptied.pins if emptied else ()), *found.pins),
                )
                return [*(item for item in told if item is not emptied), derived]
        return told


def _pin(decision: Decision, *, holds: bool) -> Pin:
    edit = decision.body
    assert isinstance(edit, Edit)  # noqa: S101 - _by_field let nothing else in
    value = None if edit.clears else typed_value(edit)
    return Pin(decision, value or None if edit.field in _LISTS else value, edit.clears, _STANDING_OF_PIN[holds])


def _overruled(statement: Statement) -> Statement:
    if statement.standing in {Standing.WON, Standing.UNITED}:
        return replace(statement, standing=Standing.OVERRULED)
    return statement


_LISTS = frozenset(name for name in ASSET_FIELDS if FIELDS[name].is_list)
_STANDING_OF_PIN = {True: Standing.PINNED, False: Standing.REPLACED}


def _clears(row: Mapping[str, Any], name: str) -> bool:
    return name in (row[CLEARED_FIELDS] or ())
