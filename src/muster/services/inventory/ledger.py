"""What works with an engagement's claims is given: a transaction, its imports, their files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import claims as claims_repo
from muster.services.inventory.claim_files import ClaimFiles
from muster.services.inventory.roster import Roster, load_roster, load_roster_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class Ledger:
    """One engagement's claims as one transaction sees them."""

    db: AsyncSession
    tenant: Tenant
    services: Services
    roster: Roster
    files: ClaimFiles


@asynccontextmanager
async def open_ledger(
    db: AsyncSession,
    tenant: Tenant,
    services: Services,
    *,
    joining: UUID | None = None,
    leaving: UUID | None = None,
) -> AsyncIterator[Ledger]:
    """For a change: nobody else changes the inventory while the transaction lasts; waits for whoever does.

    `joining` or `leaving` is the import whose claims are to take part from now on, or no longer.
    """
    await claims_repo.lock_inventory(db, tenant)
    async with read_ledger(db, tenant, services, joining=joining, leaving=leaving) as ledger:
        yield ledger


@asynccontextmanager
async def read_ledger(
    db: AsyncSession,
    tenant: Tenant,
    services: Services,
    *,
    joining: UUID | None = None,
    leaving: UUID | None = None,
) -> AsyncIterator[Ledger]:
    """For reading: takes no lock. `joining` or `leaving`: what would be if that import did so."""
    roster = await load_roster(db, tenant, joining=joining, leaving=leaving)
    async with ledger_of(db, tenant, services, roster) as ledger:
        yield ledger


@asynccontextmanager
async def past_ledger(db: AsyncSession, tenant: Tenant, services: Services, version: int) -> AsyncIterator[Ledger]:
    """For reading what the inventory was at an earlier version."""
    async with ledger_of(db, tenant, services, await load_roster_of(db, tenant, version)) as ledger:
        yield ledger


@asynccontextmanager
async def ledger_of(db: AsyncSession, tenant: Tenant, services: Services, roster: Roster) -> AsyncIterator[Ledger]:
    """For reading by a roster of one's own."""
    async with ClaimFiles(services, tenant, roster) as files:
        yield Ledger(db, tenant, services, roster, files)
