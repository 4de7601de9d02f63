"""Alembic's entrance: runs revisions on the connection that db/schema.py hands over, in its transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from muster.db.migrations import overlay
from muster.db.tables import SCHEMA, Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
app_role: str = context.config.attributes["app_role"]

overlay.run_script(connection, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
overlay.take_off(connection)
context.configure(connection=connection, target_metadata=Base.metadata, version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
overlay.lay(connection, app_role)
