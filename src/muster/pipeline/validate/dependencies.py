"""Who depends on whom in a row, as comparable 64-bit keys; see identifiers.py for how sure they are.

Both ends are named at one level where the row allows it, the surest first: servers, applications, addresses. What is
called alike at two levels has two keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.placeholders import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from muster.pipeline.validate.tables import Batch, MappedTable

SOURCE = "source"
TARGET = "target"
SAME = "same"

LEVELS = ("server", "app", "ip")
SOURCE_ENDS = tuple(f"{SOURCE}_{level}" for level in LEVELS)
TARGET_ENDS = tuple(f"{TARGET}_{level}" for level in LEVELS)

NAMES = {"asset_name": ("server", "app"), "hostname": ("server",), "fqdn": ("server",)}
"""By field, as what a row lists the thing of that name."""

NAMED_LEVELS = ("server", "app")
"""The levels at which an end can be looked up among the names that are listed."""

_PARTS = ("server", "app", "process")
_BETWEEN = "\x1f"
_LINK = ("dependency_type", "port", "protocol")
_WORDS = sorted(PLACEHOLDERS)


def is_dependencies(table: MappedTable) -> bool:
    """Whether the rows of `table` name two ends."""
    fields = set(table.fields)
    return not fields.isdisjoint(SOURCE_ENDS) and not fields.isdisjoint(TARGET_ENDS)


def tells_events(batch: Batch) -> bool:
    """Whether each row is one connection that was seen, so that connections repeat rightfully.

    Then the count of connections is the source's own and has no column.
    """
    return "connection_count" in batch.typed.columns and not batch.table.positions("connection_count")


def end_keys(columns: Collection[str]) -> tuple[pl.Expr, pl.Expr]:
    """Return the keys of both ends of a row as `source` and `target` (UInt64); null where an end has no name."""
    both = {level: _name(columns, SOURCE, level).is_not_null() & _name(columns, TARGET, level).is_not_null()
            for level in LEVELS}  # fmt: skip
    sides = []
    for side in (SOURCE, TARGET):
        keys = {level: end_key(columns, side, level) for level in LEVELS}
        common = [pl.when(both[level]).then(keys[level]) for level in LEVELS]
        sides.append(pl.coalesce(*common, *keys.values()).alias(side))
    return sides[0], sides[1]


def whole_ends(columns: Collection[str]) -> tuple[pl.Expr, pl.Expr]:
    """Return the keys of all that names each end, its process included, as `source` and `target`; null for nothing."""
    sides = []
    for side in (SOURCE, TARGET):
        names = [_name(columns, side, part) for part in (*LEVELS, "process") if f"{side}_{part}" in columns]
        written = pl.concat_str([name.fill_null("") for name in names], separator=_BETWEEN)
        named = pl.any_horizontal(name.is_not_null() for name in names)
        sides.append(pl.when(named).then(written.hash()).alias(side))
    return sides[0], sides[1]


def end_key(columns: Collection[str], side: str, level: str) -> pl.Expr:
    """Return the key of the end `side` at one level (UInt64); null where it has no name there."""
    return name_key(_name(columns, side, level), level)


def end_fields(columns: Collection[str], side: str) -> pl.Expr:
    """Return the field that names the end `side` of a row (Utf8), null where none does."""
    named = [pl.when(pl.col(f"{side}_{level}").is_not_null()).then(pl.lit(f"{side}_{level}"))
             for level in LEVELS if f"{side}_{level}" in columns]  # fmt: skip
    return pl.coalesce(named) if named else pl.lit(None, dtype=pl.String)


def is_same(columns: Collection[str]) -> pl.Expr:
    """Return whether a row connects a thing with itself, as `same`.

    Two applications of one server are two, and so is one application on two servers. Addresses decide where nothing
    else is named on both sides, since one machine may have several.
    """
    pairs = {part: (_name(columns, SOURCE, part), _name(columns, TARGET, part)) for part in (*_PARTS, "ip")}
    known = {part: source.is_not_null() & target.is_not_null() for part, (source, target) in pairs.items()}
    named = known["server"] | known["app"]
    equal = [~known[part] | (pairs[part][0] == pairs[part][1]) for part in _PARTS]
    by_name = named & pl.all_horizontal(part.fill_null(value=True) for part in equal)
    by_address = ~named & known["ip"] & (pairs["ip"][0] == pairs["ip"][1]).fill_null(value=False)
    return (by_name | by_address).alias(SAME)


def listed_keys(frame: pl.DataFrame) -> pl.Series | None:
    """Return the keys of all that the rows of a typed frame list by name, each once; None without such a column."""
    keys = [
        frame.select(name_key(pl.col(name).str.to_lowercase(), level).alias("listed")).to_series()
        for name, levels in NAMES.items()
        for level in levels
        if name in frame.columns
    ]
    return pl.concat(keys).drop_nulls().unique() if keys else None


def link_key(frame: pl.DataFrame) -> pl.Series:
    """Return the key of kind, port and protocol of each row (UInt64); an absent one equals an absent one."""
    names = [name for name in _LINK if name in frame.columns]
    return frame.select(names).hash_rows() if names else pl.Series([0] * frame.height, dtype=pl.UInt64)


def name_key(name: pl.Expr, level: str) -> pl.Expr:
    """Return the key of a `name` in lower case at a level; null for null."""
    return pl.when(name.is_not_null()).then(name.hash(seed=LEVELS.index(level)))


def _name(columns: Collection[str], side: str, part: str) -> pl.Expr:
    """The name of an end in lower case; null where there is none or only a placeholder."""
    column = f"{side}_{part}"
    if column not in columns:
        return pl.lit(None, dtype=pl.String)
    lower = pl.col(column).str.to_lowercase()
    return pl.when(~lower.is_in(_WORDS)).then(lower)
