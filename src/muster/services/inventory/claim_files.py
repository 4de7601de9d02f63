"""Typed claims, read from the Parquet files that validation wrote (one per import and table)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self

import polars as pl

from muster.blobs.keys import claims_key
from muster.domain.custom_fields import PREFIX
from muster.pipeline.enrich.claims import ORDINAL_BITS, ROW_MASK, ClaimRole, ordinals, split_ordinal, table_base
from muster.pipeline.enrich.codec import CUSTOM_FIELDS, VALUE_COLUMNS
from muster.pipeline.enrich.keys import KEY_COLUMNS, identity_keys, mark_crowded, record_names
from muster.services.inventory.claim_cache import restore_claim_file
from muster.services.inventory.claim_pieces import cut, is_scattered
from muster.services.inventory.claim_rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from uuid import UUID

    from muster.db.repos.claims import ClaimImport
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.inventory.roster import Roster


_KEYED_AT_ONCE = 131_072
_KEYING_THREADS = 2
"""Two parts of a file at once: the texts of so many rows stay near the processor, which alone saves a third."""

_FEW = 10_000
"""The rows of so few claims are kept in memory between the question for their keys and their fold."""


@dataclass(slots=True)
class ClaimFiles:
    """The claim files of one engagement, fetched once each while the context is open."""

    services: Services
    tenant: Tenant
    roster: Roster
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _paths: dict[tuple[UUID, int], Path] = field(default_factory=dict)
    _pieces: dict[tuple[int, int], dict[int, list[Path]]] = field(default_factory=dict)
    _kept: dict[tuple[int, int], pl.DataFrame] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        """Begin to hold files."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the files go."""
        await self._stack.aclose()

    async def _path(self, item: ClaimImport, table_number: int) -> Path:
        place = (item.import_id, table_number)
        if place not in self._paths:
            key = claims_key(self.tenant.engagement_id, item.import_id, item.claims_attempt, table_number)
            try:
                path = await self._stack.enter_async_context(self.services.blobs.local_path(key))
            except FileNotFoundError:
                await restore_claim_file(self.services, self.tenant, item, table_number)
                path = await self._stack.enter_async_context(self.services.blobs.local_path(key))
            self._paths[place] = path
        return self._paths[place]

    def hold(self, item: ClaimImport, table_number: int, path: Path) -> None:
        """Read the claims of one table from `path`, which the caller keeps while the context is open."""
        self._paths[item.import_id, table_number] = path

    async def fields(self, edited: Iterable[str] = ()) -> tuple[str, ...]:
        """The columns of values that any import of the roster speaks of, the asset's name, and `edited`.

        Undone imports are included. CUSTOM_FIELDS stands for all custom fields.
        """
        names = {"asset_name", *edited}
        for item in self.roster.imports:
            for table_number, _ in item.tables:
                path = await self._path(item, table_number)
                names |= set(await asyncio.to_thread(pl.read_parquet_schema, path))
        if any(name.startswith(PREFIX) for name in names):
            names.add(CUSTOM_FIELDS)
        return tuple(name for name in VALUE_COLUMNS if name in names)

    async def keys(self, item: ClaimImport) -> pl.DataFrame:
        """All identity keys of one import, KEYS_SCHEMA, the crowded ones marked."""
        frames = [identity_keys(pl.DataFrame(schema={"ordinal": pl.Int64}), item.feed)]
        for table_number, _ in item.tables:
            path = await self._path(item, table_number)
            left_out = item.left_out.get(table_number, frozenset())
            frames.append(await asyncio.to_thread(_keys, path, table_number, item.feed, left_out))
        return await asyncio.to_thread(mark_crowded, pl.concat(frames))

    async def claims(self, item: ClaimImport) -> pl.Series:
        """All claims of one import, as claim numbers."""
        base = self.roster.index.base(item.import_id)
        parts = [pl.Series("claim", [], dtype=pl.Int64)]
        for table_number, _ in item.tables:
            path = await self._path(item, table_number)
            left_out = item.left_out.get(table_number, frozenset())
            rows = pl.scan_parquet(path).select("row_number").filter(~pl.col("row_number").is_in(left_out))
            row_numbers = (await asyncio.to_thread(rows.collect)).to_series()
            parts.append((ordinals(ClaimRole.SELF, table_number, row_numbers) + base).alias("claim"))
        return pl.concat(parts)

    async def keys_of(self, claims: pl.Series) -> pl.DataFrame:
        """The identity keys of some claims (claim numbers), CLAIM_KEYS_SCHEMA."""
        wanted = pl.DataFrame({"claim": claims, "asset": claims})
        frames = []
        for (place,), part in wanted.group_by((pl.col("claim") // (1 << ORDINAL_BITS)).alias("place")):
            item = self.roster.imports[int(str(place))]
            typed = await (self._keep(part) if part.height <= _FEW else self.typed(part, only=KEY_COLUMNS))
            base = self.roster.index.base(item.import_id)
            keys = identity_keys(typed.with_columns(ordinal=pl.col("claim") - base), item.feed)
            frames.append(keys.select(claim=pl.col("ordinal") + base, kind="kind", hash="hash", check="check"))
        return pl.concat(frames)

    async def record_names(self, claims: pl.Series) -> dict[int, str]:
        """What names the source record of each claim, with its feed, for people to read."""
        names = {}
        for (place,), part in claims.to_frame("claim").group_by(
            (pl.col("claim") // (1 << ORDINAL_BITS)).alias("place")
        ):
            feed = self.roster.imports[int(str(place))].feed
            typed = await self.typed(part.with_columns(asset="claim"), only=KEY_COLUMNS)
            found = zip(typed["claim"], record_names(typed), strict=True)
            names.update({claim: f"{feed}: {name}" for claim, name in found if name is not None})
        return names

    async def lay_out(self, batches: Sequence[pl.DataFrame]) -> None:
        """Prepare to read the claims of `batches` (each with `claim`) one after the other, by `typed` with its number.

        A file whose rows the batches need in another order than it has them is cut into pieces first.
        """
        if not batches:
            return
        claims = pl.concat(
            [batch.select("claim", batch=pl.lit(number, dtype=pl.Int32)) for number, batch in enumerate(batches)]
        )
        for (place, base), part in _by_table(claims):
            rows = part.select("batch", row_number=_row_number())
            if await asyncio.to_thread(is_scattered, rows):
                folder = await self._stack.enter_async_context(self.services.blobs.scratch())
                path = await self._path(*self._table(place, base))
                self._pieces[place, base] = await asyncio.to_thread(cut, path, rows, folder, f"{place}-{base}")

    async def typed(
        self, membership: pl.DataFrame, batch: int | None = None, only: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The typed rows of `membership` (`claim`, `asset`), with these two columns, for the fold.

        `batch` is the number of the batch that `membership` is of, when batches were laid out. `only`: these columns,
        as far as they are there.
        """
        frames = []
        for (place, base), part in _by_table(membership):
            rows = part.select("claim", "asset", row_number=_row_number())
            if batch is not None and (place, base) in self._pieces:
                pieces = self._pieces[place, base].get(batch, [])
                frames.append(await asyncio.to_thread(_rows_of_pieces, pieces, rows))
            elif (kept := self._kept_rows((place, base), rows)) is not None:
                frames.append(kept)
            else:
                path = await self._path(*self._table(place, base))
                frames.append(await asyncio.to_thread(read_rows, path, rows, only))
        return pl.concat(frames, how="diagonal")

    async def _keep(self, membership: pl.DataFrame) -> pl.DataFrame:
        """The typed rows of a few claims, which are kept: whoever asks for their keys will fold them soon."""
        frames = []
        for table, part in _by_table(membership):
            rows = part.select("claim", "asset", row_number=_row_number())
            path = await self._path(*self._table(*table))
            read = await asyncio.to_thread(read_rows, path, rows.select("row_number", number="row_number"))
            held = [self._kept[table]] if table in self._kept else []
            self._kept[table] = pl.concat([*held, read]).unique("number")
            frames.append(_numbered(read, rows))
        return pl.concat(frames, how="diagonal")

    def _kept_rows(self, table: tuple[int, int], rows: pl.DataFrame) -> pl.DataFrame | None:
        """The rows of a table that `rows` names when all of them are kept."""
        kept = self._kept.get(table)
        if kept is None or kept.height < rows.height:
            return None
        found = _numbered(kept, rows)
        return found if found.height == rows.height else None

    def _table(self, place: int, base: int) -> tuple[ClaimImport, int]:
        _, table_number, _ = split_ordinal(base << ROW_MASK.bit_length())
        return self.roster.imports[place], table_number


def _by_table(claims: pl.DataFrame) -> Iterator[tuple[tuple[int, int], pl.DataFrame]]:
    """The parts of `claims` by place of the import and by role and table."""
    keys = claims.with_columns(place=pl.col("claim") // (1 << ORDINAL_BITS), base=table_base(pl.col("claim")))
    for (place, base), part in keys.group_by("place", "base", maintain_order=True):
        yield (int(str(place)), int(str(base))), part


def _numbered(kept: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return kept.join(rows, left_on="number", right_on="row_number", how="inner").drop("number")


def _row_number() -> pl.Expr:
    return (pl.col("claim") & ROW_MASK).cast(pl.Int32)


def _keys(path: Path, table_number: int, feed: str, left_out: frozenset[int]) -> pl.DataFrame:
    scan = pl.scan_parquet(path).filter(~pl.col("row_number").is_in(left_out))
    present = [name for name in KEY_COLUMNS if name in scan.collect_schema().names()]
    claims = scan.select("row_number", *present).collect()
    numbered = claims.with_columns(ordinals(ClaimRole.SELF, table_number, claims["row_number"]).alias("ordinal"))
    parts = (numbered.slice(start, _KEYED_AT_ONCE) for start in range(0, max(numbered.height, 1), _KEYED_AT_ONCE))
    with ThreadPoolExecutor(_KEYING_THREADS) as threads:
        return pl.concat(threads.map(partial(identity_keys, feed=feed), parts))


def _rows_of_pieces(pieces: Sequence[Path], rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that `rows` names, all of which stand in `pieces`."""
    held = pl.concat([pl.read_ipc(piece) for piece in pieces])
    return held.join(rows, on="row_number", how="inner").drop("row_number")
