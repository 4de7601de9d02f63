"""Spellings that differ in one word: written once as alternatives, given as all their combinations."""

from __future__ import annotations

from itertools import product


def combined(*parts: str) -> tuple[str, ...]:
    """Every combination of the alternatives of each part, `|` between them; an empty alternative leaves the part out.

    `combined("|total", "memory|ram", "|size")` gives memory, memory size, ram, … total ram size.
    """
    return tuple(" ".join(word for word in chosen if word) for chosen in product(*(part.split("|") for part in parts)))
