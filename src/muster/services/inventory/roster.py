"""The imports of one engagement as the fold needs to know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.registry import categories, sources
from muster.db.repos import claims as claims_repo
from muster.domain.errors import NotFoundError
from muster.pipeline.enrich.claims import ImportIndex
from muster.pipeline.enrich.order import BeliefOrder, ImportFacts

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.claims import ClaimImport
    from muster.domain.tenant import Tenant

GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Roster:
    """All imports with claims, in the order of their ids, with the numbers and the order of belief made of them."""

    imports: tuple[ClaimImport, ...]
    index: ImportIndex
    order: BeliefOrder
    source_systems: tuple[str, ...]

    def get(self, import_id: UUID) -> ClaimImport:
        """One import. Raises NotFoundError when it brought no claims."""
        for item in self.imports:
            if item.import_id == import_id:
                return item
        raise NotFoundError("This import brought nothing into the inventory.", data_import_id=str(import_id))

    def active(self, *, without: UUID) -> list[ClaimImport]:
        """The imports whose claims take part, but for one."""
        return [item for item in self.imports if item.claims_active and item.import_id != without]


async def load_roster(db: AsyncSession, tenant: Tenant, also: UUID | None = None) -> Roster:
    """Read the imports of the engagement that brought claims, and `also`."""
    imports = await claims_repo.claim_imports(db, tenant, also)
    facts = [
        ImportFacts(
            import_id=item.import_id,
            source=sources().get(item.source_system or GENERIC, sources()[GENERIC]),
            category=categories()[item.import_category],
            feed=item.feed,
            observed_at=item.observed_at,
            sha256=item.sha256,
        )
        for item in imports
    ]
    return Roster(
        imports=tuple(imports),
        index=ImportIndex(tuple(item.import_id for item in imports)),
        order=BeliefOrder.of(facts),
        source_systems=tuple(item.source_system or GENERIC for item in imports),
    )
