"""The views that people read: rows as objects beside their cleansed values, and the runs of agents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from muster.domain.tenant import Tenant

_ASSET = "0190aaaa-0000-7000-8000-0000000000{:02x}"


class Import:
    """One import of two tables, written as the owner; `records` reads the view as the application."""

    def __init__(self, owner: psycopg.Connection, app: psycopg.Connection, tenant: Tenant) -> None:
        self._owner, self._app, self._tenant = owner, app, tenant
        self.id: UUID = uuid7()
        self._insert(
            "data_imports",
            id=self.id,
            **dict.fromkeys(["import_name", "import_type", "stated_category", "filename", "sha256", "blob_key"], "x"),
            observed_at_origin="upload",
            file_size=1,
            status="completed",
            observed_at="2024-05-31T12:00:00Z",
            completed_at="2024-05-31T12:05:00Z",
            rows_attempt=2,
            claims_active=True,
        )
        self.table(0, "vInfo", ["VM", "CPUs", "Note"], imported=True)

    def _insert(self, table: str, **values: Any) -> None:
        values |= {
            "engagement_id": self._tenant.engagement_id,
            "client_account_id": self._tenant.client_account_id,
        }
        columns = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        self._owner.execute(f"INSERT INTO migration.{table} ({columns}) VALUES ({places})", list(values.values()))

    def change(self, **values: Any) -> None:
        changes = ", ".join(f"{name} = %s" for name in values)
        self._owner.execute(f"UPDATE migration.data_imports SET {changes} WHERE id = %s", [*values.values(), self.id])

    def table(self, number: int, name: str, columns: list[str], *, imported: bool) -> None:
        self._insert(
            "import_tables",
            data_import_id=self.id,
            table_number=number,
            table_name=name,
            columns=Jsonb(columns),
            row_count=0,
            imported=imported,
            detection=Jsonb({}),
        )

    def row(self, number: int, raw: list[str | None], *, table: int = 0, attempt: int = 2, **values: Any) -> None:
        given = {"is_valid": True, "line": number + 1, "cleansed": None, "errors": None} | values
        stored = [number, given["line"], given["is_valid"], raw, given["cleansed"], given["errors"]]
        self._insert(
            "import_row_blocks",
            data_import_id=self.id,
            attempt=attempt,
            table_number=table,
            first_row=number,
            last_row=number,
            valid=int(given["is_valid"] is True),
            held_back=int(given["is_valid"] is False),
            unchecked=int(given["is_valid"] is None),
            rows=json.dumps(stored).encode(),
        )

    def mapping(self, position: int, target: str | None, *, confidence: float = 1.0, status: str = "approved") -> None:
        self._insert(
            "import_field_mappings",
            data_import_id=self.id,
            table_name="vInfo",
            position=position,
            source_field=f"column {position}",
            target_field=target,
            confidence_score=confidence,
            match_method="x",
            evidence="x",
            status=status,
        )

    def assets(self, block: int, ids: list[str | None]) -> None:
        packed = b"".join(bytes(16) if one is None else bytes.fromhex(one.replace("-", "")) for one in ids)
        self._insert(
            "claim_asset_blocks",
            data_import_id=self.id,
            role=0,
            table_number=0,
            block_number=block,
            asset_ids=packed,
        )

    def step(self, name: str, input_data: dict[str, Any], *, phase: str = "validation") -> None:
        self._insert(
            "import_processing_steps",
            id=uuid7(),
            data_import_id=self.id,
            phase=phase,
            attempt=1,
            step_name=name,
            step_order=1,
            status="completed",
            description="x",
            input_data=Jsonb(input_data),
            output_data=Jsonb({"error_count": 3}),
        )

    def flow(self) -> UUID:
        flow = uuid7()
        self._insert(
            "crewai_flow_state_extensions", flow_id=flow, flow_type="x", flow_name="x", flow_status="x", phase="x"
        )
        self._insert(
            "discovery_flows",
            flow_id=flow,
            master_flow_id=flow,
            data_import_id=self.id,
            flow_name="x",
            status="x",
            current_phase="x",
        )
        return flow

    def agent_runs(self) -> list[dict[str, Any]]:
        return self._seen("SELECT * FROM migration.crewai_task_execution ORDER BY agent")

    def records(self) -> list[dict[str, Any]]:
        return self._seen("SELECT * FROM migration.raw_import_records ORDER BY table_name, row_number")

    def _seen(self, query: str) -> list[dict[str, Any]]:
        with self._app.transaction(), self._app.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT set_config('muster.client_account_id', %s, true), set_config('muster.engagement_id', %s, true)",
                (str(self._tenant.client_account_id), str(self._tenant.engagement_id)),
            )
            return cursor.execute(query).fetchall()


@pytest.fixture
def made(owner_url: str, app_url: str, tenant: Tenant) -> Iterator[Import]:
    with psycopg.connect(owner_url, autocommit=True) as owner, psycopg.connect(app_url, autocommit=True) as app:
        yield Import(owner, app, tenant)


def test_a_row_is_shown_by_its_headers(made: Import) -> None:
    made.row(1, ["web01", "4", None])
    (record,) = made.records()
    assert record["raw_data"] == {"VM": "web01", "CPUs": "4", "Note": None}
    assert (record["data_import_id"], record["table_name"], record["row_number"], record["line"]) == (
        made.id,
        "vInfo",
        1,
        2,
    )


def test_a_short_row_and_a_long_one_are_shown_as_far_as_they_go(made: Import) -> None:
    made.row(1, ["web01"])
    made.row(2, ["web02", "4", "x", "beyond the header"])
    assert [record["raw_data"] for record in made.records()] == [
        {"VM": "web01", "CPUs": None, "Note": None},
        {"VM": "web02", "CPUs": "4", "Note": "x"},
    ]


def test_cleansed_values_are_the_raw_ones_unless_said_otherwise(made: Import) -> None:
    made.mapping(0, "hostname")
    made.mapping(1, "cpu_cores")
    made.mapping(2, None)
    made.row(1, ["WEB01 ", "4", "x"], cleansed={"hostname": "web01", "asset_type": "virtual_machine"})
    made.row(2, ["web02", "many", None], cleansed={"cpu_cores": None})
    made.row(3, ["web03", None, None])
    assert [record["cleansed_data"] for record in made.records()] == [
        {"hostname": "web01", "cpu_cores": "4", "asset_type": "virtual_machine"},
        {"hostname": "web02", "cpu_cores": None},
        {"hostname": "web03"},
    ]


def test_of_two_columns_of_a_field_the_surer_filled_one_counts(made: Import) -> None:
    made.mapping(0, "hostname", confidence=0.6)
    made.mapping(1, "hostname", confidence=0.9)
    made.mapping(2, "hostname", confidence=0.9)
    made.row(1, ["low", "high", "right of it"])
    made.row(2, ["low", None, None])
    assert [record["cleansed_data"] for record in made.records()] == [{"hostname": "high"}, {"hostname": "low"}]


def test_a_rejected_mapping_feeds_nothing(made: Import) -> None:
    made.mapping(0, "hostname", status="rejected")
    made.row(1, ["web01", None, None])
    assert made.records()[0]["cleansed_data"] == {}


def test_only_rows_of_the_attempt_that_counts_are_shown(made: Import) -> None:
    made.row(1, ["old", None, None], attempt=1)
    made.row(1, ["new", None, None], attempt=2)
    made.row(1, ["not yet", None, None], attempt=3)
    assert [record["raw_data"]["VM"] for record in made.records()] == ["new"]


def test_a_row_leads_to_its_asset_across_blocks(made: Import) -> None:
    made.assets(0, [_ASSET.format(1), None, *[_ASSET.format(2)] * 1022])
    made.assets(1, [_ASSET.format(3), _ASSET.format(4)])
    for number in (1, 2, 1024, 1025, 1026, 1027):
        made.row(number, ["x", None, None])
    shown = [(record["row_number"], record["asset_id"], record["is_processed"]) for record in made.records()]
    assert [(number, asset and str(asset), done) for number, asset, done in shown] == [
        (1, _ASSET.format(1), True),
        (2, None, False),
        (1024, _ASSET.format(2), True),
        (1025, _ASSET.format(3), True),
        (1026, _ASSET.format(4), True),
        (1027, None, False),
    ]
    assert made.records()[0]["processed_at"] is not None
    assert made.records()[1]["processed_at"] is None


def test_a_row_of_an_undone_import_leads_to_no_asset(made: Import) -> None:
    made.assets(0, [_ASSET.format(1)])
    made.row(1, ["x", None, None])
    made.change(claims_active=False, status="undone")
    (record,) = made.records()
    assert (record["asset_id"], record["is_processed"]) == (None, False)
    assert record["processing_notes"] == "Its import was undone."


def test_a_row_that_was_held_back_says_why(made: Import) -> None:
    made.row(1, ["x", None, None], is_valid=False, errors=[{"code": "wrong_type", "field": "cpu_cores"}])
    made.row(2, ["y", None, None])
    held_back, good = made.records()
    assert held_back["validation_errors"] == [{"code": "wrong_type", "field": "cpu_cores"}]
    assert (held_back["is_valid"], held_back["processing_notes"]) == (False, "Held back by validation.")
    assert (good["is_valid"], good["validation_errors"], good["processing_notes"]) == (True, [], None)


def test_a_table_that_brings_nothing_is_shown_raw(made: Import) -> None:
    made.table(1, "vMetaData", ["Key"], imported=False)
    made.row(1, ["x"], table=1, is_valid=None)
    (record,) = made.records()
    assert (record["raw_data"], record["cleansed_data"]) == ({"Key": "x"}, None)
    assert record["processing_notes"] == "This table brings nothing to the inventory."


def test_a_run_of_an_agent_is_shown_with_its_flow_and_the_stages_of_the_import_are_not(made: Import) -> None:
    flow = made.flow()
    made.step("schema_validation", {"asked_for": True})
    made.step("keep", {})
    made.step("fold", {"asked_for": True}, phase="enrichment")
    (run,) = made.agent_runs()
    assert (run["flow_id"], run["agent"], run["state"], run["result"]) == (
        flow,
        "schema_validation",
        "completed",
        {"error_count": 3},
    )
