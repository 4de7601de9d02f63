"""Imports: the file, its tables, its rows, its steps, its mapping, its findings.

`import_row_blocks` stores a row's cells as a JSON array (the header once, in `import_tables`) and its cleansed values
only where they differ; the view `raw_import_records` (db/sql/views.sql) shows both as objects.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint, Index, Integer, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from muster.db.tables.base import SCHEMA, Base, TenantMixin


def _of_import() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["engagement_id", "data_import_id"],
        [f"{SCHEMA}.data_imports.engagement_id", f"{SCHEMA}.data_imports.id"],
        ondelete="CASCADE",
    )


class DataImport(TenantMixin, Base):
    """One uploaded file (or one body of rows) and what became of it.

    `claims_active` says whether its claims take part in the inventory; `staged_attempt`, `rows_attempt` and
    `claims_attempt` name the attempts whose staging, rows and claims count (0: none yet). A `partial` import brings
    some records of its feed anew and says nothing of the others. `left_out` (table number -> row numbers) are the rows
    that somebody rejected in the plan. JSON columns are replaced, never mutated.
    """

    __tablename__ = "data_imports"
    __table_args__ = (
        ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),
        Index(None, "engagement_id", "sha256"),
        Index(
            "uq_data_imports_idempotency_key",
            "engagement_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    import_name: Mapped[str]
    import_type: Mapped[str]
    import_category: Mapped[str | None]
    stated_category: Mapped[str]
    stated_source: Mapped[str | None]
    processing_config: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    description: Mapped[str | None]
    filename: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    mime_type: Mapped[str | None]
    sha256: Mapped[str]
    blob_key: Mapped[str]
    source_system: Mapped[str | None]
    feed: Mapped[str | None]
    status: Mapped[str]
    detection: Mapped[dict[str, Any] | None]
    file_format: Mapped[dict[str, Any] | None]
    progress_percentage: Mapped[float] = mapped_column(Double, server_default="0")
    total_records: Mapped[int] = mapped_column(BigInteger, server_default="0")
    processed_records: Mapped[int] = mapped_column(BigInteger, server_default="0")
    failed_records: Mapped[int] = mapped_column(BigInteger, server_default="0")
    imported_by: Mapped[UUID | None]
    observed_at: Mapped[datetime]
    observed_at_origin: Mapped[str]
    staged_attempt: Mapped[int] = mapped_column(server_default="0")
    rows_attempt: Mapped[int] = mapped_column(server_default="0")
    claims_attempt: Mapped[int] = mapped_column(server_default="0")
    claims_active: Mapped[bool] = mapped_column(server_default="false")
    partial: Mapped[bool] = mapped_column(server_default="false")
    left_out: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    purged_at: Mapped[datetime | None]
    validation_results: Mapped[dict[str, Any] | None]
    enrichment_summary: Mapped[dict[str, Any] | None]
    error_message: Mapped[str | None]
    error_details: Mapped[dict[str, Any] | None]
    idempotency_key: Mapped[str | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    master_flow_id: Mapped[UUID | None]


class ImportTable(TenantMixin, Base):
    """One table (sheet) of an import; `columns` are its headers in order."""

    __tablename__ = "import_tables"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    table_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    table_name: Mapped[str]
    columns: Mapped[list[Any]] = mapped_column(JSONB)
    header_row: Mapped[int | None]
    row_count: Mapped[int] = mapped_column(BigInteger)
    imported: Mapped[bool]
    source_table: Mapped[str | None]
    detection: Mapped[dict[str, Any]]


class ImportRowBlock(TenantMixin, Base):
    """Up to 256 rows of one table, as one attempt wrote them: `rows` is their text, one JSON array to a line.

    A line is [row number, line in the file, is_valid, cells in order, {field: value} where it differs from the cells,
    [{code, field, agent}]]. A row of the database for each took three times as long to write; the view `import_rows`
    shows them so.
    """

    __tablename__ = "import_row_blocks"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    table_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    first_row: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_row: Mapped[int] = mapped_column(Integer)
    valid: Mapped[int] = mapped_column(SmallInteger)
    held_back: Mapped[int] = mapped_column(SmallInteger)
    unchecked: Mapped[int] = mapped_column(SmallInteger)
    rows: Mapped[bytes]


class ImportProgress(TenantMixin, Base):
    """How far an import is, in a row of its own: written often, in short transactions."""

    __tablename__ = "import_progress"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    phase: Mapped[str]
    progress_percentage: Mapped[float] = mapped_column(Double)
    processed_records: Mapped[int] = mapped_column(BigInteger)
    total_records: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ImportProcessingStep(TenantMixin, Base):
    """One visible step: a stage of the import, or one agent's run. Inserted pending, set running, finished."""

    __tablename__ = "import_processing_steps"
    __table_args__ = (_of_import(), Index(None, "engagement_id", "data_import_id", "step_order"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    data_import_id: Mapped[UUID]
    phase: Mapped[str]
    attempt: Mapped[int]
    step_name: Mapped[str]
    step_order: Mapped[int]
    status: Mapped[str]
    description: Mapped[str]
    input_data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    output_data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error_details: Mapped[dict[str, Any] | None]
    records_processed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    duration_seconds: Mapped[float | None] = mapped_column(Double)
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class ImportFieldMapping(TenantMixin, Base):
    """One column of one table and the field it feeds. Immutable once the import's rows were read with it.

    `custom_field` is the declaration of a custom field as it was when the mapping was made.
    """

    __tablename__ = "import_field_mappings"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source_field: Mapped[str]
    target_field: Mapped[str | None]
    confidence_score: Mapped[float] = mapped_column(Double)
    match_method: Mapped[str]
    evidence: Mapped[str]
    transformation: Mapped[str | None]
    custom_field: Mapped[dict[str, Any] | None]
    status: Mapped[str]
    approved_by: Mapped[UUID | None]


class ImportFinding(TenantMixin, Base):
    """One finding's place (capped per code); `phase` and `attempt` say which run found it."""

    __tablename__ = "import_findings"
    __table_args__ = (_of_import(),)

    data_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    table_name: Mapped[str | None]
    row_number: Mapped[int | None]
    line: Mapped[int | None]
    field: Mapped[str | None]
    code: Mapped[str]
    severity: Mapped[str]
    agent: Mapped[str]
    message: Mapped[str]
    excerpt: Mapped[str | None]
    params: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class ImportFindingCount(TenantMixin, Base):
    """How often a code applied, places beyond the cap included."""

    __tablename__ = "import_finding_counts"
    __table_args__ = (_of_import(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    data_import_id: Mapped[UUID]
    phase: Mapped[str]
    attempt: Mapped[int]
    table_name: Mapped[str | None]
    agent: Mapped[str]
    code: Mapped[str]
    severity: Mapped[str]
    places: Mapped[int] = mapped_column(BigInteger)
