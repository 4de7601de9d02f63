"""What an import would do, or did, to the inventory: a value that a user reads and a test compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from muster.domain.errors import ConflictError


class PlanAction(StrEnum):
    """What happens to one asset. CONFLICT: an update in which a differing value of another source loses or wins."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """Counts of a plan. `conflicts` are assets with a contradicted field, which are also updated or unchanged."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class PlanTotals:
    """A plan of an import in counts: PlanCounts, the assets that its feed lists no longer, and the entries there are.

    `removed` are assets that end because they turn out to be another one.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    removed: int = 0
    missing: int = 0
    entries: int = 0

    def plus(self, counts: PlanCounts, missing: int, entries: int) -> PlanTotals:
        """These totals and those of one more part of the plan."""
        return PlanTotals(
            created=self.created + counts.created,
            updated=self.updated + counts.updated,
            unchanged=self.unchanged + counts.unchanged,
            conflicts=self.conflicts + counts.conflicts,
            removed=self.removed + counts.removed,
            missing=self.missing + missing,
            entries=self.entries + entries,
        )


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the import's file: its table, and its number (1 is the first data row)."""

    table: str
    row_number: int


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """What a plan says of one field of one asset; values are text, None is empty.

    `field` None: it is about the asset as a whole, which ends: `merged_into` says in which one. The field
    `missing_from` lists feeds that listed the asset before and do so no longer. `conflict`: sources contradict each
    other on the field; `says` is this import's word, `source_system` and `feed` are those whose value stands. `rows`
    are the rows of this import that speak of the asset.
    """

    asset_id: str
    asset_name: str | None
    action: PlanAction
    field: str | None
    before: str | None
    after: str | None
    conflict: bool = False
    says: str | None = None
    source_system: str | None = None
    feed: str | None = None
    merged_into: str | None = None
    rows: tuple[PlannedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedDifferently:
    """One field of one asset in two plans of an import: as it was shown, and as it is planned now; None: not at all."""

    asset_id: str
    asset_name: str | None
    field: str | None
    shown: PlanEntry | None
    now: PlanEntry | None


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What a new plan says otherwise than the one that was shown; `entries` are the first of `total`."""

    total: int = 0
    entries: tuple[PlannedDifferently, ...] = ()


class PlanStaleError(ConflictError):
    """The inventory has changed since the plan was shown; facts hold the new plan and what differs."""

    code = "plan_stale"
    title = "The plan is out of date"
