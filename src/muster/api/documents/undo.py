"""Documents about taking an import back, bringing it in again, and deleting it for good."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field

from muster.api.documents.base import Document
from muster.domain.phases import FlowStatus
from muster.services.inventory.fates import Fate


class NamedAssetDocument(Document):
    """An asset for people to recognise."""

    asset_id: UUID
    asset_name: str | None


class NotRevertedDocument(Document):
    """Something that could not be put back as it was, and why, with what would help."""

    subject: str
    reason: str


class UndoDocument(Document):
    """What undo (or redo) did to the assets that the import spoke of: reverted, kept, and what it could not do."""

    data_import_id: UUID
    status: FlowStatus
    assets_removed: int = Field(description="Nothing else speaks of them.")
    assets_reverted: int = Field(description="They say what the other sources say.")
    assets_kept: int = Field(description="They say the same as before: the sum of the next two.")
    assets_kept_edited: int = Field(description="Somebody pinned a value.")
    assets_kept_other: int = Field(description="Other sources say the same.")
    could_not: tuple[NotRevertedDocument, ...] = Field(description="What could not be put back, and why.")
    assets_restored: int = Field(description="Redo: made again.")
    first: Mapping[Fate, tuple[NamedAssetDocument, ...]] = Field(description="Up to ten assets of each fate, by name.")


class PurgeDocument(Document):
    """What a purge deleted, and what taking the import back before that did to the inventory."""

    data_import_id: UUID
    status: FlowStatus
    purged_at: datetime
    assets_removed: int = Field(description="Nothing else speaks of them.")
    assets_reverted: int = Field(description="They say what the other sources say.")
    assets_kept: int = Field(description="They say the same as before.")
    rows_removed: int
    files_removed: int
    edits_asleep: tuple[NotRevertedDocument, ...] = Field(
        description="Edits of records that no other import lists; they hold again once one does."
    )
