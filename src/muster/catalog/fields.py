"""All canonical fields by name, in catalog order: the one list that mapping, checks, claims and exports read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog._fields.capacity import CAPACITY
from muster.catalog._fields.dependency import DEPENDENCY
from muster.catalog._fields.identity import IDENTITY
from muster.catalog._fields.ownership import OWNERSHIP
from muster.catalog._fields.performance import PERFORMANCE
from muster.catalog._fields.placement import PLACEMENT
from muster.catalog._fields.platform import PLATFORM
from muster.catalog._fields.sensitive import SENSITIVE

if TYPE_CHECKING:
    from muster.catalog.model import Field

FIELDS: dict[str, Field] = {
    field.name: field
    for group in (IDENTITY, PLATFORM, CAPACITY, PLACEMENT, OWNERSHIP, DEPENDENCY, PERFORMANCE, SENSITIVE)
    for field in group
}

ASSET_FIELDS: tuple[str, ...] = tuple(name for name, field in FIELDS.items() if field.on_asset)
"""The fields that are columns of `assets`, in catalog order. `first_seen`, `last_seen` and `description` belong to
assets and edges alike and stand here once."""
