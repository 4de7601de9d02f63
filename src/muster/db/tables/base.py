"""Declarative base, naming of constraints, and the columns that every tenant table begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "migration"

_TYPES: dict[Any, Any] = {
    str: Text,
    UUID: Uuid,
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
}


class Base(DeclarativeBase):
    """All tables live in the schema `migration`."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = _TYPES


class TenantMixin:
    """Columns of a tenant table. Its primary key begins with the engagement; its rows are under row-level security."""

    engagement_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    client_account_id: Mapped[UUID] = mapped_column(sort_order=-1)
