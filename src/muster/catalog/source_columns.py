"""Short ways to declare the columns of a source."""

from __future__ import annotations

from muster.catalog.model import SourceColumn


def kept(*names: str) -> tuple[SourceColumn, ...]:
    """Columns, one spelling each, that a source is known to write and that stay with the claim: no field says the same.

    A column that is declared so is never guessed at.
    """
    return tuple(SourceColumn((name,), None) for name in names)
