"""Waiting for the inventory on behalf of somebody who waits for an answer: a few seconds, then a clear word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from muster.db.repos import claims as claims_repo
from muster.domain.errors import BusyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
_RETRY_AFTER_SECONDS = 10


async def lock_or_refuse(db: AsyncSession, tenant: Tenant) -> None:
    """Take the engagement's lock within a few seconds. Raises BusyError, which says when to come back."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while not await claims_repo.try_lock_inventory(db, tenant):
        if asyncio.get_running_loop().time() > deadline:
            raise BusyError(
                "Another import or undo is changing this engagement's inventory; try again in a moment.",
                retry_after=_RETRY_AFTER_SECONDS,
            )
        await asyncio.sleep(_PAUSE_SECONDS)


async def untold(done: int, total: int) -> None:
    """Progress of a change that answers when it is done; nobody polls it."""
