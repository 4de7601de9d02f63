"""The names of blobs: which folders there are, and what a name may be made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

_COMPONENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


class BadKeyError(ValueError):
    """A key with a component that could lead out of its folder, or that not every store can hold."""


def check_key(key: str) -> str:
    """Return `key`. Raises BadKeyError unless it is `/`-separated plain names, none of which begins with a dot."""
    if not all(_COMPONENT.fullmatch(component) for component in key.split("/")):
        raise BadKeyError(f"{key!r} is no blob key: plain names parted by slashes, no leading dots")
    return key


def uploads_folder(engagement_id: UUID, data_import_id: UUID) -> str:
    """Where the bytes of one import lie."""
    return f"uploads/{engagement_id}/{data_import_id}"


def upload_key(engagement_id: UUID, data_import_id: UUID, sha256: str) -> str:
    """The uploaded file, named by its content."""
    return f"{uploads_folder(engagement_id, data_import_id)}/{sha256}"


def staging_folder(engagement_id: UUID, data_import_id: UUID) -> str:
    """Where all attempts at reading one import are staged."""
    return f"staging/{engagement_id}/{data_import_id}"


def staging_key(engagement_id: UUID, data_import_id: UUID, attempt: int, name: str) -> str:
    """One file of one attempt: a table's Parquet or `report.json`."""
    return f"{staging_folder(engagement_id, data_import_id)}/{attempt}/{name}"


def claims_folder(engagement_id: UUID, data_import_id: UUID) -> str:
    """Where the typed claims of one import lie, attempt by attempt."""
    return f"claims/{engagement_id}/{data_import_id}"


def claims_key(engagement_id: UUID, data_import_id: UUID, attempt: int, table_number: int) -> str:
    """The typed claims of one table: Parquet, valid rows only, sorted by row number."""
    return f"{claims_folder(engagement_id, data_import_id)}/{attempt}/{table_number}.parquet"
