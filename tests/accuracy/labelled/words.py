"""The words of the labelled set: records, the exports they stand in, and the troubles that were put into them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Trouble(StrEnum):
    """What the generator did to a machine or a record on purpose; the most telling ones first."""

    REPLACED = "hardware replaced under the same name"
    APPLICATION = "application with name and address of its server"
    SERVICE = "service address with a name of its own"
    BOARD = "management board beside its server"
    TWICE = "two entries of one machine in one list"
    CLONE = "clones that share a UUID"
    CHASSIS = "serial of the chassis on every blade"
    TYPO = "typing error in a name"
    MANGLED = "serial spoiled by a spreadsheet or by hand"
    SECOND_NAME = "entry of its own for a second network card"
    TWIN = "same short name in two domains"
    RENAMED = "renamed between two exports"
    DHCP = "address moved between exports"
    STALE = "address of before, since given away"
    ADDRESS_ONLY = "nothing but an address"
    DESCRIPTION = "described instead of named"
    ROUTER = "hardware address of the router in between"
    OVERLAP = "private network that is there more than once"
    VIRTUAL_ADDRESS = "address shared by the members of a group"
    SWITCHED_OFF = "switched off, so without name and address"
    SHORT = "short name only"
    JUNK = "junk for an identifier"
    COMMON_ADDRESS = "address that many machines carry"
    MULTI_HOMED = "several networks"
    MAKER = "manufacturer spelled in another way"
    BYTE_ORDER = "UUID in the other byte order"
    SERIAL_IS_UUID = "serial that spells the UUID"
    NOISE = "case, space or a suffix on a name"
    MISSING = "column left empty"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an export: raw text by canonical field, and the truth it speaks of."""

    cells: Mapping[str, str]
    truth: str
    troubles: frozenset[Trouble]


@dataclass(frozen=True, slots=True)
class Export:
    """One file of one feed as it was on a day (of one month); `key` is the cell that names a record, if any does."""

    feed: str
    source: str
    day: int
    key: str | None
    records: Sequence[Record]

    @property
    def title(self) -> str:
        """How people would call the file."""
        return f"{self.feed} of day {self.day}"


class Dice:
    """The one source of chance: the same seed gives the same set on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a seeded generator is no cryptography

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self._random.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self._random.randrange(len(items))]

    def weighted(self, items: Mapping[T, float]) -> T:
        """One of them, as often as its weight says."""
        return self._random.choices(list(items), list(items.values()))[0]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """So many different ones."""
        return self._random.sample(list(items), count)

    def mixed(self, items: Sequence[T]) -> list[T]:
        """All of them in another order."""
        return self.some(items, len(items))

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return self._random.randint(low, high)

    def digits(self, alphabet: str, length: int) -> str:
        """A text of so many signs of the alphabet."""
        return "".join(self._random.choices(alphabet, k=length))
