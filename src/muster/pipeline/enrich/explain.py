"""Why an asset's field has its value: which claim won by which rule, and what the others say.

It tells what fold.py did with the same claims in the same order; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from muster.catalog.fields import FIELDS
from muster.catalog.model import MergePolicy
from muster.catalog.policies import POLICIES
from muster.domain.conversion import CLEARED_FIELDS
from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.fold import ASSET_FIELDS, NAME_FALLBACKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from muster.pipeline.enrich.order import BeliefOrder


class Standing(StrEnum):
    """What became of one claim's word on a field."""

    WON = "won"
    UNITED = "united"
    LOST = "lost"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one claim says: its typed value (None with `clears`: the cell says `<clear>`)."""

    claim: int
    value: Any
    clears: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Explanation:
    """One field: its value, the rule in a sentence, and every claim's statement, the most believed first."""

    field: str
    value: Any
    rule: str
    statements: tuple[Statement, ...]


_RULES = {
    MergePolicy.RANK: "The most trusted source for this kind of field wins; among equals the latest observation.",
    MergePolicy.LATEST: "The latest observation wins; among equals the most trusted source.",
    MergePolicy.UNION: "All values are kept together.",
    MergePolicy.MOST_RESTRICTIVE: "The most restrictive value wins.",
}


def explain(
    claims: pl.DataFrame, replaced: Sequence[int], order: BeliefOrder, fields: Sequence[str] = ASSET_FIELDS
) -> list[Explanation]:
    """Explain `fields` of one asset from `claims`, its typed rows as for `fold`; fields nobody speaks of are left out.

    `replaced` are those of the claims that a newer snapshot of their feed took over: shown, never counted.
    """
    rows = claims.to_dicts()
    explained = [_explain(name, rows, frozenset(replaced), order) for name in fields if name in claims.columns]
    told = [item for item in explained if item is not None]
    if "asset_name" in fields and not any(item.field == "asset_name" and item.value is not None for item in told):
        told.extend(_derived_name(rows, frozenset(replaced), order))
    return told


def _explain(
    name: str, rows: Sequence[Mapping[str, Any]], replaced: frozenset[int], order: BeliefOrder
) -> Explanation | None:
    speaking = [row for row in rows if row[name] not in (None, []) or _clears(row, name)]
    if not speaking:
        return None
    speaking.sort(
        key=lambda row: (row["claim"] in replaced, order.places[name][row["claim"] >> ORDINAL_BITS], row["claim"])
    )
    united = FIELDS[name].is_list
    statements: list[Statement] = []
    decided = False
    values: set[Any] = set()
    for row in speaking:
        clears = _clears(row, name)
        if row["claim"] in replaced:
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
    return Explanation(
        field=name,
        value=(sorted(values) or None) if united else won,
        rule=_RULES[POLICIES[name].policy],
        statements=tuple(statements),
    )


def _derived_name(rows: Sequence[Mapping[str, Any]], replaced: frozenset[int], order: BeliefOrder) -> list[Explanation]:
    """The name of an asset that no claim names: what fold.py fills in, with the field that it comes from."""
    for name in (*NAME_FALLBACKS, "ip_address"):
        found = _explain(name, rows, replaced, order) if rows and name in rows[0] else None
        if found is not None and found.value is not None:
            value = found.value[0] if name == "ip_address" else found.value
            rule = f"No source names this asset; its {name} stands in."
            return [Explanation("asset_name", value, rule, found.statements)]
    return []


def _clears(row: Mapping[str, Any], name: str) -> bool:
    return name in (row[CLEARED_FIELDS] or ())
