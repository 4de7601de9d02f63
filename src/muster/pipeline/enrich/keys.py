"""What identifies a claim: its keys, normalised and hashed.

Sources of fact: SMBIOS 3.7 §7.2.1 and glpi-agent issue 839 for the two byte orders of a UUID; VMware KB 1880 for a
serial number that spells the BIOS UUID (`VMware-56 4d …`).
"""

from __future__ import annotations

from enum import IntEnum

import polars as pl
import polars_hash as plh

from muster.catalog.placeholders import JUNK_IDENTIFIERS

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


STRONG = (KeyKind.SOURCE_ID, KeyKind.SERIAL, KeyKind.INSTANCE_UUID, KeyKind.CLOUD_ID, KeyKind.FQDN)

KEYS_SCHEMA = {"ordinal": pl.Int64, "kind": pl.UInt8, "hash": pl.Int64, "check": pl.UInt32}
"""One row per key of a claim: `hash` xxHash64 and `check` xxHash32 of "kind, scope, value"; 96 bits agree or it is
another key."""

_VMWARE_SERIAL = r"^vmware-([0-9a-f]{2} ){7}[0-9a-f]{2}-([0-9a-f]{2} ){7}[0-9a-f]{2}$"
_CLOUD_ID = r"^(i-[0-9a-f]{8,17}|/subscriptions/[0-9a-f-]{36}/.+)$"
_SHORTEST_SERIAL = 4


RECORD_FALLBACKS = ("serial_number", "instance_uuid", "fqdn", "hostname", "asset_name")
"""What names a record within its feed when its source names none, in this order, then its first address."""

KEY_COLUMNS = ("record_key", "source_id", "manufacturer", *RECORD_FALLBACKS, "ip_address")
"""The typed columns that `identity_keys` looks at."""


def identity_keys(claims: pl.DataFrame, feed: str) -> pl.DataFrame:
    """All keys of `claims` as KEYS_SCHEMA.

    `claims` holds `ordinal` (Int64) and any of KEY_COLUMNS in their canonical forms (catalog/model.py). `feed` scopes
    record keys and source ids.
    """
    serial = _text(claims, "serial_number")
    uuid = pl.coalesce(_text(claims, "instance_uuid"), _uuid_of_vmware_serial(serial))
    source_id = _text(claims, "source_id")
    is_cloud = source_id.str.contains(_CLOUD_ID)
    keys = {
        KeyKind.RECORD: _scoped(feed, _record_key(claims)),
        KeyKind.SOURCE_ID: _scoped(feed, _sound(source_id)),
        KeyKind.SERIAL: _serial_key(serial, _text(claims, "manufacturer")),
        KeyKind.INSTANCE_UUID: _uuid_key(uuid),
        KeyKind.CLOUD_ID: pl.when(is_cloud).then(source_id),
        KeyKind.FQDN: _sound(_text(claims, "fqdn")),
    }
    frames = [_hashed(claims.select("ordinal", value=value), kind) for kind, value in keys.items()]
    return pl.concat(frames)


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
    return pl.coalesce(_raw_text(claims, "record_key"), *named, pl.lit("ip_address=") + address)


def _raw_text(claims: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in claims.columns else pl.lit(None, dtype=pl.String)


def _text(claims: pl.DataFrame, name: str) -> pl.Expr:
    return _raw_text(claims, name).str.strip_chars().str.to_lowercase()


def _sound(value: pl.Expr) -> pl.Expr:
    """The value, or null where it is junk."""
    return pl.when(~value.is_in(_JUNK)).then(value)


def _scoped(scope: str, value: pl.Expr) -> pl.Expr:
    return pl.lit(f"{scope}{_SEPARATOR}") + value


def _serial_key(serial: pl.Expr, manufacturer: pl.Expr) -> pl.Expr:
    """Manufacturer and serial; null without a manufacturer, for junk and for a serial that spells a UUID."""
    maker = manufacturer.str.extract(r"^([\p{L}\d]+)")
    usable = (serial.str.len_chars() >= _SHORTEST_SERIAL) & ~serial.str.contains(_VMWARE_SERIAL)
    return pl.when(usable).then(_sound(maker) + _SEPARATOR + _sound(serial))


def _uuid_of_vmware_serial(serial: pl.Expr) -> pl.Expr:
    digits = serial.str.replace_all(r"[^0-9a-f]", "").str.tail(32)
    grouped = digits.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    return pl.when(serial.str.contains(_VMWARE_SERIAL)).then(grouped)


def _uuid_key(uuid: pl.Expr) -> pl.Expr:
    """The smaller of the two byte orders, so that both spellings of one machine meet."""
    swapped = uuid.str.replace(r"^(..)(..)(..)(..)-(..)(..)-(..)(..)-(.{4}-.{12})$", "$4$3$2$1-$6$5-$8$7-$9")
    sound = pl.when(~uuid.is_in(_JUNK)).then(uuid)
    return pl.when(swapped < uuid).then(pl.when(sound.is_not_null()).then(swapped)).otherwise(sound)
