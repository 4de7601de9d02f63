"""What works with an engagement's claims is given: a transaction, its imports, their files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import claims as claims_repo
from muster.services.inventory.claim_files import ClaimFiles
from muster.services.inventory.roster import Roster, load_roster

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
    db: AsyncSession, tenant: Tenant, services: Services, also: UUID | None = None
) -> AsyncIterator[Ledger]:
    """For a change: nobody else changes the inventory while the transaction lasts; waits for whoever does.

    `also` is an import that brings claims for the first time.
    """
    await claims_repo.lock_inventory(db, tenant)
    async with read_ledger(db, tenant, services, also) as ledger:
        yield ledger


@asynccontextmanager
async def read_ledger(
    db: AsyncSession, tenant: Tenant, services: Services, also: UUID | None = None
) -> AsyncIterator[Ledger]:
    """For reading: takes no lock."""
    roster = await load_roster(db, tenant, also)
    async with ClaimFiles(services, tenant, roster) as files:
        yield Ledger(db, tenant, services, roster, files)
