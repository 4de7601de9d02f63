"""Every bound on a file can be set, reaches the reader, and is documented."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from muster.pipeline.upload import Limits
from muster.runtime.limits import limits_of
from muster.runtime.settings import Settings, SettingsError, load_settings
from muster.services.read_limits import read_limits

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "limits.md"
SETTINGS = {
    "max_upload_bytes": ("file_bytes", 1_000),
    "max_rows": ("rows", 7),
    "max_columns": ("columns", 8),
    "max_cell_bytes": ("cell_bytes", 9),
    "max_line_bytes": ("record_bytes", 10),
    "max_record_bytes": ("object_bytes", 11),
    "max_tables": ("tables", 12),
    "max_nesting": ("nesting", 13),
    "max_workbook_bytes": ("workbook_bytes", 14),
    "max_workbook_parts": ("workbook_members", 15),
    "max_archive_bytes": ("archive_bytes", 16),
    "max_archive_files": ("archive_members", 17),
    "max_archive_depth": ("archive_depth", 18),
    "max_unpack_ratio": ("workbook_ratio", 19),
    "read_memory_mb": ("memory_bytes", 200),
    "read_seconds": ("file_seconds", 21),
    "head_seconds": ("head_seconds", 22),
}
NO_SETTING = {"workbook_ratio_from", "name_chars", "extra_columns", "head_rows", "head_bytes"}
"""How the reader works rather than what a file may ask for."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_reaches_the_reader(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field, value = SETTINGS[name]
    monkeypatch.setenv(f"MUSTER_{name.upper()}", str(value))
    expected = value << 20 if name == "read_memory_mb" else value
    assert getattr(read_limits(limits_of(load_settings())), field) == expected


def test_every_limit_of_the_reader_has_a_setting() -> None:
    assert {field.name for field in dataclasses.fields(Limits)} == NO_SETTING | {name for name, _ in SETTINGS.values()}


def test_the_defaults_of_settings_and_reader_agree() -> None:
    own = {"file_bytes", "memory_bytes", "file_seconds"}
    limits = read_limits(limits_of(load_settings()))
    assert {
        name: (getattr(limits, name), getattr(Limits(), name))
        for name, _ in SETTINGS.values()
        if name not in own and getattr(limits, name) != getattr(Limits(), name)
    } == {}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_limit_of_nothing_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"MUSTER_{name.upper()}", "0")
    with pytest.raises(SettingsError, match=f"MUSTER_{name.upper()}"):
        load_settings()


@pytest.mark.parametrize("name", SETTINGS)
def test_the_reference_states_a_limit_and_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert f"| `MUSTER_{name.upper()}` | {default}" in PAGE.read_text(encoding="utf-8")
