"""Numbers and ids of claims: how a row of an import is named inside one calculation and outside of it.

Outside, a claim is its birth id, a UUID: the id of its import with the low 40 bits replaced by the claim's ordinal,
role (3 bits) | table number (9 bits) | row number (28 bits). Inside, it is one signed 64-bit number,
`import index << 40 | ordinal`, where the index is the place of the import among all imports of the engagement sorted
by id: numbers sort exactly like birth ids, and a million of them fit into 8 MB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDINAL_BITS = 40
_ROW_BITS = 28
_TABLE_BITS = 9
ROW_MASK = (1 << _ROW_BITS) - 1
MAX_TABLES = 1 << _TABLE_BITS
ORDINAL_MASK = (1 << ORDINAL_BITS) - 1

UUID_BYTES = 16
_ORDINAL_BYTES = ORDINAL_BITS // 8
_PREFIX_BYTES = UUID_BYTES - _ORDINAL_BYTES
_TEXT_PREFIX = 26  # characters of a UUID's text before its last ten hexadecimal digits
_TEXT_LENGTH = 36


class ClaimRole(IntEnum):
    """What a row says something about. The values are stored: never change one."""

    SELF = 0
    SOURCE = 1
    TARGET = 2
    HOST = 3
    CHILD = 4


def ordinal(role: ClaimRole, table_number: int, row_number: int) -> int:
    """The 40-bit ordinal of a claim within its import."""
    return (role << _TABLE_BITS | table_number) << _ROW_BITS | row_number


def ordinals(role: ClaimRole, table_number: int, row_numbers: pl.Series) -> pl.Series:
    """The ordinals (Int64) of many rows of one table."""
    return row_numbers.cast(pl.Int64) + ordinal(role, table_number, 0)


def split_ordinal(value: int) -> tuple[ClaimRole, int, int]:
    """Role, table number and row number of an ordinal."""
    return (
        ClaimRole(value >> _TABLE_BITS + _ROW_BITS),
        value >> _ROW_BITS & MAX_TABLES - 1,
        value & ROW_MASK,
    )


def table_base(claim_or_ordinal: pl.Expr) -> pl.Expr:
    """Role and table number as one number: equal for all rows of one table in one role."""
    return (claim_or_ordinal & ORDINAL_MASK) // (1 << _ROW_BITS)


def compact(claims: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The distinct `claims` in ascending order, and for each of `claims` its place among them.

    Rows of a table are numbered without great gaps, so this is done by tables as long as the files, without sorting.
    """
    if not len(claims):
        return claims, np.zeros(0, dtype=np.int32)
    table, row = claims >> _ROW_BITS, claims & ROW_MASK
    extents = pl.DataFrame({"table": table, "row": row}).group_by("table").agg(pl.col("row").max()).sort("table")
    tables, lengths = extents["table"].to_numpy(), extents["row"].to_numpy() + 1
    first = np.cumsum(lengths) - lengths
    slot = first[np.searchsorted(tables, table)] + row
    taken = np.zeros(int(lengths.sum()), dtype=bool)
    taken[slot] = True
    places = np.cumsum(taken, dtype=np.int32) - 1
    found = np.flatnonzero(taken)
    which = np.searchsorted(first, found, side="right") - 1
    return tables[which] << _ROW_BITS | (found - first[which]), places[slot]


@dataclass(frozen=True, slots=True)
class ImportIndex:
    """The imports of one engagement in the order of their ids: translates claim numbers to birth ids and back."""

    import_ids: tuple[UUID, ...]
    _places: dict[bytes, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "_places", {item.bytes[:_PREFIX_BYTES]: place for place, item in enumerate(self.import_ids)}
        )

    @classmethod
    def of(cls, import_ids: list[UUID]) -> ImportIndex:
        """The index of `import_ids`, in whatever order they come."""
        return cls(tuple(sorted(import_ids)))

    def base(self, import_id: UUID) -> int:
        """The number to add to an ordinal of this import."""
        return self._places[import_id.bytes[:_PREFIX_BYTES]] << ORDINAL_BITS

    def import_of(self, claim: int) -> UUID:
        """The import of a claim number."""
        return self.import_ids[claim >> ORDINAL_BITS]

    def birth_id(self, claim: int) -> UUID:
        """The birth id of a claim number."""
        prefix = self.import_of(claim).bytes[:_PREFIX_BYTES]
        return UUID(bytes=prefix + (claim & ORDINAL_MASK).to_bytes(_ORDINAL_BYTES, "big"))

    def claim_of(self, birth_id: UUID) -> int | None:
        """The claim number of a birth id, None when no import of this engagement gave it."""
        place = self._places.get(birth_id.bytes[:_PREFIX_BYTES])
        if place is None:
            return None
        return place << ORDINAL_BITS | int.from_bytes(birth_id.bytes[_PREFIX_BYTES:], "big")

    def pack(self, claims: NDArray[np.int64]) -> bytes:
        """16 bytes for each claim number; a negative number becomes 16 zero bytes ("leads to nothing")."""
        out = np.zeros((len(claims), UUID_BYTES), dtype=np.uint8)
        known = claims >= 0
        prefixes = np.array(
            [list(item.bytes[:_PREFIX_BYTES]) for item in self.import_ids] or [[0] * _PREFIX_BYTES], dtype=np.uint8
        )
        out[known, :_PREFIX_BYTES] = prefixes[claims[known] >> ORDINAL_BITS]
        big_endian = (claims[known] & ORDINAL_MASK).astype(">u8").view(np.uint8).reshape(-1, 8)
        out[known, _PREFIX_BYTES:] = big_endian[:, 8 - _ORDINAL_BYTES :]
        return out.tobytes()

    def unpack(self, packed: bytes) -> NDArray[np.int64]:
        """The claim numbers (int64) of 16-byte ids; -1 for zeros and for ids of no import known here."""
        rows = np.frombuffer(packed, dtype=np.uint8).reshape(-1, UUID_BYTES)
        padded = np.zeros((len(rows), 8), dtype=np.uint8)
        padded[:, 8 - _ORDINAL_BYTES :] = rows[:, _PREFIX_BYTES:]
        low = padded.view(">u8").reshape(-1).astype(np.int64)
        prefixes = np.ascontiguousarray(rows[:, :_PREFIX_BYTES]).view(f"V{_PREFIX_BYTES}").reshape(-1)
        distinct, inverse = np.unique(prefixes, return_inverse=True)
        places = np.array([self._places.get(prefix.tobytes(), -1) for prefix in distinct], dtype=np.int64)
        place = places[inverse]
        return np.where(place >= 0, place << ORDINAL_BITS | low, -1)

    def texts(self, claims: pl.Series) -> pl.Series:
        """The birth ids of claim numbers as UUID text (Utf8)."""
        numbers = claims.to_numpy()
        hexadecimal = (numbers & ORDINAL_MASK).astype(">u8").tobytes().hex().encode()
        digits = np.frombuffer(hexadecimal, dtype=np.uint8).reshape(-1, 16)[:, 16 - 2 * _ORDINAL_BYTES :]
        prefixes = np.array([list(str(item)[:_TEXT_PREFIX].encode()) for item in self.import_ids], dtype=np.uint8)
        text = np.empty((len(numbers), _TEXT_LENGTH), dtype=np.uint8)
        if len(numbers):
            text[:, :_TEXT_PREFIX] = prefixes[numbers >> ORDINAL_BITS]
            text[:, _TEXT_PREFIX:] = digits
        buffer = pa.py_buffer(text.tobytes())
        array = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_TEXT_LENGTH), len(numbers), [None, buffer])
        return pl.Series(claims.name, pl.from_arrow(array.cast(pa.binary()).cast(pa.string())))

    def numbers(self, texts: pl.Series) -> NDArray[np.int64]:
        """The claim numbers of birth ids as UUID text; -1 for ids of no import known here."""
        digits = texts.str.replace_all("-", "", literal=True)
        return self.unpack(bytes.fromhex("".join(digits.to_list())))
