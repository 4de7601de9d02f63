"""What identifies a claim: its keys, normalised and hashed.

Sources of fact: SMBIOS 3.7 §7.2.1 and glpi-agent issue 839 for the two byte orders of a UUID; VMware KB 1880 for a
serial number that spells the BIOS UUID (`VMware-56 4d …`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import polars_hash as plh

from muster.catalog.placeholders import JUNK_IDENTIFIERS
from muster.domain.decisions import KeyRef

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATOR = "\x1f"
_JUNK = sorted(JUNK_IDENTIFIERS)


class KeyKind(IntEnum):
    """The kinds of key. The values are stored and hashed: never change one."""

    RECORD = 1
    """Feed and source record key: says which newer claim replaces which older one."""
    SOURCE_ID = 2
    """The id a source gives its record, within its feed."""
    SERIAL = 3
    """Serial number with its manufacturer."""
    INSTANCE_UUID = 4
    """UUID of the machine, in whichever byte order it was written."""
    CLOUD_ID = 5
    """An id that a cloud hands out once in the world (EC2 instance id, Azure resource id)."""
    FQDN = 6
    """Fully qualified domain name of a machine."""
    BARE_SERIAL = 7
    """Serial number, whoever made the machine."""
    MAC = 8
    """Address of a network card."""
    HOST = 9
    """Host name without its domain."""
    IP = 10
    """Network address."""
    HOST_IP = 11
    """Host name and address together."""


STRONG = (KeyKind.SOURCE_ID, KeyKind.SERIAL, KeyKind.INSTANCE_UUID, KeyKind.CLOUD_ID)
"""Each says alone that two records speak of one thing."""

WEAK = (KeyKind.FQDN, KeyKind.BARE_SERIAL, KeyKind.HOST_IP, KeyKind.MAC, KeyKind.HOST, KeyKind.IP)
"""In the order in which they are believed: each joins only what nothing stronger tells apart."""

KEYS_SCHEMA = {"ordinal": pl.Int64, "kind": pl.UInt8, "hash": pl.Int64, "check": pl.UInt32}
"""One row per key of a claim: `hash` xxHash64 and `check` xxHash32 of "kind, scope, value"; 96 bits agree or it is
another key."""

CROWDED = 0x80
"""Set in `kind` of the one row that stands for a key which an import gives to more than MOST_CARRIERS records."""

MOST_CARRIERS = 8
"""A key on more records of one import than these identifies nothing: a gateway's address, a template's serial."""

_VMWARE_SERIAL = r"^vmware-([0-9a-f]{2} ){7}[0-9a-f]{2}-([0-9a-f]{2} ){7}[0-9a-f]{2}$"
_CLOUD_ID = r"^(i-[0-9a-f]{8,17}|/subscriptions/[0-9a-f-]{36}/.+)$"
_SHORTEST_SERIAL = 4
_HOUSE_NAMES = {"hpe": "hp", "hewlett": "hp"}
_HOST_NAME = r"^[a-z0-9][a-z0-9_-]{1,62}(\.[a-z0-9_-]+)*$"
_FULL_NAME = r"^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$"
_SPELLS_ADDRESS = r"^([^.]*[a-z-])?(\d{1,3}[-_]){3}\d{1,3}(\.|$)|^(\d{1,3}\.){3}\d{1,3}(\.|$)"
"""A name that a cloud or a provider made of an address (`ip-10-1-2-3.ec2.internal`), or that is one."""
_ROUTER_MAC = r"^(00:00:5e:00:01:|00:00:0c:07:ac:|.[13579bdf]:)"
"""Addresses of virtual routers (RFC 9568 section 7.3; Cisco HSRP) and of groups (IEEE 802: lowest bit of octet 1)."""
_NO_HOST_IP = (
    r"^(0\.|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|172\.17\.0\.1$|192\.168\.122\.1$|::1?$|fe[89ab]|ff)"
)
"""Loopback, unspecified, link-local, multicast, broadcast (RFC 6890), and the bridges of Docker and libvirt."""

MACHINES = (
    "server", "virtual_machine", "network_device", "load_balancer", "storage", "desktop", "printer", "container",
)  # fmt: skip
"""The asset types that own their name and addresses; an application carries those of its server."""


_RECORD_NUMBERS = ("serial_number", "instance_uuid")
_RECORD_NAMES = ("fqdn", "hostname", "asset_name")
RECORD_FALLBACKS = (*_RECORD_NUMBERS, *_RECORD_NAMES)
"""What names a machine's record within its feed when its source names none: the first number with the first name, the
one of them that is there, or its first address. Anything else goes by its name."""

NAMING_FIELDS = ("source_id", *RECORD_FALLBACKS, "mac_address", "ip_address")
"""A row in which none of these is filled says of no asset which one it is."""

KEY_COLUMNS = ("record_key", "source_id", "manufacturer", *RECORD_FALLBACKS, "mac_address", "ip_address", "asset_type")
"""The typed columns that `identity_keys` looks at."""


def identity_keys(claims: pl.DataFrame, feed: str) -> pl.DataFrame:
    """All keys of `claims` as KEYS_SCHEMA.

    `claims` holds `ordinal` (Int64) and any of KEY_COLUMNS in their canonical forms (catalog/model.py). `feed` scopes
    record keys and source ids.
    """
    said = _said(claims)
    machines = _machines(claims)
    serial, vmware_uuid = _serials(said["serial_number"])
    source_id = said["source_id"]
    fqdn, host = _names(said)
    values = {
        KeyKind.RECORD: _scoped(feed, _record_names(claims, said)),
        KeyKind.SOURCE_ID: _scoped(feed, source_id),
        KeyKind.SERIAL: _makers(said["manufacturer"]) + _SEPARATOR + serial,
        KeyKind.INSTANCE_UUID: _either_order(said["instance_uuid"]),
        KeyKind.CLOUD_ID: _where(source_id.str.contains(_CLOUD_ID), source_id),
        KeyKind.FQDN: _where(machines, fqdn),
        KeyKind.BARE_SERIAL: serial,
        KeyKind.HOST: _where(machines, host),
    }
    frames = [_hashed(pl.DataFrame([claims["ordinal"], text.alias("value")]), kind) for kind, text in values.items()]
    spelled = pl.DataFrame([claims["ordinal"], _either_order(vmware_uuid).alias("value")])
    other = spelled.filter(spelled["value"].ne_missing(values[KeyKind.INSTANCE_UUID]))
    addresses = _each(claims, machines, "ip_address", _NO_HOST_IP)
    hosts = pl.DataFrame([claims["ordinal"], host.alias("host")])
    pair = pl.col("host") + _SEPARATOR + pl.col("value")
    frames += [
        _hashed(other, KeyKind.INSTANCE_UUID),
        _hashed(_each(claims, machines, "mac_address", _ROUTER_MAC), KeyKind.MAC),
        _hashed(addresses, KeyKind.IP),
        _hashed(addresses.join(hosts, on="ordinal").select("ordinal", value=pair), KeyKind.HOST_IP),
    ]
    return pl.concat(frames)


def record_names(claims: pl.DataFrame) -> pl.Series:
    """What names each record within its feed, as people may read it; null where nothing does."""
    return _record_names(claims, _said(claims))


def key_ref(kind: KeyKind, *parts: str) -> KeyRef:
    """The reference to one key: its scope, if it has one, then its normalised value; `label` is the last part."""
    value = pl.DataFrame({"ordinal": [0], "value": [_SEPARATOR.join(parts)]})
    row = _hashed(value, kind).row(0, named=True)
    return KeyRef(int(kind), row["hash"], row["check"], parts[-1])


def mark_crowded(keys: pl.DataFrame) -> pl.DataFrame:
    """`keys` of one whole import, with one row marked CROWDED for each key on more than MOST_CARRIERS records."""
    others = keys.filter(pl.col("kind") != KeyKind.RECORD)
    hashes = np.sort(others["hash"].to_numpy())
    often = np.unique(hashes[MOST_CARRIERS:][hashes[MOST_CARRIERS:] == hashes[:-MOST_CARRIERS]])
    if not len(often):
        return keys
    records = keys.filter(pl.col("kind") == KeyKind.RECORD).select("ordinal", record="hash")
    carried = others.filter(pl.col("hash").is_in(often)).join(records, on="ordinal", how="left")
    crowded = (
        carried.group_by("hash", "check")
        .agg(
            pl.col("ordinal").min(),
            pl.col("kind").first() | CROWDED,
            names=pl.col("record").drop_nulls().n_unique() + pl.col("record").null_count(),
        )
        .filter(pl.col("names") > MOST_CARRIERS)
    )
    kept = keys.join(crowded, on=["hash", "check"], how="anti")
    return pl.concat([kept, crowded.select(pl.col(name).cast(kind) for name, kind in KEYS_SCHEMA.items())])


def _hashed(values: pl.DataFrame, kind: KeyKind) -> pl.DataFrame:
    text = plh.concat_str(pl.lit(f"{int(kind)}{_SEPARATOR}"), pl.col("value"))
    return values.filter(pl.col("value").is_not_null()).select(
        "ordinal",
        pl.lit(int(kind), dtype=pl.UInt8).alias("kind"),
        text.nchash.xxhash64(seed=0).reinterpret(signed=True).alias("hash"),
        text.nchash.xxhash32(seed=0).alias("check"),
    )


def _said(claims: pl.DataFrame) -> pl.DataFrame:
    """The text columns of KEY_COLUMNS in lower case; null where they are absent, empty or junk."""

    def text(name: str) -> pl.Expr:
        if name not in claims.columns:
            return pl.lit(None, dtype=pl.String).alias(name)
        lowered = pl.col(name).str.strip_chars().str.to_lowercase()
        return pl.when(~lowered.is_in(_JUNK)).then(lowered).alias(name)

    names = ("record_key", "source_id", "manufacturer", *RECORD_FALLBACKS)
    return claims.with_columns(text(name) for name in names).select(names)  # so that a constant is as long as the rest


def _where(condition: pl.Series, value: pl.Series) -> pl.Series:
    return pl.select(pl.when(condition).then(value)).to_series()


def _scoped(scope: str, value: pl.Series) -> pl.Series:
    return pl.select(pl.lit(f"{scope}{_SEPARATOR}") + pl.lit(value)).to_series()


def _record_names(claims: pl.DataFrame, said: pl.DataFrame) -> pl.Series:
    """The source's own key as it is written, else what names the record; a fallback says which field it is of."""
    if "record_key" in claims.columns:
        own = _where(said["record_key"].is_not_null(), claims["record_key"]).alias("name")
    else:
        own = said["record_key"].alias("name")
    if own.null_count() == 0:
        return own

    def first(names: Sequence[str]) -> pl.Expr:
        return pl.coalesce(pl.lit(f"{name}=") + pl.col(name) for name in names)

    number, name = first(_RECORD_NUMBERS), first(_RECORD_NAMES)
    address = claims["ip_address"].list.first() if "ip_address" in claims.columns else pl.lit(None, dtype=pl.String)
    fallbacks = said.with_columns(address=address, is_machine=_machines(claims)).select(
        pl.when("is_machine")
        .then(pl.coalesce(number + "|" + name, number, name, pl.lit("ip_address=") + pl.col("address")))
        .otherwise(pl.lit("asset_name=") + pl.col("asset_name"))
    )
    return own.zip_with(own.is_not_null(), fallbacks.to_series())


def _names(said: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """The full name of each claim and its host name without its domain, if they were machines.

    A name that spells an address names nobody. An asset's name stands in for what is missing when it looks like it.
    """
    fqdn, hostname, name = _telling(said["fqdn"]), _telling(said["hostname"]), said["asset_name"]
    unnamed = fqdn.is_null() & hostname.is_null()
    full = fqdn
    if unnamed.any():
        spoken = _telling(_where(unnamed & name.str.contains(_FULL_NAME), name))
        full = full.zip_with(full.is_not_null(), spoken)
    host = _first_label(hostname)
    if host.null_count():
        host = host.zip_with(host.is_not_null(), _first_label(fqdn))
    if host.null_count():
        looks_like_host = host.is_null() & name.str.contains(_HOST_NAME) & name.str.contains("[a-z]")
        host = host.zip_with(host.is_not_null(), _first_label(_where(looks_like_host, name)))
    return full, host


def _telling(name: pl.Series) -> pl.Series:
    """The names that do not spell an address."""
    return _where(~name.str.contains(_SPELLS_ADDRESS), name)


def _first_label(name: pl.Series) -> pl.Series:
    label = name.str.splitn(".", 2).struct.field("field_0")
    return _where(~label.is_in(_JUNK), label)


def _machines(claims: pl.DataFrame) -> pl.Series:
    """Which claims are of machines, as far as they say."""
    if "asset_type" not in claims.columns:
        return pl.repeat(value=True, n=claims.height, eager=True)
    return claims["asset_type"].is_null() | claims["asset_type"].is_in(MACHINES)


def _each(claims: pl.DataFrame, machines: pl.Series, name: str, useless: str) -> pl.DataFrame:
    """The addresses of machines in a list column that identify: `ordinal`, `value`, one row each."""
    if name not in claims.columns:
        return pl.DataFrame(schema={"ordinal": pl.Int64, "value": pl.String})
    listed = claims.select("ordinal", value=name).filter(machines)
    each = listed.explode("value", empty_as_null=True, keep_nulls=True).drop_nulls()
    lowered = each.with_columns(pl.col("value").str.to_lowercase())
    found = lowered.filter(~pl.col("value").str.contains(useless) & ~pl.col("value").is_in(_JUNK))
    return found.unique() if found.height > listed.height else found


def _serials(serial: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The serials that are serials, and the UUIDs that the others of VMware spell."""
    digits = _where(serial.str.starts_with("vmware-") & serial.str.contains(_VMWARE_SERIAL), serial)
    is_serial = (serial.str.len_chars() >= _SHORTEST_SERIAL) & digits.is_null()
    plain = digits.str.strip_prefix("vmware-").str.replace_all(r"[ -]", "")
    uuid = plain.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    return _where(is_serial, serial), uuid


def _makers(manufacturer: pl.Series) -> pl.Series:
    """The first word of each manufacturer's name, one for each house; there are few names in a file."""
    names = manufacturer.unique().drop_nulls()
    words = names.str.extract(r"^([\p{L}\d]+)").replace(_HOUSE_NAMES)
    return manufacturer.replace_strict(names, words, default=None, return_dtype=pl.String)


def _either_order(uuid: pl.Series) -> pl.Series:
    """The smaller of the two byte orders, so that both spellings of one machine meet."""
    text = pl.col(uuid.name)
    pairs = [text.str.slice(start, 2) for start in (6, 4, 2, 0)]
    middle = [text.str.slice(start, 2) for start in (11, 9)], [text.str.slice(start, 2) for start in (16, 14)]
    swapped = pl.concat_str(*pairs, pl.lit("-"), *middle[0], pl.lit("-"), *middle[1], text.str.slice(18))
    return uuid.to_frame().select(pl.min_horizontal(text, swapped)).to_series()
