"""Typed identifiers: a MasterFlowId can not be handed over as a DataImportId. All are version 7 UUIDs."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

ClientAccountId = NewType("ClientAccountId", UUID)
EngagementId = NewType("EngagementId", UUID)
UserId = NewType("UserId", UUID)
DataImportId = NewType("DataImportId", UUID)
MasterFlowId = NewType("MasterFlowId", UUID)
AssetId = NewType("AssetId", UUID)
ClaimId = NewType("ClaimId", UUID)
"""The birth id of a claim: the id of its import with the low 40 bits replaced by the claim's ordinal."""
