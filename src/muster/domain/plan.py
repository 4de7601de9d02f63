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
    """Counts of a plan. `conflicts` are assets with a contradicted field, which are also updated or unchanged."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    removed: int = 0
