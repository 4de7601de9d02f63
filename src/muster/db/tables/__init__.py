"""Every table, so that `Base.metadata` is complete once this package is imported."""

from __future__ import annotations

from muster.db.tables.base import SCHEMA, Base
from muster.db.tables.flows import DiscoveryFlow, MasterFlow
from muster.db.tables.imports import (
    DataImport,
    ImportFieldMapping,
    ImportFinding,
    ImportFindingCount,
    ImportProcessingStep,
    ImportProgress,
    ImportRowBlock,
    ImportTable,
)
from muster.db.tables.inventory import (
    ASSET_FIELDS,
    ClaimAssetBlock,
    ClaimKeyBlock,
    ImportPlan,
    InventoryChange,
    InventoryDecision,
    assets,
)
from muster.db.tables.memory import EngagementField, MappingLayout, MappingMemory
from muster.db.tables.tenants import (
    ApiToken,
    AuditEntry,
    ClientAccount,
    Engagement,
    Membership,
    SignInLink,
    User,
)

__all__ = [
    "ASSET_FIELDS",
    "SCHEMA",
    "ApiToken",
    "AuditEntry",
    "Base",
    "ClaimAssetBlock",
    "ClaimKeyBlock",
    "ClientAccount",
    "DataImport",
    "DiscoveryFlow",
    "Engagement",
    "EngagementField",
    "ImportFieldMapping",
    "ImportFinding",
    "ImportFindingCount",
    "ImportPlan",
    "ImportProcessingStep",
    "ImportProgress",
    "ImportRowBlock",
    "ImportTable",
    "InventoryChange",
    "InventoryDecision",
    "MappingLayout",
    "MappingMemory",
    "MasterFlow",
    "Membership",
    "SignInLink",
    "User",
    "assets",
]
