"""What an import would do, or did, to the inventory: a value that a user reads and a test compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlanAction(StrEnum):
    """What happens to one asset. CONFLICT: an update in which a differing value of another source loses or wins."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """Counts of a plan; `conflicts` counts assets with at least one contradicted field (they are also updated or
    unchanged), `held_back` rows that validation kept out.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    removed: int = 0
