"""Which engagement a command is about: by name or id, or the obvious one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.services.tenants import create_client, create_engagement, my_clients, my_tenants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.db.repos.tenants import TenantEntry
    from muster.domain.ids import ClientAccountId
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from muster.services.tokens import Caller

FIRST_NAME = "local"
_SHOWN = 10


async def resolve_tenant(  # noqa: PLR0913 - each is a word of the command line
    services: Services,
    caller: Caller,
    *,
    client: str | None = None,
    engagement: str | None = None,
    last_used: Tenant | None = None,
    create: bool = False,
) -> Tenant:
    """Return the engagement meant by names or ids; with `create`, names that are new are made.

    What is not named: the only one there is, else the one used last, else (with `create`, and nothing there) a first
    one named `local`. Raises NotFoundError for a name that fits nothing, InvalidRequestError when several fit.
    """
    known = await my_tenants(services, caller)
    fitting = [entry for entry in known if _fits(entry, client, engagement)]
    if len(fitting) == 1:
        return fitting[0].tenant
    if fitting:
        return _last_used(fitting, last_used)
    if not create or not _may_be_made(client, engagement):
        raise _nothing_fits(known, client, engagement)
    home = await _client_for(services, caller, client, last_used)
    return await create_engagement(services, caller, home, engagement or FIRST_NAME)


async def _client_for(
    services: Services, caller: Caller, client: str | None, last_used: Tenant | None
) -> ClientAccountId:
    """The client in which a new engagement is made."""
    there = await my_clients(services, caller)
    if client is not None:
        for entry in there:
            if _is(client, entry.client_name, entry.client_account_id):
                return entry.client_account_id
        return await create_client(services, caller, client)
    if len(there) == 1:
        return there[0].client_account_id
    if not there:
        return await create_client(services, caller, FIRST_NAME)
    if last_used is not None and any(entry.client_account_id == last_used.client_account_id for entry in there):
        return last_used.client_account_id
    names = ", ".join(entry.client_name for entry in there[:_SHOWN])
    raise InvalidRequestError(f"Say for which client the new engagement is, with --client: {names}.", field="client")


def _fits(entry: TenantEntry, client: str | None, engagement: str | None) -> bool:
    return (client is None or _is(client, entry.client_name, entry.tenant.client_account_id)) and (
        engagement is None or _is(engagement, entry.engagement_name, entry.tenant.engagement_id)
    )


def _is(word: str, name: str, identifier: UUID) -> bool:
    return word.strip() == name or _as_uuid(word) == identifier


def _as_uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None


def _may_be_made(client: str | None, engagement: str | None) -> bool:
    """Whether the words are names: an id that fits nothing is a mistake, no name for something new."""
    return all(word is None or _as_uuid(word) is None for word in (client, engagement))


def _last_used(fitting: Sequence[TenantEntry], last_used: Tenant | None) -> Tenant:
    for entry in fitting:
        if entry.tenant == last_used:
            return entry.tenant
    raise InvalidRequestError(
        f"Say which engagement is meant, with --client and --engagement: {_listed(fitting)}.", field="engagement"
    )


def _nothing_fits(known: Sequence[TenantEntry], client: str | None, engagement: str | None) -> NotFoundError:
    named = " of ".join(
        part
        for part in (
            f"engagement {engagement!r}" if engagement is not None else "engagement",
            f"client {client!r}" if client is not None else "",
        )
        if part
    )
    there = f"there are {_listed(known)}" if known else "there is none yet; `muster import FILE` makes the first one"
    return NotFoundError(f"There is no {named}: {there}.", client=client, engagement=engagement)


def _listed(entries: Sequence[TenantEntry]) -> str:
    names = [f"{entry.client_name} / {entry.engagement_name}" for entry in entries[:_SHOWN]]
    more = len(entries) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
