"""muster's own answer: the exports go through its conversion, its keys and its identity rules, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import SourceTable
from muster.catalog.registry import categories, sources
from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import TableInfo
from muster.kit.ids import uuid7
from muster.pipeline.enrich.claims import ClaimRole, ImportIndex, ordinals
from muster.pipeline.enrich.identity import resolve
from muster.pipeline.enrich.keys import identity_keys, mark_crowded
from muster.pipeline.enrich.order import ImportFacts, Snapshots
from muster.pipeline.mapping.convert import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labelled.words import Export

_CATEGORY = "cmdb_export"


def resolved(exports: Sequence[Export]) -> list[int]:
    """The asset that muster puts each record into: one number per record, in the order of the exports."""
    index = ImportIndex.of([uuid7() for _ in exports])
    facts, keys, claims = [], [], []
    for number, export in zip(index.import_ids, exports, strict=True):
        rows = typed(export)
        ordinal = ordinals(ClaimRole.SELF, 0, rows["row_number"])
        base = index.base(number)
        found = mark_crowded(identity_keys(rows.with_columns(ordinal.alias("ordinal")), export.feed))
        keys.append(found.select(claim=pl.col("ordinal") + base, kind="kind", hash="hash", check="check"))
        claims.append((ordinal + base).alias("claim"))
        seen = datetime(2026, 1, export.day, tzinfo=UTC)
        digest = f"{export.feed}{export.day}".encode().hex()
        facts.append(ImportFacts(number, sources()[export.source], categories()[_CATEGORY], export.feed, seen, digest))
    membership = resolve(pl.concat(keys), Snapshots.of(facts))
    everything = pl.concat(claims).to_frame().join(membership, on="claim", how="left", maintain_order="left")
    return everything.select(pl.coalesce("asset", "claim"))["asset"].to_list()


def typed(export: Export) -> pl.DataFrame:
    """The export's rows as conversion types them, every column mapped to the field it is named after."""
    names = sorted({name for record in export.records for name in record.cells})
    cells = {f"c{place}": [record.cells.get(name) for record in export.records] for place, name in enumerate(names)}
    numbers = pl.int_range(1, len(export.records) + 1, dtype=pl.Int32, eager=True)
    frame = pl.DataFrame({"row_number": numbers, "line": numbers + 1, **cells})
    info = TableInfo(0, export.feed, tuple(names), 1, len(export.records), "none")
    mapping = [
        ColumnMapping(export.feed, place, name, name, 1.0, MatchMethod.HEADER, "named after the field")
        for place, name in enumerate(names)
        if name in FIELDS
    ]
    table = SourceTable(export.feed, "one record", (), record_key=((export.key,),) if export.key else ())
    return convert(frame, info, mapping, table).typed
