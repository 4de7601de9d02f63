"""The imports and decisions of one engagement as the fold needs to know them, now or at an earlier version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.catalog.registry import categories, sources
from muster.db.repos import changes as changes_repo
from muster.db.repos import claims as claims_repo
from muster.db.repos import decisions as decisions_repo
from muster.domain.decisions import Edit
from muster.domain.errors import NotFoundError
from muster.pipeline.enrich.claims import ImportIndex
from muster.pipeline.enrich.order import BeliefOrder, ImportFacts, Snapshots
from muster.pipeline.enrich.rulings import Rulings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.claims import ClaimImport
    from muster.domain.decisions import Decision
    from muster.domain.tenant import Tenant
    from muster.pipeline.enrich.order import RankOverrides

GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Roster:
    """All imports with claims, in the order of their ids, with the numbers and the order of belief made of them.

    `snapshots` describe the imports as they are to be once the import that joins or leaves has done so; `flipped` are
    the imports of its feed that become, or are no longer, overtaken by that.
    """

    imports: tuple[ClaimImport, ...]
    index: ImportIndex
    order: BeliefOrder
    snapshots: Snapshots
    rulings: Rulings
    flipped: tuple[ClaimImport, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """All that people decided, in the order in which they did, taken back or not."""

    @property
    def edited(self) -> frozenset[str]:
        """The fields that anybody ever edited: their columns may differ even where no import speaks of them."""
        return frozenset(item.body.field for item in self.decisions if isinstance(item.body, Edit))

    def get(self, import_id: UUID) -> ClaimImport:
        """One import. Raises NotFoundError when it brought no claims."""
        for item in self.imports:
            if item.import_id == import_id:
                return item
        raise NotFoundError("This import brought nothing into the inventory.", data_import_id=str(import_id))

    def active(self, *, without: UUID | None = None) -> list[ClaimImport]:
        """The imports whose claims take part, but for one."""
        return [item for item in self.imports if item.claims_active and item.import_id != without]

    def ruled_by(self, decisions: Sequence[Decision]) -> Roster:
        """The same imports under other decisions."""
        return replace(self, rulings=Rulings.of(decisions), decisions=tuple(decisions))

    def ranked_by(self, ranks: RankOverrides) -> Roster:
        """The same imports under other ranks of their sources."""
        return replace(self, order=BeliefOrder.of(_facts(self.imports), ranks))


async def load_roster(
    db: AsyncSession, tenant: Tenant, *, joining: UUID | None = None, leaving: UUID | None = None
) -> Roster:
    """Read the imports of the engagement that brought claims, and `joining`, which is about to bring some."""
    imports = await claims_repo.claim_imports(db, tenant, joining)
    decisions = await decisions_repo.read_decisions(db, tenant)
    ranks = await changes_repo.read_ranks(db, tenant)
    return make_roster(imports, decisions, ranks, joining=joining, leaving=leaving)


async def load_roster_of(db: AsyncSession, tenant: Tenant, version: int) -> Roster:
    """The roster as it was when the inventory had `version`."""
    imports = await claims_repo.claim_imports(db, tenant)
    active = await changes_repo.active_at(db, tenant, version)
    then = [replace(item, claims_active=item.import_id in active) for item in imports]
    decisions = await decisions_repo.decisions_at(db, tenant, version)
    ranks = await changes_repo.ranks_at(db, tenant, version)
    return make_roster(then, decisions, ranks)


def make_roster(
    imports: Sequence[ClaimImport],
    decisions: Sequence[Decision],
    ranks: RankOverrides,
    *,
    joining: UUID | None = None,
    leaving: UUID | None = None,
) -> Roster:
    """Number `imports` (sorted by id) and put them in order."""
    before = _facts(imports)
    after = [
        replace(item, active=(item.active or item.import_id == joining) and item.import_id != leaving)
        for item in before
    ]
    snapshots = Snapshots.of(after)
    flips = snapshots.overtaken != Snapshots.of(before).overtaken
    return Roster(
        imports=tuple(imports),
        index=ImportIndex(tuple(item.import_id for item in imports)),
        order=BeliefOrder.of(after, ranks),
        snapshots=snapshots,
        rulings=Rulings.of(decisions),
        decisions=tuple(decisions),
        flipped=tuple(
            item
            for item, flipped in zip(imports, flips, strict=True)
            if flipped and item.claims_active and item.import_id not in {joining, leaving}
        ),
    )


def _facts(imports: Sequence[ClaimImport]) -> list[ImportFacts]:
    return [
        ImportFacts(
            import_id=item.import_id,
            source=sources().get(item.source_system or GENERIC, sources()[GENERIC]),
            category=categories()[item.import_category],
            feed=item.feed,
            observed_at=item.observed_at,
            sha256=item.sha256,
            partial=item.partial,
            active=item.claims_active,
        )
        for item in imports
    ]
