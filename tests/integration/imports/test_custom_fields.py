"""Fields that an engagement declares for itself: mapped, read, checked, and kept with the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from muster.blobs.keys import claims_key
from muster.domain.custom_fields import CustomField, CustomType
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.domain.phases import FlowStatus
from muster.domain.processing_config import MappingChoice
from muster.services import custom_fields
from muster.services.confirm_mapping import confirm_mapping, read_mapping
from muster.services.custom_fields import declare_custom_field, drop_custom_field, list_custom_fields
from muster.services.list_assets import list_assets
from muster.services.mapping_memory import export_mappings, import_mappings, list_layouts
from muster.services.mapping_preset import read_preset
from muster.services.read_status import read_status
from muster.services.resubmit_import import Resubmission, resubmit_import
from support.flows import one, rows
from support.imports import SERVERS, pieces, upload, work

if TYPE_CHECKING:
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

TIER = CustomField("tier", "Tier", CustomType.WORD, ("gold", "silver"))
PRICE = CustomField("price", "Price", CustomType.NUMBER)
PRICED = (
    b"Server Name;IP Address;Klasse;Preis\n"
    b"web01;10.0.0.1;GOLD;1,50\nweb02;10.0.0.2;silver;20,25\ndb01;10.0.0.3;brass;\n"
)
MAPPING = {"Klasse": "custom:tier", "Preis": "custom:price"}


async def priced(services: Services, context: RequestContext) -> FlowDocument:
    for field in (TIER, PRICE):
        await declare_custom_field(services, context, field)
    config = {"review": "never", "mapping": MAPPING}
    document = await upload(services, context, PRICED, "priced.csv", processing_config=config)
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def test_its_values_are_read_by_its_declaration_and_kept_with_the_row(
    services: Services, context: RequestContext
) -> None:
    document = await priced(services, context)
    assert document.status is FlowStatus.COMPLETED
    kept = await rows(services, context, "SELECT cleansed_data FROM raw_import_records ORDER BY row_number")
    told = [{name: row["cleansed_data"].get(name) for name in MAPPING.values()} for row in kept]
    assert told == [
        {"custom:tier": "gold", "custom:price": "1.5"},
        {"custom:tier": "silver", "custom:price": "20.25"},
        {"custom:tier": None, "custom:price": None},
    ]


async def test_its_values_stand_in_the_claims_as_text(services: Services, context: RequestContext) -> None:
    document = await priced(services, context)
    stored = await one(
        services, context, "SELECT claims_attempt FROM data_imports WHERE id = :id", id=document.data_import_id
    )
    key = claims_key(context.engagement_id, document.data_import_id, stored["claims_attempt"], 0)
    async with services.blobs.local_path(key) as path:
        claims = pl.read_parquet(path)
    assert claims.select("custom:price", "custom:tier").rows() == [("1.5", "gold"), ("20.25", "silver"), (None, None)]


async def test_its_values_stand_on_the_assets_until_a_newer_file_clears_them(
    services: Services, context: RequestContext
) -> None:
    await priced(services, context)
    assert await custom_values(services, context) == {
        "web01": {"price": "1.5", "tier": "gold"},
        "web02": {"price": "20.25", "tier": "silver"},
        "db01": {},
    }
    cleared = PRICED.replace(b"GOLD", b"<clear>")
    config = {"review": "never", "mapping": MAPPING}
    await upload(services, context, cleared, "priced.csv", processing_config=config)
    await work(services)
    assert (await custom_values(services, context))["web01"] == {"price": "1.5"}


async def custom_values(services: Services, context: RequestContext) -> dict[str, dict[str, str]]:
    """The custom fields of each asset, by its name."""
    assets = (await list_assets(services, context)).items
    return {asset.values["asset_name"]: dict(asset.custom_fields) for asset in assets}


async def test_a_value_that_it_does_not_take_is_a_finding(services: Services, context: RequestContext) -> None:
    document = await priced(services, context)
    found = await one(
        services,
        context,
        "SELECT field, row_number, message FROM import_findings WHERE code = 'unknown_word' AND data_import_id = :id",
        id=document.data_import_id,
    )
    assert (found["field"], found["row_number"]) == ("custom:tier", 3)
    assert "one of gold, silver" in found["message"]
    assert "brass" not in found["message"]


async def test_a_column_can_not_be_mapped_to_what_is_not_declared(services: Services, context: RequestContext) -> None:
    config = {"mapping": {"Owner": "custom:tier"}}
    with pytest.raises(InvalidRequestError, match="declared no field 'custom:tier'"):
        await upload(services, context, processing_config=config)


async def test_a_file_keeps_what_it_meant_when_a_field_is_declared_anew(
    services: Services, context: RequestContext
) -> None:
    first = await priced(services, context)
    await declare_custom_field(services, context, CustomField("tier", "Tier", CustomType.WORD, ("brass",)))
    await drop_custom_field(services, context, "price")
    second = await upload(
        services,
        context,
        PRICED.replace(b"web", b"app").replace(b"10.0.0", b"10.0.1"),
        "others.csv",
        processing_config={"review": "never", "mapping": {"Klasse": "custom:tier"}},
    )
    await work(services)
    kept = await rows(
        services,
        context,
        "SELECT data_import_id, cleansed_data ->> 'custom:tier' AS tier FROM raw_import_records ORDER BY row_number",
    )
    tiers = {
        document.data_import_id: [row["tier"] for row in kept if row["data_import_id"] == document.data_import_id]
        for document in (first, second)
    }
    assert list(tiers.values()) == [["gold", "silver", None], [None, None, "brass"]]
    assert (await read_status(services, context, second.data_import_id)).status is FlowStatus.COMPLETED


async def test_a_mapping_to_it_is_remembered_and_brought_elsewhere_with_its_declaration(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await priced(services, context)
    written = (await export_mappings(services, context)).as_yaml()
    taken = await import_mappings(services, other_context, read_preset(written))
    assert taken.custom_fields == ("price", "tier")
    assert await list_custom_fields(services, other_context) == [PRICE, TIER]
    assert (await export_mappings(services, other_context)).as_yaml() == written


async def test_a_preset_does_not_change_a_declaration(services: Services, context: RequestContext) -> None:
    await declare_custom_field(services, context, TIER)
    preset = read_preset(
        "layouts: [{mapping: {Klasse: 'custom:tier'}}]\ncustom_fields: [{name: tier, title: Tier, type: text}]"
    )
    with pytest.raises(InvalidRequestError, match="declared otherwise"):
        await import_mappings(services, context, preset)
    assert await list_layouts(services, context) == []


async def test_it_can_be_chosen_in_a_review(services: Services, context: RequestContext) -> None:
    await declare_custom_field(services, context, TIER)
    document = await upload(services, context, SERVERS, processing_config={"review": "mapping"})
    await work(services)
    await confirm_mapping(services, context, document.data_import_id, [MappingChoice("Environment", "custom:tier")])
    await work(services)
    mapping = await read_mapping(services, context, document.data_import_id)
    assert {column.target_field for column in mapping.columns if column.source_field == "Environment"} == {
        "custom:tier"
    }


async def test_corrected_rows_go_the_same_way(services: Services, context: RequestContext) -> None:
    document = await priced(services, context)
    again = Resubmission(pieces(PRICED.replace(b"brass", b"gold")), "priced.rejects.csv")
    corrected = await resubmit_import(services, context, document.data_import_id, again)
    await work(services)
    assert (await read_status(services, context, corrected.data_import_id)).status is FlowStatus.COMPLETED


async def test_another_tenant_has_none_of_them(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await declare_custom_field(services, context, TIER)
    assert await list_custom_fields(services, other_context) == []
    with pytest.raises(NotFoundError):
        await drop_custom_field(services, other_context, "tier")
    assert await list_custom_fields(services, context) == [TIER]


async def test_there_are_not_too_many(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_fields, "MOST_FIELDS", 1)
    await declare_custom_field(services, context, TIER)
    await declare_custom_field(services, context, TIER)
    with pytest.raises(InvalidRequestError, match="at most 1"):
        await declare_custom_field(services, context, PRICE)
