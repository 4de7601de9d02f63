"""PostgreSQL of our own, started for whoever needs it and stopped after the last one: `EmbeddedPostgres`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.runtime.embedded.errors import EmbeddedPostgresError
    from muster.runtime.embedded.supervisor import DatabaseUrls, EmbeddedPostgres, ServerStatus

__all__ = ["DatabaseUrls", "EmbeddedPostgres", "EmbeddedPostgresError", "ServerStatus"]

_HOMES = {"EmbeddedPostgresError": "errors"}


def __getattr__(name: str) -> object:
    """Load the names above when they are asked for: the keeper, a process of this package, does without psycopg."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'supervisor')}"), name)
