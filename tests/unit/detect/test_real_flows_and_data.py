"""Public files of connections, measurements and classified data are taken for what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.catalog.registry import categories, sources
from muster.pipeline.detect import detect
from muster.pipeline.read.reader import read_file
from muster.pipeline.upload import inspect_upload

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "real"
GRAPHS = sorted(path.name for path in (SHARED / "app_discovery").glob("*.graphml.xml"))
METRICS = sorted(path.name for path in (SHARED / "infrastructure").glob("cloudwatch_*.csv"))
TABLES = [
    ("app_discovery/zeek_conn.log", "zeek", "conn"),
    ("app_discovery/zeek_json_conn.log", "zeek", "conn"),
    ("app_discovery/amundsen_sample_table_lineage.csv", "amundsen", "table_lineage"),
    ("app_discovery/amundsen_sample_dashboard_table.csv", "amundsen", "dashboard_table"),
    ("app_discovery/amundsen_sample_openlineage_events.ndjson", "openlineage", "events"),
    *((f"app_discovery/{name}", "graphml", "edges") for name in GRAPHS),
    *((f"infrastructure/{name}", "cloudwatch", "metric") for name in METRICS),
    ("sensitive_data/amundsen_sample_table.csv", "amundsen", "table"),
    ("sensitive_data/amundsen_sample_col.csv", "amundsen", "column"),
    ("sensitive_data/amundsen_sample_badges.csv", "amundsen", "badge"),
    ("sensitive_data/amundsen_sample_table_owner.csv", "amundsen", "table_owner"),
    ("sensitive_data/amundsen_dbt_catalog.json", "dbt", "nodes"),
    ("sensitive_data/cybersoluce_Data_Inventory_Template.csv", "generic", "assets"),
]
NO_RECORDS = [
    ("app_discovery/zeek_http_empty.log", "http"),
    ("sensitive_data/amundsen_sample_tags.csv", "tag"),
    ("sensitive_data/purview_sit_tiers.csv", "sit_tiers"),
    ("sensitive_data/presidio_FakeNameGenerator_100.csv", None),
    ("sensitive_data/presidio_mock_input_samples.json", None),
]

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not on this machine")


@pytest.mark.parametrize(("name", "source", "table"), TABLES)
def test_a_real_file_is_taken_for_what_its_folder_says(name: str, source: str, table: str, tmp_path: Path) -> None:
    report = read_file(inspect_upload(SHARED / name), tmp_path / "staging")
    found = detect(report, Path(name).name, sources(), categories())
    assert (found.import_category, found.source_system) == (Path(name).parent.name, source)
    assert table in {entry.source_table for entry in found.tables if entry.imported}


@pytest.mark.parametrize(("name", "table"), NO_RECORDS)
def test_a_real_file_without_anything_to_take_over_says_why(name: str, table: str | None, tmp_path: Path) -> None:
    report = read_file(inspect_upload(SHARED / name), tmp_path / "staging")
    found = detect(report, Path(name).name, sources(), categories())
    assert found.import_category is None
    assert found.tables[0].source_table == table
    assert found.reasons[0]
