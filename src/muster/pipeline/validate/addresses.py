"""What an address on the network says about itself: its kind, its subnet, its mask; as expressions over text.

Ranges: IANA's registries of special-purpose addresses (RFC 6890, RFC 5771, RFC 4291).
"""

from __future__ import annotations

from functools import reduce

import polars as pl

_BLOCKS = {
    "loopback": ("127.0.0.0/8",),
    "link_local": ("169.254.0.0/16",),
    "reserved": (
        "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    ),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
}  # fmt: skip
_BLOCKS_V6 = {
    "loopback": r"^(?:0:){0,7}:?:?1$",
    "link_local": r"^fe[89ab]",
    "reserved": r"^::$|^ff|^2001:db8:",
    "private": r"^f[cd]",
}
_WHOLE = 0xFFFF_FFFF
_LENGTH = 32


def number(address: pl.Expr) -> pl.Expr:
    """Return an IPv4 address as UInt32; null for an IPv6 address and for null."""
    octets = address.str.split_exact(".", 3)
    parts = [octets.struct.field(f"field_{place}").cast(pl.UInt32, strict=False) for place in range(4)]
    return reduce(lambda left, right: left * 256 + right, parts)


def kind(address: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return loopback, link_local, reserved, private, public or (IPv6) global; `value` is its `number`."""
    inside = {name: pl.any_horizontal(_inside(value, block) for block in blocks) for name, blocks in _BLOCKS.items()}
    version4 = pl.coalesce(*(pl.when(inside[name]).then(pl.lit(name)) for name in inside), pl.lit("public"))
    version6 = pl.coalesce(
        *(pl.when(address.str.contains(pattern)).then(pl.lit(name)) for name, pattern in _BLOCKS_V6.items()),
        pl.lit("global"),
    )
    return pl.when(value.is_not_null()).then(version4).when(address.is_not_null()).then(version6)


def mask(text: pl.Expr) -> pl.Expr:
    """Return a mask as UInt32, from `255.255.255.0`, `/24`, `24`, `10.0.0.0/24` or `0xffffff00`; null when it is none.

    Ones must come before zeros, all of them.
    """
    stripped = text.str.strip_chars().str.to_lowercase()
    length = stripped.str.extract(r"(?:^|/)(\d{1,2})$").cast(pl.Int64)
    by_length = pl.when(length.is_between(0, _LENGTH)).then(_WHOLE - (2 ** (_LENGTH - length) - 1))
    by_hex = stripped.str.extract(r"^0x([0-9a-f]{8})$").str.to_integer(base=16, strict=False, dtype=pl.Int64)
    dotted = pl.when(stripped.str.contains(r"^\d{1,3}(?:\.\d{1,3}){3}$")).then(stripped)
    in_range = pl.all_horizontal(
        dotted.str.split_exact(".", 3).struct.field(f"field_{place}").cast(pl.UInt32, strict=False) <= 255  # noqa: PLR2004 - an octet
        for place in range(4)
    )
    written = pl.coalesce(pl.when(in_range).then(number(dotted)).cast(pl.Int64), by_hex)
    zeros = _WHOLE - written
    contiguous = (zeros & (zeros + 1)) == 0
    return pl.coalesce(by_length.cast(pl.Int64), pl.when(contiguous).then(written)).cast(pl.UInt32)


def is_mask_of_ipv6(text: pl.Expr) -> pl.Expr:
    """Whether a text is a prefix length that only IPv6 has (33 to 128), or a mask of its form."""
    stripped = text.str.strip_chars()
    length = stripped.str.extract(r"(?:^|/)(\d{1,3})$").cast(pl.Int64)
    return length.is_between(_LENGTH + 1, 128).fill_null(value=False) | stripped.str.contains(
        r"^[0-9A-Fa-f]*:[0-9A-Fa-f:]+$"
    )


def written(value: pl.Expr) -> pl.Expr:
    """Return a UInt32 as a dotted address."""
    octets = [((value // 256**place) % 256).cast(pl.String) for place in (3, 2, 1, 0)]
    return pl.concat_str(octets, separator=".")


def _inside(value: pl.Expr, block: str) -> pl.Expr:
    base, _, length = block.partition("/")
    first = reduce(lambda left, right: left * 256 + int(right), base.split("."), 0)
    return value.is_between(first, first + 2 ** (_LENGTH - int(length)) - 1)
