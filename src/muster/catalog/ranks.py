"""How far a kind of source is believed per group of fields (larger wins); sources declare one of these as their rank.

A hypervisor or agent sees platform and capacity, a CMDB knows owners and places. A sheet typed by hand comes last for
what machines can be asked; its owners come before those of a hypervisor, which knows owners by annotation only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.model import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

HYPERVISOR_OR_AGENT: Mapping[FieldGroup, int] = {
    FieldGroup.IDENTITY: 20,
    FieldGroup.PLATFORM: 30,
    FieldGroup.CAPACITY: 30,
    FieldGroup.PLACEMENT: 20,
    FieldGroup.OWNERSHIP: 10,
    FieldGroup.DEPENDENCY: 30,
    FieldGroup.PERFORMANCE: 30,
    FieldGroup.SENSITIVE: 10,
}
CMDB: Mapping[FieldGroup, int] = {
    FieldGroup.IDENTITY: 30,
    FieldGroup.PLATFORM: 20,
    FieldGroup.CAPACITY: 20,
    FieldGroup.PLACEMENT: 30,
    FieldGroup.OWNERSHIP: 30,
    FieldGroup.DEPENDENCY: 20,
    FieldGroup.PERFORMANCE: 10,
    FieldGroup.SENSITIVE: 20,
}
HAND_MADE: Mapping[FieldGroup, int] = {
    FieldGroup.IDENTITY: 10,
    FieldGroup.PLATFORM: 10,
    FieldGroup.CAPACITY: 10,
    FieldGroup.PLACEMENT: 10,
    FieldGroup.OWNERSHIP: 20,
    FieldGroup.DEPENDENCY: 10,
    FieldGroup.PERFORMANCE: 10,
    FieldGroup.SENSITIVE: 20,
}
