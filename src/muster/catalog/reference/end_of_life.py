"""Until when each release is supported: the rows of end_of_life.csv, each with its public source.

Columns: `product` and `release` (ids of endoflife.date), `name` (as the vendor writes it), `end_of_support`,
`end_of_extended_support` (paid or long-term; empty: none), `source` (the vendor's page, or that of endoflife.date).
A date is ISO 8601; `no` says not ended and no date announced, `yes` ended on a day that is not known.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

FACTS_AS_OF = date(2026, 8, 22)
"""The day on which the facts were taken; releases that came later are not listed."""

LONG_AGO = date.min
"""An end of support in the past whose day is not known."""
NOT_YET = date.max
"""An end of support that is not announced."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one product. `end_of_extended_support` None: there is none beyond `end_of_support`."""

    product: str
    release: str
    name: str
    end_of_support: date
    end_of_extended_support: date | None
    source: str


@cache
def releases() -> dict[str, tuple[Release, ...]]:
    """Return the releases of every product by its id, in the order of the file (newest first)."""
    text = (files(__package__) / "end_of_life.csv").read_text(encoding="utf-8")
    rows = [_release(row) for row in csv.DictReader(text.splitlines())]
    return {product: tuple(row for row in rows if row.product == product) for product in dict.fromkeys(_ids(rows))}


def _ids(rows: list[Release]) -> list[str]:
    return [row.product for row in rows]


def _release(row: dict[str, str]) -> Release:
    return Release(
        product=row["product"],
        release=row["release"],
        name=row["name"],
        end_of_support=_day(row["end_of_support"]) or NOT_YET,
        end_of_extended_support=_day(row["end_of_extended_support"]),
        source=row["source"],
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    return {"no": NOT_YET, "yes": LONG_AGO}.get(text) or date.fromisoformat(text)
