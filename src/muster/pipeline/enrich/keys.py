"""What identifies a claim: its keys, normalised and hashed.

Sources of fact: SMBIOS 3.7 §7.2.1 and glpi-agent issue 839 for the two byte orders of a UUID; VMware KB 1880 for a
serial number that spells the BIOS UUID (`VMware-56 4d …`).
"""

from __future__ import annotations

from enum import IntEnum

import polars as pl
import polars_hash as plh

from muster.catalog.placeholders import JUNK_IDENTIFIERS
from muster.domain.decisions import KeyRef

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
    """Fully qualified domain name."""
    BARE_SERIAL = 7
    """Serial number, whoever made the machine."""
    MAC = 8
    """Address of a network card."""
    HOST = 9
    """Host name without its domain."""
    IP = 10
    """Network address."""


STRONG = (KeyKind.SOURCE_ID, KeyKind.SERIAL, KeyKind.INSTANCE_UUID, KeyKind.CLOUD_ID, KeyKind.FQDN)
"""Each says alone that two records speak of one thing."""

WEAK = (KeyKind.BARE_SERIAL, KeyKind.MAC, KeyKind.HOST, KeyKind.IP)
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


RECORD_FALLBACKS = ("serial_number", "instance_uuid", "fqdn", "hostname", "asset_name")
"""What names a record within its feed when its source names none, in this order, then its first address."""

KEY_COLUMNS = ("record_key", "source_id", "manufacturer", *RECORD_FALLBACKS, "mac_address", "ip_address", "asset_type")
"""The typed columns that `identity_keys` looks at."""


def identity_keys(claims: pl.DataFrame, feed: str) -> pl.DataFrame:
    """All keys of `claims` as KEYS_SCHEMA.

    `claims` holds `ordinal` (Int64) and any of KEY_COLUMNS in their canonical forms (catalog/model.py). `feed` scopes
    record keys and source ids.
    """
    serial = _usable_serial(_text(claims, "serial_number"))
    source_id = _text(claims, "source_id")
    keys = {
        KeyKind.RECORD: _scoped(feed, _record_key(claims)),
        KeyKind.SOURCE_ID: _scoped(feed, _sound(source_id)),
        KeyKind.SERIAL: _maker(_text(claims, "manufacturer")) + _SEPARATOR + serial,
        KeyKind.CLOUD_ID: pl.when(source_id.str.contains(_CLOUD_ID)).then(source_id),
        KeyKind.FQDN: _sound(_text(claims, "fqdn")),
        KeyKind.BARE_SERIAL: serial,
        KeyKind.HOST: _of_machine(claims, _sound(_host(claims))),
    }
    frames = [_hashed(claims.select("ordinal", value=value), kind) for kind, value in keys.items()]
    uuids = [_uuid_key(_text(claims, "instance_uuid")), _uuid_key(_uuid_of_vmware_serial(claims))]
    frames += [
        _hashed(pl.concat([claims.select("ordinal", value=uuid) for uuid in uuids]).unique(), KeyKind.INSTANCE_UUID),
        _hashed(_each(claims, "mac_address", ~pl.col("value").str.contains(_ROUTER_MAC)), KeyKind.MAC),
        _hashed(_each(claims, "ip_address", ~pl.col("value").str.contains(_NO_HOST_IP)), KeyKind.IP),
    ]
    return pl.concat(frames)


def record_names(claims: pl.DataFrame) -> pl.Series:
    """What names each record within its feed, as people may read it; null where nothing does."""
    return claims.select(name=_record_key(claims))["name"]


def key_ref(kind: KeyKind, *parts: str) -> KeyRef:
    """The reference to one key: its scope, if it has one, then its normalised value; `label` is the last part."""
    value = pl.DataFrame({"ordinal": [0], "value": [_SEPARATOR.join(parts)]})
    row = _hashed(value, kind).row(0, named=True)
    return KeyRef(int(kind), row["hash"], row["check"], parts[-1])


def mark_crowded(keys: pl.DataFrame) -> pl.DataFrame:
    """`keys` of one whole import, with one row marked CROWDED for each key on more than MOST_CARRIERS records."""
    others = keys.filter(pl.col("kind") != KeyKind.RECORD)
    often = others.group_by("hash", "check").len().filter(pl.col("len") > MOST_CARRIERS).drop("len")
    if often.is_empty():
        return keys
    records = keys.filter(pl.col("kind") == KeyKind.RECORD).select("ordinal", record="hash")
    carried = others.join(often, on=["hash", "check"], how="semi").join(records, on="ordinal", how="left")
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


def _record_key(claims: pl.DataFrame) -> pl.Expr:
    """The source's own key, else what names the record; a fallback says which field it is of."""
    named = [pl.lit(f"{name}=") + _sound(_text(claims, name)) for name in RECORD_FALLBACKS]
    address = pl.col("ip_address").list.first() if "ip_address" in claims.columns else pl.lit(None, dtype=pl.String)
    own = pl.when(~_text(claims, "record_key").is_in(_JUNK)).then(_raw_text(claims, "record_key"))
    return pl.coalesce(own, *named, pl.lit("ip_address=") + address)


def _raw_text(claims: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in claims.columns else pl.lit(None, dtype=pl.String)


def _text(claims: pl.DataFrame, name: str) -> pl.Expr:
    return _raw_text(claims, name).str.strip_chars().str.to_lowercase()


def _sound(value: pl.Expr) -> pl.Expr:
    """The value, or null where it is junk."""
    return pl.when(~value.is_in(_JUNK)).then(value)


def _scoped(scope: str, value: pl.Expr) -> pl.Expr:
    return pl.lit(f"{scope}{_SEPARATOR}") + value


def _host(claims: pl.DataFrame) -> pl.Expr:
    """The host name without its domain; an asset's name stands in when it looks like one."""
    name = _text(claims, "asset_name")
    looks_like_host = name.str.contains(_HOST_NAME) & name.str.contains("[a-z]")
    full = pl.coalesce(
        _sound(_text(claims, "hostname")), _sound(_text(claims, "fqdn")), pl.when(looks_like_host).then(name)
    )
    return full.str.extract(r"^([^.]+)")


def _of_machine(claims: pl.DataFrame, value: pl.Expr) -> pl.Expr:
    if "asset_type" not in claims.columns:
        return value
    return pl.when(pl.col("asset_type").is_null() | pl.col("asset_type").is_in(MACHINES)).then(value)


def _each(claims: pl.DataFrame, name: str, usable: pl.Expr) -> pl.DataFrame:
    """The sound values of a list of addresses: `ordinal`, `value`, one row each."""
    if name not in claims.columns:
        return pl.DataFrame(schema={"ordinal": pl.Int64, "value": pl.String})
    listed = claims.select("ordinal", value=_of_machine(claims, pl.col(name))).filter(pl.col("value").list.len() > 0)
    each = listed.explode("value").with_columns(pl.col("value").str.to_lowercase())
    return each.filter(usable & ~pl.col("value").is_in(_JUNK)).unique(maintain_order=True)


def _usable_serial(serial: pl.Expr) -> pl.Expr:
    """The serial; null for junk, for one too short and for one that spells a UUID."""
    usable = (serial.str.len_chars() >= _SHORTEST_SERIAL) & ~serial.str.contains(_VMWARE_SERIAL)
    return pl.when(usable).then(_sound(serial))


def _maker(manufacturer: pl.Expr) -> pl.Expr:
    """The first word of a manufacturer's name, one for each house."""
    return _sound(manufacturer).str.extract(r"^([\p{L}\d]+)").replace(_HOUSE_NAMES)


def _uuid_of_vmware_serial(claims: pl.DataFrame) -> pl.Expr:
    serial = _text(claims, "serial_number")
    digits = serial.str.replace_all(r"[^0-9a-f]", "").str.tail(32)
    grouped = digits.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    return pl.when(serial.str.contains(_VMWARE_SERIAL)).then(grouped)


def _uuid_key(uuid: pl.Expr) -> pl.Expr:
    """The smaller of the two byte orders, so that both spellings of one machine meet."""
    swapped = uuid.str.replace(r"^(..)(..)(..)(..)-(..)(..)-(..)(..)-(.{4}-.{12})$", "$4$3$2$1-$6$5-$8$7-$9")
    sound = pl.when(~uuid.is_in(_JUNK)).then(uuid)
    return pl.when(swapped < uuid).then(pl.when(sound.is_not_null()).then(swapped)).otherwise(sound)
