"""The identifiers behind hashed keys, as the records that carry them have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.pipeline.enrich.claims import ORDINAL_BITS
from muster.pipeline.enrich.keys import KeyKind, identity_keys, record_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.services.inventory.roster import Roster

_LISTED = {KeyKind.MAC: "mac_address", KeyKind.IP: "ip_address"}
_NAMES = ("hostname", "fqdn", "asset_name")
_FIELDS = {
    KeyKind.SOURCE_ID: ("source_id",),
    KeyKind.SERIAL: ("serial_number",),
    KeyKind.BARE_SERIAL: ("serial_number",),
    KeyKind.INSTANCE_UUID: ("instance_uuid", "serial_number"),
    KeyKind.CLOUD_ID: ("source_id",),
    KeyKind.FQDN: ("fqdn",),
    KeyKind.HOST: _NAMES,
}
"""Where the value of a key stands: the first of these that the record has."""


def key_values(typed: pl.DataFrame, roster: Roster, keys: pl.DataFrame) -> Mapping[tuple[int, int], str]:
    """The value of each of `keys` (`claim`, `kind`, `hash`, `check`) by hash and check, as `typed` rows have it."""
    return dict(_found(typed, roster, keys))


def _found(typed: pl.DataFrame, roster: Roster, keys: pl.DataFrame) -> Iterator[tuple[tuple[int, int], str]]:
    rows = {row["claim"]: row for row in typed.to_dicts()}
    named = dict(zip(typed["claim"], record_names(typed.with_columns(ordinal="claim")), strict=True))
    for claim, kind, key, check in keys.select("claim", "kind", "hash", "check").unique(["hash", "check"]).iter_rows():
        if kind == KeyKind.RECORD:
            feed = roster.imports[claim >> ORDINAL_BITS].feed
            yield (key, check), f"{feed}: {named[claim]}"
        elif kind in _LISTED or kind == KeyKind.HOST_IP:
            continue  # which address it is, is found below
        else:
            texts = (rows[claim].get(name) for name in _FIELDS[KeyKind(kind)])
            yield (key, check), next(text for text in texts if text)
    for kind, name in _LISTED.items():
        wanted = keys.filter(pl.col("kind") == kind)
        if wanted.height and name in typed.columns:
            yield from _addresses(typed, wanted, name, ())
    wanted = keys.filter(pl.col("kind") == KeyKind.HOST_IP)
    if wanted.height and "ip_address" in typed.columns:
        yield from _addresses(typed, wanted, "ip_address", _NAMES)


def _addresses(
    typed: pl.DataFrame, wanted: pl.DataFrame, name: str, beside: Sequence[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Which address of a list is meant: each is hashed by itself, with the columns `beside` it."""
    names = [column for column in beside if column in typed.columns]
    carriers = typed.join(wanted, on="claim", how="semi").select(name, *names)
    each = carriers.explode(name, empty_as_null=True, keep_nulls=True).drop_nulls(name).unique(maintain_order=True)
    alone = each.with_columns(pl.concat_list(name).alias(name)).with_row_index("ordinal").cast({"ordinal": pl.Int64})
    hashed = identity_keys(alone, "").join(wanted, on=["hash", "check"], how="semi")
    for ordinal, key, check in hashed.select("ordinal", "hash", "check").iter_rows():
        told = alone.row(ordinal, named=True)
        host = next((f"{told[column]}, " for column in names if told[column]), "")
        yield (key, check), f"{host}{told[name][0]}"
