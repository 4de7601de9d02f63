"""Writes revision 0001 anew from db/tables: `python tests/support/initial_revision.py`, until the first release.

After the first release a change of the tables is a revision of its own and this file goes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from muster.db import migrations
from muster.db.tables import Base

_PATH = Path(migrations.__file__).parent / "versions" / "0001_first_tables.py"

_HEAD = '''"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

from muster.db.migrations.overlay import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of muster and those of its job queue; there is no way down, a dump is."""
    _make_tables()
    run_script(
        op.get_bind(),
        "CREATE SCHEMA work; SET LOCAL search_path = work, pg_catalog;"
        f"{SchemaManager.get_schema()}; SET LOCAL search_path = DEFAULT",
    )


def _make_tables() -> None:
'''


def main() -> int:
    """Write the file, formatted."""
    steps: list[ops.MigrateOperation] = []
    for table in Base.metadata.sorted_tables:
        steps.append(ops.CreateTableOp.from_table(table))
        steps += [ops.CreateIndexOp.from_index(index) for index in sorted(table.indexes, key=lambda i: str(i.name))]
    body = render_python_code(
        ops.UpgradeOps(steps), migration_context=MigrationContext.configure(dialect_name="postgresql")
    )
    lines = [f"    {line}" if line and not line.startswith("    ") else line for line in body.splitlines()]
    lines = [line for line in lines if "# ###" not in line]
    _PATH.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    for words in (["format", "-q"], ["check", "-q", "--fix"], ["format", "-q"]):
        subprocess.run([str(Path(sys.executable).with_name("ruff")), *words, str(_PATH)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
