"""The inventory: assets as the fold gives them, and the blocks that tie claims to keys and to assets.

A claim is an import's row in one role. Its ordinal is 40 bits: role (3) | table number (9) | row number (28); its id,
the birth id, is the import's id with the low 40 bits replaced by the ordinal. Nothing is stored per claim but what
stands in these blocks: 1,024 claims or 256 keys to a database row, deleted with their import.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldType
from muster.db.tables.base import SCHEMA, Base, TenantMixin

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    FieldType.INTEGER: BigInteger,
    FieldType.NUMBER: Double,
    FieldType.BOOLEAN: Boolean,
    FieldType.DATE: Date,
}


def column_type(field: Field) -> TypeEngine[Any]:
    """The PostgreSQL type of a canonical field: bigint, double, boolean, date, timestamptz, text or text[]."""
    if field.is_list:
        return ARRAY(Text)
    if field.type is FieldType.DATETIME:
        return DateTime(timezone=True)
    return _TYPES.get(field.type, Text)()


ASSET_FIELDS: tuple[Field, ...] = tuple(field for field in FIELDS.values() if field.on_asset)
"""The canonical fields that are columns of `assets`, in catalog order."""

assets = Table(
    "assets",
    Base.metadata,
    Column("engagement_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("client_account_id", Uuid, nullable=False),
    Column("claim_ids", ARRAY(Uuid), comment="the other claims of this asset; its own id is the first of them"),
    Column("discovery_source", Text, comment="source systems of the claims, sorted, separated by commas"),
    Column("conflicts", ARRAY(Text), comment="fields on which sources contradict each other"),
    Column("missing_from", ARRAY(Text), comment="feeds whose newest snapshot no longer lists this asset"),
    Column("pinned", ARRAY(Text), comment="fields whose value somebody pinned"),
    Column("completeness_score", Double),
    Column("quality_score", Double),
    Column("confidence_score", Double),
    Column(
        "values_hash",
        BigInteger,
        comment="fingerprint of the values (pipeline/enrich/fingerprint.py)",
    ),
    Column("row_hash", BigInteger, comment="fingerprint of all that the fold decides"),
    Column("created_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Column("updated_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    *(Column(field.name, column_type(field), comment=field.unit) for field in ASSET_FIELDS),
    Column("custom_fields", JSONB, comment="the engagement's own fields that have a value, by name; values are text"),
    postgresql_with={"fillfactor": 50},
)
"""Half of each page is left free: a second source rewrites nearly every row, which then stays on its page (a third of
the time). No foreign key to the engagement, whose check took half of writing a row: who deletes an engagement deletes
its assets.
"""


def _of_import() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["engagement_id", "data_import_id"],
        [f"{SCHEMA}.data_imports.engagement_id", f"{SCHEMA}.data_imports.id"],
        ondelete="CASCADE",
    )


class ClaimKeyBlock(TenantMixin, Base):
    """256 identity keys of one import, sorted by hash (performance.md, "sorted key blocks").

    `hashes` little-endian int64, `checks` uint32 (a second hash, so that 96 bits agree before two claims are joined),
    `ordinals` int64 of the claims, `kinds` one byte each (pipeline/enrich/keys.py).
    """

    __tablename__ = "claim_key_blocks"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    block_number: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_hash: Mapped[int] = mapped_column(BigInteger)
    hashes: Mapped[bytes]
    checks: Mapped[bytes]
    ordinals: Mapped[bytes]
    kinds: Mapped[bytes]


class ClaimAssetBlock(TenantMixin, Base):
    """Where the birth ids of 1,024 consecutive rows of one table lead: 16 bytes each, zero when to nothing.

    For an active claim this is its asset; for the claim of an undone import it is the redirect of its birth id.
    """

    __tablename__ = "claim_asset_blocks"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    table_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    block_number: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_ids: Mapped[bytes]


class InventoryDecision(TenantMixin, Base):
    """What somebody decided: a pinned value, records joined, told apart or left alone (domain/decisions.py).

    `body` names identifiers of records, never ids of assets. A decision is taken back by `undone_at`, never deleted.
    """

    __tablename__ = "inventory_decisions"
    __table_args__ = (ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    author: Mapped[UUID | None]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]


class InventoryChange(TenantMixin, Base):
    """One change of the inventory, in the order in which changes took effect: what was in force at any time.

    `version` is the engagement's inventory_version after it. `kind` is import, undo, redo, purge, decide, undecide,
    ranks or rebuild; `data_import_id`, `decision_id` and `ranks` say what it was about, `summary` what it did, in
    counts.
    """

    __tablename__ = "inventory_changes"
    __table_args__ = (ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),)

    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data_import_id: Mapped[UUID | None]
    decision_id: Mapped[UUID | None]
    ranks: Mapped[dict[str, Any] | None]
    summary: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ImportPlan(TenantMixin, Base):
    """What an import would do, computed for the inventory as of `inventory_version` and kept until it is accepted.

    The entries are Parquet in the blob store (`blob_key`); `counts` are domain.plan.PlanCounts.
    """

    __tablename__ = "import_plans"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    inventory_version: Mapped[int]
    counts: Mapped[dict[str, Any]]
    blob_key: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
