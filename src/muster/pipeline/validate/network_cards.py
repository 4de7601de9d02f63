"""What the MAC address of a network card says: whether it is one, who set it, and which platform made the card."""

from __future__ import annotations

import polars as pl

from muster.catalog.reference.mac_vendors import COMPATIBLE, PLATFORM_WORDS, VIRTUAL_CARDS
from muster.domain.tables import LINE, ROW_NUMBER

_PLATFORM = "virtualization_platform"


def each_card(typed: pl.DataFrame) -> pl.DataFrame:
    """Return one row per MAC address: row_number, line, mac, card (platform of a virtual card) and the row's platform.

    `card` and `platform` are words of mac_vendors.PLATFORM_WORDS, null where the address or the row tells none.
    """
    stated = pl.col(_PLATFORM) if _PLATFORM in typed.columns else pl.lit(None, dtype=pl.String)
    rows = typed.select(ROW_NUMBER, LINE, pl.col("mac_address").alias("mac"), stated.alias("stated"))
    each = rows.explode("mac").filter(pl.col("mac").is_not_null()).with_columns(_card_of(pl.col("mac")).alias("card"))
    words = pl.col("stated").str.to_lowercase()
    platform = pl.coalesce(
        pl.when(words.str.contains(pattern)).then(pl.lit(name)) for name, pattern in PLATFORM_WORDS.items()
    )
    few = each.select(pl.col("stated").drop_nulls().unique()).with_columns(platform.alias("platform"))
    return each.join(few, on="stated", how="left", maintain_order="left")


def is_no_card(mac: pl.Expr) -> pl.Expr:
    """Whether the address is that of a group (its lowest bit of the first byte is set), or empty."""
    return mac.str.contains(r"^.[13579bdf]|^(?:00:){5}00$")


def is_set_by_software(mac: pl.Expr, card: pl.Expr) -> pl.Expr:
    """Whether the address is locally administered, and of no platform that is known to do so."""
    return mac.str.contains(r"^.[26ae]") & card.is_null()


def of_another_platform(each: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `each_card` whose card is of another platform than the row names."""
    same = [(pl.col("card") == card) & (pl.col("platform") == words) for card, words in COMPATIBLE]
    return each.filter((pl.col("card") != pl.col("platform")) & ~pl.any_horizontal(same))


def _card_of(mac: pl.Expr) -> pl.Expr:
    """The platform whose virtual card has the address; prefixes are as long as they were registered."""
    lengths = sorted({len(prefix) for prefix in VIRTUAL_CARDS}, reverse=True)
    return pl.coalesce(
        mac.str.head(length).replace_strict(
            {prefix: name for prefix, name in VIRTUAL_CARDS.items() if len(prefix) == length},
            default=None,
            return_dtype=pl.String,
        )
        for length in lengths
    )
