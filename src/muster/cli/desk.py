"""The desk at which a command works: services, the local user, and the engagement that the command is about."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from muster.cli.home_memory import recall, remember
from muster.cli.report_error import CommandError
from muster.domain.errors import NotFoundError
from muster.runtime.wiring import open_services
from muster.services.local_user import local_user
from muster.services.resolve_tenant import resolve_tenant
from muster.services.tenants import ThingKind, context_for, tenant_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from muster.domain.tenant import RequestContext, Tenant
    from muster.runtime.settings import Settings
    from muster.services.context import Services
    from muster.services.tokens import Caller

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with. The caller is the user of this machine, who may see everything."""

    settings: Settings
    services: Services
    caller: Caller

    async def engagement(self, client: str | None, engagement: str | None, *, create: bool = False) -> RequestContext:
        """Enter the engagement that is meant by names or ids, or the obvious one; with `create`, new names are made.

        Raises NotFoundError and InvalidRequestError, which list what there is.
        """
        tenant = await resolve_tenant(
            self.services,
            self.caller,
            client=client,
            engagement=engagement,
            last_used=recall(self.settings.home),
            create=create,
        )
        return await self._enter(tenant)

    async def engagement_of(self, thing_id: UUID, *kinds: ThingKind) -> RequestContext:
        """Enter the engagement of an id that is one of `kinds`. Raises NotFoundError."""
        for kind in kinds:
            try:
                return await self._enter(await tenant_of(self.services, kind, thing_id))
            except NotFoundError:
                continue
        raise NotFoundError(f"There is no {' or '.join(kinds)} with the id {thing_id}.", id=str(thing_id))

    async def _enter(self, tenant: Tenant) -> RequestContext:
        context = await context_for(
            self.services,
            self.caller,
            client_account_id=tenant.client_account_id,
            engagement_id=tenant.engagement_id,
            request_id="command-line",
        )
        await asyncio.to_thread(remember, self.settings.home, tenant)
        return context


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Start or join the database of the home and sign the local user in. Raises as `open_services` does."""
    async with open_services(settings) as services:
        yield Desk(settings, services, await local_user(services))


def at_desk(settings: Settings, work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run `work` at a desk of its own and return what it gives."""

    async def run() -> T:
        async with open_desk(settings) as desk:
            return await work(desk)

    return asyncio.run(run())


IMPORT_KINDS = (ThingKind.IMPORT, ThingKind.FLOW)
"""What the id of an import may be: its own, or its flow's."""


_IMPORT = "import"


def read_id(text: str, what: str = _IMPORT) -> UUID:
    """Read an id from the command line. Raises CommandError."""
    try:
        return UUID(text)
    except ValueError:
        hint = ": `muster imports` lists them" if what == _IMPORT else ""
        raise CommandError(f"{text!r} is no id of an {what}{hint}.", field="id") from None
