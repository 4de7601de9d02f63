"""Made-up imports as the product holds them: typed claims in memory, or rows and files of a real engagement."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import insert

from muster.blobs.keys import claims_key
from muster.catalog.dtypes import dtype
from muster.catalog.fields import FIELDS
from muster.catalog.registry import categories, sources
from muster.db.repos.import_rows import insert_rows
from muster.db.tables import DataImport, ImportFieldMapping, ImportTable
from muster.domain.custom_fields import PREFIX
from muster.domain.decisions import Decision, Edit, Join, KeyRef, Split
from muster.domain.ids import DataImportId
from muster.kit.ids import uuid7
from muster.pipeline.enrich.claims import ClaimRole, ImportIndex, ordinals
from muster.pipeline.enrich.fields import field_of
from muster.pipeline.enrich.fold import ASSET_FIELDS, fold
from muster.pipeline.enrich.identity import resolve
from muster.pipeline.enrich.keys import KeyKind, identity_keys, key_ref, mark_crowded
from muster.pipeline.enrich.order import BeliefOrder, ImportFacts, Snapshots
from muster.pipeline.enrich.rulings import Rulings
from muster.services.enrich_assets import enrich_assets
from muster.services.export_inventory import ExportFormat, export_assets
from muster.services.list_assets import list_assets
from support import reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from muster.domain.decisions import DecisionBody
    from muster.domain.flow_document import EnrichmentResult
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from support.reference import Import

CATEGORY = "cmdb_export"


def observed(item: Import) -> datetime:
    """The moment an import was observed at."""
    return datetime(2026, 1, item.day, tzinfo=UTC)


def typed_rows(item: Import) -> pl.DataFrame:
    """The import's rows as validation would stage them."""
    names = sorted({name for row in item.rows for name in row.values})
    data: dict[str, list[Any]] = {
        "row_number": list(range(1, len(item.rows) + 1)),
        "record_key": [row.record_key for row in item.rows],
        "cleared_fields": [sorted(row.clears) for row in item.rows],
        "completeness": [0.5] * len(item.rows),
        "quality": [1.0] * len(item.rows),
    }
    for name in names:
        data[name] = [row.values.get(name) for row in item.rows]
    schema: dict[str, Any] = {
        "row_number": pl.Int32,
        "record_key": pl.String,
        "cleared_fields": pl.List(pl.String),
        "completeness": pl.Float64,
        "quality": pl.Float64,
        **{name: dtype(field_of(name)) for name in names},
    }
    return pl.DataFrame(data, schema=schema)


def pure_inventory(imports: Sequence[Import], decisions: Sequence[reference.Decision] = ()) -> list[dict[str, Any]]:
    """What the pipeline's own functions make of the imports, without a database; the order of ids is that given."""
    ids = sorted(uuid7() for _ in imports)
    index = ImportIndex(tuple(ids))
    facts = [
        ImportFacts(
            number, sources()[item.source], categories()[CATEGORY], item.feed, observed(item), item.sha256, item.partial
        )
        for number, item in zip(ids, imports, strict=True)
    ]
    order, snapshots = BeliefOrder.of(facts), Snapshots.of(facts)
    rulings = Rulings.of([stored_decision(decision, number) for number, decision in enumerate(decisions)])
    keys, claims = [], []
    for number, item in zip(ids, imports, strict=True):
        rows = typed_rows(item)
        ordinal = ordinals(ClaimRole.SELF, 0, rows["row_number"])
        base = index.base(number)
        found = mark_crowded(identity_keys(rows.with_columns(ordinal.alias("ordinal")), item.feed))
        keys.append(found.select(claim=pl.col("ordinal") + base, kind="kind", hash="hash", check="check"))
        claims.append(rows.with_columns((ordinal + base).alias("claim")))
    every_key = pl.concat(keys)
    membership = resolve(every_key, snapshots, rulings)
    everything = pl.concat(claims, how="diagonal").join(membership, on="claim", how="left")
    current = everything.filter(~pl.col("superseded").fill_null(value=False)).with_columns(
        pl.coalesce("asset", "claim").alias("asset")
    )
    held = rulings.pinned(every_key).join(membership, on="claim", how="left").sort("edit")
    pins = [
        (asset if asset is not None else claim, rulings.edits[edit])
        for edit, claim, asset in held.select("edit", "claim", "asset").iter_rows()
    ]
    folded = fold(current, order, snapshots, pins)
    return assets_as_values(folded.to_dicts())


def stored_decision(decision: reference.Decision, number: int) -> Decision:
    """A decision of the reference as the product keeps it; edits are ordered by their own number."""
    match decision:
        case reference.Join():
            body: DecisionBody = Join(record_ref(decision.a), record_ref(decision.b))
        case reference.Split():
            pairs = tuple((record_ref(record), identifier_ref(key)) for record, key in sorted(decision.pairs))
            body = Split(pairs)
        case reference.Edit():
            anchors = tuple(record_ref(anchor) for anchor in decision.anchors)
            body = Edit(anchors, decision.field, decision.value, decision.clears)
            number = decision.number
    return Decision(uuid7(), body, None, None, datetime(2026, 2, 1, tzinfo=UTC) + timedelta(seconds=number))


def record_ref(record: reference.Record) -> KeyRef:
    """A record of the reference as the product names it."""
    return key_ref(KeyKind.RECORD, *record)


def identifier_ref(key: reference.Key) -> KeyRef:
    """A key of the reference as the product names it."""
    return key_ref(KeyKind[key[0]], *key[1:])


def assets_as_values(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Assets as the reference gives them: what is filled, in a fixed order."""
    shown = {"missing_from", *ASSET_FIELDS}
    kept = [
        {
            name: row[name]
            for name in sorted(row)
            if (name in shown or name.startswith(PREFIX)) and row[name] is not None
        }
        for row in rows
    ]
    return sorted(kept, key=repr)


async def place_import(services: Services, context: RequestContext, item: Import) -> DataImportId:
    """Store an import as it is after validation: its row, table, mapping, raw rows and claim file."""
    import_id = DataImportId(uuid7())
    tenant = {"engagement_id": context.engagement_id, "client_account_id": context.client_account_id}
    frame = typed_rows(item)
    columns = [name for name in frame.columns if name in FIELDS or name.startswith(PREFIX)]
    async with services.database.begin(context.tenant) as db:
        await db.execute(
            insert(DataImport).values(
                **tenant,
                id=import_id,
                import_name=item.feed,
                import_type=CATEGORY,
                import_category=CATEGORY,
                stated_category=CATEGORY,
                filename=f"{item.sha256[:4]}.csv",
                file_size=1,
                sha256=item.sha256,
                blob_key="uploads/none",
                source_system=item.source,
                feed=item.feed,
                status="processing",
                observed_at=observed(item),
                observed_at_origin="stated",
                rows_attempt=1,
                partial=item.partial,
            )
        )
        of_import = {**tenant, "data_import_id": import_id}
        await db.execute(
            insert(ImportTable).values(
                **of_import,
                table_number=0,
                table_name="servers",
                columns=columns,
                header_row=1,
                row_count=frame.height,
                imported=True,
                detection={},
            )
        )
        await db.execute(
            insert(ImportFieldMapping),
            [
                {
                    **of_import,
                    "table_name": "servers",
                    "position": position,
                    "source_field": name,
                    "target_field": name,
                    "confidence_score": 1.0,
                    "match_method": "header",
                    "evidence": "the header is the field",
                    "custom_field": {"name": name.removeprefix(PREFIX)} if name.startswith(PREFIX) else None,
                    "status": "approved",
                }
                for position, name in enumerate(columns)
            ],
        )
        cells = [
            json.dumps([None if cell is None else str(cell) for cell in row])
            for row in frame.select(columns).iter_rows()
        ]
        stored = frame.select(
            pl.lit(0).alias("table_number"),
            "row_number",
            line=pl.col("row_number") + 1,
            is_valid=pl.lit(value=True),
            raw=pl.Series(cells, dtype=pl.String),
            cleansed=pl.lit(None, dtype=pl.String),
            errors=pl.lit(None, dtype=pl.String),
        )
        await insert_rows(db, context.tenant, import_id, 1, stored)
    async with services.blobs.scratch() as folder:
        path = folder / "claims.parquet"
        frame.write_parquet(path)
        await services.blobs.put_file(claims_key(context.engagement_id, import_id, 1, 0), path)
    return import_id


async def enrich(services: Services, context: RequestContext, import_id: DataImportId) -> EnrichmentResult:
    """Take a placed import into the inventory and commit."""

    async def untold(_done: int, _total: int) -> None:
        """Nobody watches."""

    async with services.database.begin(context.tenant) as db:
        return await enrich_assets(db, context, services, import_id, untold)


async def stored_inventory(services: Services, context: RequestContext) -> list[dict[str, Any]]:
    """The engagement's assets as an export shows them, without ids."""
    export = export_assets(services, context, ExportFormat.JSON)
    text = b"".join([piece async for piece in export.chunks])
    return assets_as_values(json.loads(text))


async def asset_ids(services: Services, context: RequestContext) -> list[UUID]:
    """The ids of all assets, oldest first."""
    return [asset.id for asset in (await list_assets(services, context)).items]
