"""The claims of one asset, those of older snapshots included, with what names their records.

A record's name finds the older claims of the record; no other key has to be made or looked up for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import CLEARED_FIELDS
from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA
from muster.pipeline.enrich.keys import KEY_COLUMNS, KeyKind, key_ref, record_names
from muster.services.inventory.key_index import KeysInDatabase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from muster.services.inventory.ledger import Ledger


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """`claims` in ascending order, `typed` their rows (with `asset`, one number for all).

    `replaced` are those whose record a newer snapshot of the feed took over. `names` says what names each record in
    its feed, `records` (identity.CLAIM_KEYS_SCHEMA) are the keys made of that.
    """

    claims: tuple[int, ...]
    replaced: tuple[int, ...]
    typed: pl.DataFrame
    names: Mapping[int, str | None]
    records: pl.DataFrame


def active_index(ledger: Ledger) -> KeysInDatabase:
    """The keys of all active imports, for looking up a few."""
    return KeysInDatabase(ledger, tuple(item.import_id for item in ledger.roster.active()))


async def own_claims(ledger: Ledger, claim_ids: Sequence[UUID], fields: Sequence[str]) -> OwnClaims:
    """The claims of the asset that the claims with these ids make, with what they say of `fields`."""
    numbers = [number for item in claim_ids if (number := ledger.roster.index.claim_of(item)) is not None]
    current = await _typed(ledger, numbers, fields)
    names = _names(current)
    carried = await active_index(ledger).carried(_record_keys(ledger, names))
    replaced = sorted(set(carried["claim"]) - set(numbers))
    typed = pl.concat([current, await _typed(ledger, replaced, fields)], how="diagonal") if replaced else current
    return OwnClaims(
        claims=tuple(sorted([*numbers, *replaced])),
        replaced=tuple(replaced),
        typed=typed,
        names=_names(typed) if replaced else names,
        records=carried,
    )


async def _typed(ledger: Ledger, claims: Sequence[int], fields: Sequence[str]) -> pl.DataFrame:
    wanted = pl.DataFrame({"claim": claims, "asset": [0] * len(claims)}, schema={"claim": pl.Int64, "asset": pl.Int64})
    return await ledger.files.typed(wanted, only=(*KEY_COLUMNS, CLEARED_FIELDS, *fields))


def _names(typed: pl.DataFrame) -> dict[int, str | None]:
    return dict(zip(typed["claim"], record_names(typed.with_columns(ordinal="claim")), strict=True))


def _record_keys(ledger: Ledger, names: Mapping[int, str | None]) -> pl.DataFrame:
    rows = []
    for claim, name in names.items():
        if name is not None:
            ref = key_ref(KeyKind.RECORD, ledger.roster.imports[claim >> ORDINAL_BITS].feed, name)
            rows.append((claim, ref.kind, ref.hash, ref.check))
    return pl.DataFrame(rows, schema=CLAIM_KEYS_SCHEMA, orient="row")
