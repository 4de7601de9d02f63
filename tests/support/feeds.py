"""Small lists of small feeds, to write named cases of identity with; asked of the core and of the reference alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from support.claims import pure_inventory
from support.reference import inventory
from support.reference_words import Decision, Import, Record, Row

Maker = Callable[[Sequence[Import], Sequence[Decision]], list[dict[str, Any]]]
by_both = pytest.mark.parametrize("make", [inventory, pure_inventory], ids=["reference", "core"])

Values = dict[str, Any]
HP1: Values = {"serial_number": "CZ100", "manufacturer": "HPE"}
HP2: Values = {"serial_number": "CZ200", "manufacturer": "HPE"}
HOST: Values = {"hostname": "web01"}
HAS_MAC: Values = {"mac_address": ["00:50:56:aa:00:01"]}
HAS_IP: Values = {"ip_address": ["10.0.0.1"]}
FIRST: Values = {"asset_name": "The first"}
SECOND: Values = {"asset_name": "The second"}


def snapshot(feed: str, *rows: Values, day: int = 1, partial: bool = False) -> Import:
    """What a feed lists on a day: the records 1, 2, 3, or as many as it has `record_key`s for."""
    made = []
    for number, values in enumerate(rows, start=1):
        own = dict(values)
        made.append(Row(own.pop("record_key", str(number)), values=own))
    return Import("generic", feed, day, f"{feed}{day}".rjust(64, "0"), tuple(made), partial)


def feeds(*rows: Values) -> tuple[Import, ...]:
    """Each row alone in a feed of its own: a, b, c."""
    return tuple(snapshot(feed, values) for feed, values in zip("abcd", rows, strict=False))


A1: Record = ("a", "1")
A2: Record = ("a", "2")
B1: Record = ("b", "1")
C1: Record = ("c", "1")
