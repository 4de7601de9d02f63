"""Shows the shape of a value without the value."""

from __future__ import annotations

import polars as pl

_LONGEST = 24


def mask(value: str) -> str:
    """Return `value` with every letter as `a`/`A` and every digit as `9`, cut at 24 characters.

    `s3cret-Pass` becomes `a9aaaa-Aaaa`. Separators stay, because a shape is what a reader needs to find the cell.
    """
    shape = "".join(_shape(char) for char in value[:_LONGEST])
    return shape + "…" if len(value) > _LONGEST else shape


def _shape(char: str) -> str:
    if char.isdigit():
        return "9"
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return char


def masked(text: pl.Expr) -> pl.Expr:
    """Return `mask` for a column; every kind of number counts as a digit, so it shows at most what `mask` shows."""
    shape = (
        text.str.head(_LONGEST)
        .str.replace_all(r"\p{Lu}", "A")
        .str.replace_all(r"[\p{L}--A]", "a")
        .str.replace_all(r"\p{N}", "9")
    )
    return pl.when(text.str.len_chars() > _LONGEST).then(shape + "…").otherwise(shape)
