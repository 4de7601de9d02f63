"""Every setting of muster, with its default and its meaning; the only reader of the environment."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from muster.domain.errors import MusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

PREFIX = "MUSTER_"
FEATURE_PREFIX = "MUSTER_FEATURE_"

_MB = 1 << 20
_GB = 1 << 30
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})
_DATABASE_SCHEMES = ("postgresql://", "postgres://")
_LIBPQ_SCHEME = re.compile(r"^postgres(ql)?(\+psycopg)?://")


class SettingsError(MusterError):
    """A setting is wrong; the message names the variable and what it should be, never its value."""

    code = "bad_setting"
    title = "A setting is not valid"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _FeatureSource(PydanticBaseSettingsSource):
    """Gathers MUSTER_FEATURE_<NAME> into one mapping, which pydantic-settings has no word for."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give nothing field by field: `__call__` gives all."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        names = [name for name in os.environ if name.startswith(FEATURE_PREFIX)]
        return {"features": {name.removeprefix(FEATURE_PREFIX).lower(): os.environ[name] for name in names}}


class Settings(BaseSettings):
    """The settings of one process. Each is read from MUSTER_<NAME>; arguments of the constructor go first."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path = Field(
        default=Path("~/.local/share/muster"),
        description="Folder of everything local: the embedded database and the uploaded files.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 15 or newer to use instead of the embedded one, signed in as the application role: "
        "postgresql://muster_app:…@host/database.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="The same database, signed in as the owner role; needed for `muster db upgrade` only.",
    )
    blob_url: str | None = Field(
        default=None,
        description="Where uploaded files lie: a folder, s3://…, gs://… or az://…. Default: `blobs` in the home.",
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="How much is logged: debug, info, warning or error.")
    max_upload_bytes: int = Field(default=5 * _GB, gt=0, description="The largest file taken, in bytes.")
    max_rows: int = Field(
        default=1_000_000_000, gt=0, le=2**31 - 1, description="The most rows a file may have, all its tables together."
    )
    max_columns: int = Field(default=16_384, gt=0, description="The most columns a table may have.")
    max_cell_bytes: int = Field(
        default=_MB, gt=0, description="The longest cell that is kept, in bytes; a longer one is held out and told."
    )
    max_line_bytes: int = Field(default=128 * _MB, gt=0, description="The longest line of a text file, in bytes.")
    max_record_bytes: int = Field(
        default=32 * _MB, gt=0, description="The largest nested record (JSON, XML, GraphML), in bytes."
    )
    max_nesting: int = Field(
        default=64, gt=0, le=200, description="How many levels deep a nested record (JSON, XML) may be."
    )
    max_tables: int = Field(default=1_000, gt=0, description="The most sheets or tables a file may have.")
    max_workbook_bytes: int = Field(
        default=2 * _GB, gt=0, description="What a workbook may unpack to, all its parts together, in bytes."
    )
    max_workbook_parts: int = Field(default=10_000, gt=0, description="The most parts a workbook may be packed of.")
    max_archive_bytes: int = Field(
        default=8 * _GB, gt=0, description="What an archive may unpack to, with archives inside of it, in bytes."
    )
    max_archive_files: int = Field(default=1_000, gt=0, description="The most files an archive may hold.")
    max_archive_depth: int = Field(
        default=3, gt=0, le=20, description="How many archives may stand one inside of the other."
    )
    max_unpack_ratio: int = Field(
        default=400,
        gt=0,
        description="How many bytes one packed byte may become, in a workbook or archive, from 64 MB on.",
    )
    read_memory_mb: int = Field(
        default=1024, ge=128, description="Memory that the child process which reads a file may use, in MB."
    )
    read_seconds: int = Field(default=3600, gt=0, description="Time to read one file, in seconds.")
    head_seconds: int = Field(
        default=10, gt=0, description="Time to look at the beginning of an upload before it is answered, in seconds."
    )
    worker_concurrency: int = Field(default=2, ge=1, le=64, description="Jobs that one worker works on at a time.")
    features: dict[str, bool] = Field(
        default_factory=dict,
        description="Feature flags, each from its own variable MUSTER_FEATURE_<NAME>=1 or 0.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment; no dotenv file and no folder of secrets."""
        del dotenv_settings, file_secret_settings
        return init_settings, _FeatureSource(settings_cls), env_settings

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("database_url", "database_owner_url", "blob_url", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _libpq(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        plain, found = _LIBPQ_SCHEME.subn("postgresql://", url.get_secret_value())
        if not found:
            raise ValueError(f"should begin with one of {', '.join(_DATABASE_SCHEMES)}")
        return SecretStr(plain)

    @field_validator("features", mode="before")
    @classmethod
    def _on_or_off(cls, value: Mapping[str, object]) -> dict[str, bool]:
        words = {name: str(word).strip().lower() for name, word in value.items()}
        for name, word in words.items():
            if word not in _ON | _OFF:
                raise ValueError(f"{FEATURE_PREFIX}{name.upper()} should be 1 or 0")
        return {name: word in _ON for name, word in words.items()}

    def blob_address(self) -> str:
        """Return where the blob store is: the URL given, else the folder in the home."""
        return self.blob_url or str(self.home / "blobs")


def load_settings(**given: object) -> Settings:
    """Return the settings of the environment, overridden by those `given` that are not None.

    Raises SettingsError naming the variable, never its value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # validated by the model
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
        raise SettingsError(f"{name}: {problem['msg'].removeprefix('Value error, ')}.", variable=name) from None
