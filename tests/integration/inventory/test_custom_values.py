"""Fields of the engagement's own on its assets: believed by rank, cleared, shown, explained, exported, taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from muster.domain.custom_fields import CustomField, CustomType
from muster.domain.errors import InvalidRequestError
from muster.pipeline.enrich.explain import Standing
from muster.services.asset_at import asset_at
from muster.services.asset_history import asset_history
from muster.services.compute_plan import write_plan
from muster.services.custom_fields import declare_custom_field, drop_custom_field
from muster.services.edit_assets import edit_asset
from muster.services.explain_value import why
from muster.services.export_inventory import ExportFormat, export_assets
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.ledger import open_ledger, read_ledger
from muster.services.list_assets import find_asset, get_asset
from muster.services.rebuild_inventory import Difference, rebuild_inventory, verify_inventory
from support.claims import enrich, place_import, stored_inventory
from support.flows import rows
from support.reference import Import, Row

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

TIER = "custom:support_tier"
PRICE = "custom:price"
ODD = 'of "gold",\t{not} yet \\ zürich'


def listed(source: str, day: int, *, clears: frozenset[str] = frozenset(), **custom: str) -> Import:
    """A list of one machine, the same in each."""
    values = {"asset_name": "web01", "serial_number": "CZ1000"}
    own = {f"custom:{name}": value for name, value in custom.items()}
    row = Row("1", clears, {**values, **own})
    return Import(source, f"{source}:machines", day, f"{day:02d}".ljust(64, "0"), (row,))


HYPERVISOR = listed("rvtools", 3, support_tier="silver", price="1.5")
PEOPLE = listed("servicenow", 1, support_tier="gold")


async def brought(services: Services, context: RequestContext, *imports: Import) -> list[DataImportId]:
    """Take imports in."""
    ids = []
    for item in imports:
        ids.append(await place_import(services, context, item))
        await enrich(services, context, ids[-1])
    return ids


async def web01(services: Services, context: RequestContext) -> UUID:
    return await find_asset(services, context, "web01")


async def values(services: Services, context: RequestContext) -> dict[str, str]:
    return dict((await get_asset(services, context, await web01(services, context))).custom_fields)


async def untold(_done: int, _total: int) -> None:
    """Nobody watches."""


async def exported(services: Services, context: RequestContext, file_format: ExportFormat) -> bytes:
    return b"".join([piece async for piece in export_assets(services, context, file_format).chunks])


async def test_the_source_that_is_trusted_with_ownership_is_believed(
    services: Services, context: RequestContext
) -> None:
    await brought(services, context, HYPERVISOR, PEOPLE)
    assert await values(services, context) == {"price": "1.5", "support_tier": "gold"}
    asset = await get_asset(services, context, await web01(services, context))
    assert asset.conflicts == (TIER,)


async def test_a_cleared_one_is_empty_whatever_less_trusted_sources_say(
    services: Services, context: RequestContext
) -> None:
    await brought(services, context, HYPERVISOR, listed("servicenow", 1, clears=frozenset({TIER})))
    assert await values(services, context) == {"price": "1.5"}


async def test_undo_and_redo_give_what_was_there(services: Services, context: RequestContext) -> None:
    first, second = await brought(services, context, HYPERVISOR, PEOPLE)
    both = await values(services, context)
    for import_id, left in ((second, {"price": "1.5", "support_tier": "silver"}), (first, {"support_tier": "gold"})):
        async with (
            services.database.begin(context.tenant) as db,
            open_ledger(db, context.tenant, services, leaving=import_id) as ledger,
        ):
            await withdraw_claims(ledger, import_id, untold)
        assert await values(services, context) == left
        async with (
            services.database.begin(context.tenant) as db,
            open_ledger(db, context.tenant, services, joining=import_id) as ledger,
        ):
            await restore_claims(ledger, import_id, untold)
        assert await values(services, context) == both


async def test_nothing_is_left_of_it_when_nobody_says_it_any_more(services: Services, context: RequestContext) -> None:
    (_, second) = await brought(services, context, listed("rvtools", 3), PEOPLE)
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, leaving=second) as ledger,
    ):
        await withdraw_claims(ledger, second, untold)
    assert await values(services, context) == {}
    assert await stored_inventory(services, context) == [{"asset_name": "web01", "serial_number": "CZ1000"}]


async def test_any_text_comes_back_as_it_was(services: Services, context: RequestContext) -> None:
    await brought(services, context, listed("rvtools", 1, support_tier=ODD, price="0012"))
    assert await values(services, context) == {"price": "0012", "support_tier": ODD}
    assert (await verify_inventory(services, context)).is_right


async def test_a_plan_names_the_one_that_changes(services: Services, context: RequestContext, tmp_path: Path) -> None:
    await brought(services, context, HYPERVISOR)
    import_id = await place_import(services, context, PEOPLE)
    path = tmp_path / "plan.parquet"
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services, joining=import_id) as ledger,
    ):
        totals = await write_plan(ledger, import_id, {0: "servers"}, path)
    entries = pl.read_parquet(path).filter(field=TIER).select("action", "before", "after", "conflict", "source_system")
    assert entries.rows() == [("update", "silver", "gold", True, "servicenow")]
    assert totals.updated == 1


async def test_a_plan_names_the_first_ones_of_an_inventory_that_had_none(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    await brought(services, context, listed("rvtools", 3))
    import_id = await place_import(services, context, PEOPLE)
    path = tmp_path / "plan.parquet"
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services, joining=import_id) as ledger,
    ):
        await write_plan(ledger, import_id, {0: "servers"}, path)
    assert pl.read_parquet(path).select("action", "field", "before", "after").rows() == [("update", TIER, None, "gold")]


async def test_why_leads_to_the_cells(services: Services, context: RequestContext) -> None:
    await declare_custom_field(services, context, CustomField("price", "Price", CustomType.NUMBER, unit="EUR"))
    await brought(services, context, HYPERVISOR, PEOPLE)
    asset_id = await web01(services, context)
    (told,) = (await why(services, context, asset_id, TIER)).fields
    assert (told.value, told.unit) == ("gold", None)
    assert "most trusted source" in told.rule
    assert [(one.standing, one.value, one.original) for one in told.evidence] == [
        (Standing.WON, "gold", ("gold",)),
        (Standing.LOST, "silver", ("silver",)),
    ]
    everything = {item.field: item for item in (await why(services, context, asset_id)).fields}
    assert everything[TIER] == told
    assert everything[PRICE].unit == "EUR"


async def test_why_refuses_a_name_that_the_engagement_never_had(services: Services, context: RequestContext) -> None:
    await brought(services, context, HYPERVISOR)
    with pytest.raises(InvalidRequestError, match="no field custom:colour"):
        await why(services, context, await web01(services, context), "custom:colour")


async def test_no_value_can_be_pinned(services: Services, context: RequestContext) -> None:
    await brought(services, context, HYPERVISOR)
    with pytest.raises(InvalidRequestError, match="no value can be pinned to those: import a file"):
        await edit_asset(services, context, await web01(services, context), {TIER: "gold"})


async def test_history_and_earlier_times_know_them(services: Services, context: RequestContext) -> None:
    await brought(services, context, HYPERVISOR)
    between = datetime.now(UTC)
    await brought(services, context, PEOPLE)
    asset_id = await web01(services, context)
    entries = (await asset_history(services, context, asset_id)).entries
    assert (TIER, "silver", "gold") in [(told.field, told.before, told.after) for told in entries[0].fields]
    then = await asset_at(services, context, asset_id, between)
    assert then.custom_fields == {"price": "1.5", "support_tier": "silver"}
    assert TIER not in then.values


@pytest.mark.parametrize("file_format", [ExportFormat.CSV, ExportFormat.PARQUET])
async def test_an_export_has_a_column_for_each(
    services: Services, context: RequestContext, file_format: ExportFormat
) -> None:
    await declare_custom_field(services, context, CustomField("unused", "Unused", CustomType.TEXT))
    await brought(services, context, HYPERVISOR)
    data = await exported(services, context, file_format)
    read = pl.read_parquet if file_format is ExportFormat.PARQUET else pl.read_csv
    frame = read(data)
    own = [name for name in frame.columns if "custom" in name]
    assert own == frame.columns[-3:] == [PRICE, TIER, "custom:unused"]
    assert frame.select(pl.col(own).cast(pl.String)).rows() == [("1.5", "silver", None)]


async def test_a_field_that_is_declared_no_more_keeps_its_column(services: Services, context: RequestContext) -> None:
    await declare_custom_field(services, context, CustomField("support_tier", "Tier", CustomType.TEXT))
    await brought(services, context, PEOPLE)
    await drop_custom_field(services, context, "support_tier")
    (document,) = json.loads(await exported(services, context, ExportFormat.JSON))
    assert document[TIER] == "gold"


async def test_rebuilding_finds_and_mends_a_value_that_nobody_gave(services: Services, context: RequestContext) -> None:
    await brought(services, context, listed("rvtools", 3))
    await rows(
        services, context, """UPDATE migration.assets SET custom_fields = '{"support_tier": "x"}' RETURNING id"""
    )
    report = await rebuild_inventory(services, context)
    assert [(item.difference, item.fields) for item in report.first] == [(Difference.DIFFERS, (TIER,))]
    assert await values(services, context) == {}
