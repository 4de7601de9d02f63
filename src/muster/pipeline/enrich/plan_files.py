"""Plans on disk: entries written part by part to one Parquet file, read in pages, and two plans compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from muster.domain.plan import PlanAction, PlanDifference, PlanEntry, PlannedDifferently, PlannedRow
from muster.pipeline.enrich.plan_entries import ENTRIES_SCHEMA, ROW_MARK, ROW_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

NUMBER = "number"
_ROWS_AT_ONCE = 20_000
_ROWS_HASHED_AT_ONCE = 131_072
_SAID = [name for name in ENTRIES_SCHEMA if name not in {"asset_name", "rows"}]
"""What two plans are compared by: a name or a row alone makes no difference."""
_KEY = ["asset_id", "field"]


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are wanted; None: any. `conflict`: those that are contradicted, or those that are not."""

    action: PlanAction | None = None
    field: str | None = None
    conflict: bool | None = None

    def expression(self) -> pl.Expr:
        """The filter over ENTRIES_SCHEMA."""
        wanted = pl.lit(value=True)
        if self.action is not None:
            wanted &= pl.col("action") == str(self.action)
        if self.field is not None:
            wanted &= pl.col("field") == self.field
        if self.conflict is not None:
            wanted &= pl.col("conflict") == self.conflict
        return wanted


class EntriesFile:
    """Writes entries (ENTRIES_SCHEMA) to `path`, numbered from 1 in the order they come; blocks."""

    def __init__(self, path: Path) -> None:
        self.written = 0
        schema = {NUMBER: pl.Int64, **ENTRIES_SCHEMA}
        self._writer = pq.ParquetWriter(path, pl.DataFrame(schema=schema).to_arrow().schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def write(self, entries: pl.DataFrame) -> None:
        """Add a part."""
        if entries.is_empty():
            return
        numbers = pl.int_range(self.written + 1, self.written + entries.height + 1, dtype=pl.Int64, eager=True)
        numbered = entries.select(numbers.alias(NUMBER), *ENTRIES_SCHEMA)
        self._writer.write_table(numbered.to_arrow().cast(self._writer.schema))
        self.written += entries.height


def read_entries(path: Path, where: EntryFilter, after: int, limit: int) -> pl.DataFrame:
    """Up to `limit` entries after the number `after`, with their numbers."""
    wanted = pl.scan_parquet(path).filter(pl.col(NUMBER) > after, where.expression())
    return wanted.head(limit).collect()


def all_entries(path: Path, where: EntryFilter) -> Iterator[pl.DataFrame]:
    """All entries that are wanted, in pieces."""
    after = 0
    while (part := read_entries(path, where, after, _ROWS_AT_ONCE)).height:
        yield part
        after = part[NUMBER][-1]


def as_entries(frame: pl.DataFrame) -> list[PlanEntry]:
    """Rows of ENTRIES_SCHEMA as values."""
    return [_entry(row) for row in frame.select(*ENTRIES_SCHEMA).iter_rows(named=True)]


def _entry(row: dict[str, Any]) -> PlanEntry:
    return PlanEntry(**{**row, "action": PlanAction(row["action"]), "rows": _rows(row["rows"])})


def _rows(text: str | None) -> tuple[PlannedRow, ...]:
    if text is None:
        return ()
    places = (place.rpartition(ROW_MARK) for place in text.split(ROW_SEPARATOR))
    return tuple(PlannedRow(table, int(row)) for table, _, row in places)


def rows_of_assets(path: Path, asset_ids: Sequence[str]) -> dict[str, tuple[PlannedRow, ...]]:
    """The rows of the import that speak of each of some assets; one that has no entry is left out."""
    found = (
        pl.scan_parquet(path)
        .filter(pl.col("asset_id").is_in(asset_ids))
        .select("asset_id", "rows")
        .unique("asset_id", keep="first")
        .collect()
    )
    return {asset_id: _rows(rows) for asset_id, rows in found.iter_rows()}


def compare_plans(shown: Path, now: Path, most: int) -> PlanDifference:
    """What the plan `now` says otherwise than `shown`; the first `most` fields of assets, in the order of `now`.

    Both are read piece by piece, and only two hashes of an entry are kept.
    """
    before, after = _Digest.of(shown), _Digest.of(now)
    gone = np.flatnonzero(~np.isin(before.said, after.said))
    new = np.flatnonzero(~np.isin(after.said, before.said))
    gone_keys, new_keys = before.keys[gone], after.keys[new]
    only_gone = gone[~np.isin(gone_keys, new_keys)]
    first = new[:most]
    rest = only_gone[: most - len(first)]
    is_pair = np.isin(gone_keys, after.keys[first])
    partner = dict(zip(gone_keys[is_pair].tolist(), gone[is_pair].tolist(), strict=True))
    pairs: list[tuple[int | None, int | None]] = [
        (partner.get(key), place) for key, place in zip(after.keys[first].tolist(), first.tolist(), strict=True)
    ]
    pairs += [(place, None) for place in rest.tolist()]
    then = _by_place(shown, [place for place, _ in pairs])
    today = _by_place(now, [place for _, place in pairs])
    entries = [_different(then.get(was), today.get(place)) for was, place in pairs]
    return PlanDifference(len(new) + len(only_gone), tuple(entry for entry in entries if entry is not None))


@dataclass(frozen=True, slots=True)
class _Digest:
    """Of each entry of a plan, in their order, a hash of what it is about, and one of all that it says."""

    keys: Hashes
    said: Hashes

    @classmethod
    def of(cls, path: Path) -> _Digest:
        """Read a plan."""
        keys, said = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
        with pq.ParquetFile(path) as file:
            for part in file.iter_batches(_ROWS_HASHED_AT_ONCE, columns=_SAID):
                frame = pl.DataFrame(part)
                keys.append(frame.select(pl.struct(_KEY).hash()).to_series().to_numpy())
                said.append(frame.select(pl.struct(_SAID).hash()).to_series().to_numpy())
        return cls(np.concatenate(keys), np.concatenate(said))


def _by_place(path: Path, places: Sequence[int | None]) -> dict[int | None, PlanEntry]:
    """The entries at some places (0 is the first) of a plan."""
    wanted = pl.Series([place + 1 for place in places if place is not None], dtype=pl.Int64)
    if wanted.is_empty():
        return {}
    found = pl.scan_parquet(path).filter(pl.col(NUMBER).is_in(wanted.implode())).collect()
    return {number - 1: entry for number, entry in zip(found[NUMBER], as_entries(found), strict=True)}


def _different(shown: PlanEntry | None, now: PlanEntry | None) -> PlannedDifferently | None:
    known = now or shown
    if known is None:
        return None
    return PlannedDifferently(known.asset_id, known.asset_name, known.field, shown, now)
