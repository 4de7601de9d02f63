"""The sample engagement of `muster up --demo`: its files, its tenant, and a key to the upload route."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from muster.services.local_user import local_user
from muster.services.resolve_tenant import resolve_tenant
from muster.services.tokens import create_token, revoke_token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.domain.tenant import Tenant
    from muster.services.context import Services

CLIENT = "Demo"
ENGAGEMENT = "Harbour data centre"
_TOKEN_LIFETIME = timedelta(minutes=15)

# When each source saw what its file says: with these, the demo looks the same on every day.
_OBSERVED = {
    "RVTools_tabvInfo.csv": "2024-05-31T14:05:00Z",
    "cmdb_ci_server.csv": "2024-05-02T06:00:00Z",
    "Server list by hand.csv": "2024-03-15T09:00:00Z",
}


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One made-up file, and when it was observed (ISO 8601)."""

    filename: str
    observed_at: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DemoDoor:
    """The demo's engagement, and a token that opens it for a quarter of an hour at most."""

    tenant: Tenant
    token: str = field(repr=False)


def sample_files() -> tuple[SampleFile, ...]:
    """The files in the order in which they are told about."""
    folder = files("muster.services") / "demo_data"
    return tuple(SampleFile(name, moment, (folder / name).read_bytes()) for name, moment in _OBSERVED.items())


@asynccontextmanager
async def open_demo(services: Services) -> AsyncIterator[DemoDoor]:
    """Make the demo's engagement when it is not there, and give a token that is revoked at the end of the block."""
    caller = await local_user(services)
    tenant = await resolve_tenant(services, caller, client=CLIENT, engagement=ENGAGEMENT, create=True)
    expires_at = services.clock() + _TOKEN_LIFETIME
    made = await create_token(services, caller.user_id, "muster up --demo", expires_at=expires_at)
    try:
        yield DemoDoor(tenant, made.token)
    finally:
        await revoke_token(services, caller, made.token_id)
