from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from muster.runtime.settings import LogLevel, Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)


def test_without_any_variable_the_defaults_hold() -> None:
    settings = load_settings()

    assert settings.home == Path("~/.local/share/muster").expanduser()
    assert settings.database_url is None
    assert settings.max_upload_bytes == 5 << 30
    assert (settings.read_memory_mb, settings.head_seconds) == (1024, 10)
    assert settings.blob_address() == str(settings.home / "blobs")


def test_variables_are_read_and_arguments_go_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MUSTER_HOME", "/elsewhere")
    monkeypatch.setenv("MUSTER_LOG_LEVEL", "debug")

    settings = load_settings(home=tmp_path, database_url=None)

    assert settings.home == tmp_path
    assert settings.log_level is LogLevel.DEBUG


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", "")
    monkeypatch.setenv("MUSTER_BLOB_URL", "")

    settings = load_settings()

    assert settings.database_url is None
    assert settings.blob_url is None


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_database_addresses_are_kept_in_the_spelling_of_libpq(scheme: str) -> None:
    settings = load_settings(database_url=f"{scheme}app:pass@host/db")

    assert settings.database_url
    assert settings.database_url.get_secret_value() == "postgresql://app:pass@host/db"


def test_feature_flags_come_from_variables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_FEATURE_MCP_VALIDATOR", "1")
    monkeypatch.setenv("MUSTER_FEATURE_WAVES", "0")

    assert load_settings().features == {"mcp_validator": True, "waves": False}


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("MUSTER_DATABASE_URL", "mysql://app:hunter2@host/db", "postgresql://"),
        ("MUSTER_READ_SECONDS", "hunter2", "integer"),
        ("MUSTER_FEATURE_WAVES", "hunter2", "MUSTER_FEATURE_WAVES should be 1 or 0"),
        ("MUSTER_LOG_LEVEL", "hunter2", "'debug'"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, meant: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as raised:
        load_settings()

    assert meant in raised.value.message
    assert "hunter2" not in raised.value.message
    assert "\n" not in raised.value.message


def test_settings_do_not_change_and_do_not_show_secrets() -> None:
    settings = load_settings(database_url="postgresql://app:hunter2@host/db")

    assert "hunter2" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.home = Path("/")  # type: ignore[misc]


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
