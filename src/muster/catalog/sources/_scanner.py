"""How far tools are believed that look into data: they have seen what a store holds, and know little else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.model import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_SCANNER: Mapping[FieldGroup, int] = {
    FieldGroup.IDENTITY: 20,
    FieldGroup.PLATFORM: 10,
    FieldGroup.CAPACITY: 10,
    FieldGroup.PLACEMENT: 20,
    FieldGroup.OWNERSHIP: 10,
    FieldGroup.DEPENDENCY: 10,
    FieldGroup.PERFORMANCE: 10,
    FieldGroup.SENSITIVE: 30,
}
