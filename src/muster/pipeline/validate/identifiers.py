"""The values by which two rows can be about the same thing, as comparable 64-bit keys.

A key is Polars' row hash of the normalised value: never stored, only compared within one run. Of n rows, two unlike
ones share a key with a probability of about n² / 2^65 (3 in a million for ten million rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.placeholders import JUNK_IDENTIFIERS
from muster.domain.conversion import RECORD_KEY

if TYPE_CHECKING:
    from collections.abc import Collection

LABEL = "label"
"""The key of the name that a person would compare: without domain, case and separators."""

_JUNK = sorted(JUNK_IDENTIFIERS)
_SEPARATORS = ["-", "_", " ", "."]
_PARTED_DIGITS = r"([0-9])[-_ .]+([0-9])"
_FULL_NAME = r"^[a-z0-9][a-z0-9_-]*\.(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]+\.?$"
_SWAPPED_UUID = ((6, 2), (4, 2), (2, 2), (0, 2), (8, 1), (11, 2), (9, 2), (13, 1), (16, 2), (14, 2), (18, 18))
"""Offsets and lengths that give the other byte order of a UUID's first three groups (SMBIOS 2.6, section 7.2.1)."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A field that names a record.

    `contradicted_by`: when both rows have that field and it differs, the same value here is no proof. `separated_by`:
    then it is not even the same value (a serial number is one per manufacturer).
    """

    field: str
    contradicted_by: tuple[str, ...] = ()
    separated_by: tuple[str, ...] = ()


STRONG = (
    Identifier(RECORD_KEY),
    Identifier("instance_uuid"),
    Identifier("serial_number", ("instance_uuid",), ("manufacturer",)),
    Identifier("fqdn", ("instance_uuid", "serial_number")),
    Identifier("asset_tag", ("instance_uuid", "serial_number")),
)
"""From the strongest to the weakest. The record key holds the source's id and what makes it unique (`vm-12` of one of
two vCenters), so the bare id is none of them."""

NAMES = ("hostname", "fqdn", "asset_name")
"""Where a row's name is taken from: the first filled one."""

ADDRESSES = ("mac_address", "ip_address")

NEEDS = ("source_id", "instance_uuid", "serial_number", "asset_tag", *NAMES, *ADDRESSES)
"""Without any of these, no two rows can be about the same thing."""


def key(name: str) -> pl.Expr:
    """Return the key of the scalar identifier `name` as UInt64; null where it is absent or junk."""
    text = pl.col(name).str.to_lowercase()
    hashed = text.hash()
    if name == "instance_uuid":
        swapped = pl.concat_str([text.str.slice(start, length) for start, length in _SWAPPED_UUID])
        hashed = pl.min_horizontal(hashed, swapped.hash())
    return pl.when(text.is_not_null() & ~text.is_in(_JUNK)).then(hashed)


def address_keys(name: str) -> pl.Expr:
    """Return the keys of a list of addresses as List(UInt64), without those that many machines carry.

    Left out are loopback, link-local and unspecified addresses (RFC 6890) beside the known junk.
    """
    element = pl.element()
    shared = element.is_in(_JUNK) | element.str.contains(r"^(?:127\.|169\.254\.|0\.0\.0\.0$|::1?$|fe[89ab])")
    return pl.col(name).list.eval(element.filter(~shared).hash())


def written_name(columns: Collection[str]) -> pl.Expr:
    """Return the name of each row as the file writes it; null where it has none or only a placeholder."""
    names = [pl.col(name).str.strip_chars() for name in NAMES if name in columns]
    name = pl.coalesce(names) if names else pl.lit(None, dtype=pl.String)
    return pl.when(name.str.to_lowercase().is_in(_JUNK)).then(None).otherwise(name)


def domain_of(name: pl.Expr) -> pl.Expr:
    """Return the domain of a full host name in lower case; null for a bare name and for what is no host name."""
    lower = name.str.to_lowercase()
    return pl.when(lower.str.contains(_FULL_NAME)).then(lower.str.splitn(".", 2).struct["field_1"].str.strip_chars("."))


def label_keys(names: pl.Series) -> pl.Series:
    """Return the keys of names without domain, case and separators as UInt64; null for null.

    A separator between two digits stays, because `app-1-12` and `app-11-2` are two machines.
    """
    lower = pl.col(names.name).str.to_lowercase()
    bare = pl.when(lower.str.contains(_FULL_NAME)).then(lower.str.splitn(".", 2).struct["field_0"]).otherwise(lower)
    frame = names.to_frame().select(bare.alias(names.name))
    label = pl.col(names.name)
    if frame.select(label.str.contains(_PARTED_DIGITS).any()).item():  # seldom, and worth the skipped passes
        for _ in range(2):  # `1-2-3`: matches share a digit, so the second separator needs a second pass
            frame = frame.with_columns(label.str.replace_all(_PARTED_DIGITS, "$1\u0000$2"))
    plain = label.str.replace_many(_SEPARATORS, [""])
    return frame.select(pl.when(label.is_not_null()).then(plain.hash())).to_series()
